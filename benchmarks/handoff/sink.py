"""A receiver of alerts: what a mail gateway or a chat service would be."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Sink:
    """`got`: the texts of alerts, in order. While `broken`, each is refused."""

    url: str = ""
    got: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    broken: bool = False


@contextmanager
def listening() -> Iterator[Sink]:
    """A sink on a port of its own."""
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if not sink.broken:
                sink.got.append(json.loads(body)["message"])
                sink.raw.append(body)
            self.send_response(503 if sink.broken else 200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    sink.url = f"json://127.0.0.1:{server.server_address[1]}/"
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
