"""A PostgreSQL of one's own, from the system's package, as a user of its own: it refuses to run as root."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.processes import free_port
from bot.processes.ports import LOOPBACK

STARTS_WITHIN_S = 60.0
NAME = "vra"


def binaries() -> Path:
    """Where the newest installed PostgreSQL keeps its programs. Raises RuntimeError where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    path = found[-1] if found else Path(shutil.which("initdb") or "")
    if not path.is_file():
        raise RuntimeError("PostgreSQL is missing: install it (Debian: apt-get install postgresql).")
    return path.parent


def _user() -> dict[str, int]:
    """Whom it runs as: the package's user where we are root, else ourselves."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid}


@contextlib.contextmanager
def running(folder: Path) -> Iterator[str]:
    """An empty database; its SQLAlchemy URL. `folder` must be one that every user may enter."""
    programs, who, port = binaries(), _user(), free_port()
    data = folder / "postgres"
    data.mkdir(mode=0o700)
    if who:
        os.chown(data, who["user"], who["group"])
    quiet = {"cwd": "/", "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **who}
    make = [programs / "initdb", "-D", data, "-U", NAME, "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(make, check=True, **quiet)  # type: ignore[call-overload]  # noqa: S603
    listen = [
        "-c",
        f"listen_addresses={LOOPBACK}",
        "-c",
        f"port={port}",
        "-c",
        f"unix_socket_directories={data}",
    ]
    serve = [programs / "postgres", "-D", data, *listen, "-c", "max_connections=200"]
    server = subprocess.Popen(serve, **quiet)  # type: ignore[call-overload]  # noqa: S603
    try:
        at = ["-h", LOOPBACK, "-p", str(port), "-U", NAME]
        end = time.monotonic() + STARTS_WITHIN_S
        while subprocess.run([programs / "createdb", *at, NAME], check=False, **quiet).returncode:  # type: ignore[call-overload]  # noqa: S603
            if time.monotonic() > end or server.poll() is not None:
                raise RuntimeError("PostgreSQL did not start.")
            time.sleep(0.2)
        yield f"postgresql+psycopg2://{NAME}@{LOOPBACK}:{port}/{NAME}"
    finally:
        # The fast way: it does not wait for whoever is still connected
        server.send_signal(signal.SIGINT)
        server.wait(STARTS_WITHIN_S)
