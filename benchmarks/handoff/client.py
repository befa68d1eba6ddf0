"""HTTP that does not give up: a server that was killed is asked again until it is back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx

AGAIN_S = 0.1
BUSY_S = 1.0
PATIENCE_S = 60.0
BUSY = (429, 502, 503)
BROKEN = 500


class Unreachable(RuntimeError):
    """The server did not come back."""


def client(url: str) -> httpx.AsyncClient:
    """A client for one server."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=50)
    return httpx.AsyncClient(base_url=url, timeout=20, trust_env=False, limits=limits)


async def ask(http: httpx.AsyncClient, method: str, path: str, **more: Any) -> httpx.Response:
    """One request, sent again until the server answers: what it carries must be safe to send twice."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE_S
    while loop.time() < end:
        try:
            response = await http.request(method, path, **more)
        except httpx.HTTPError:
            await asyncio.sleep(AGAIN_S)
            continue
        if response.status_code == BROKEN:
            raise Unreachable(f"{method} {path.rpartition('/')[2]}: {response.text[:200]}")
        if response.status_code not in BUSY:
            return response
        await asyncio.sleep(BUSY_S)
    raise Unreachable(path.rpartition("/")[2])


async def events(
    http: httpx.AsyncClient, path: str, headers: dict[str, str], last: str | None
) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """An event stream without end: after a break it goes on behind the id that it saw last."""
    while True:
        sent = {**headers, **({"Last-Event-ID": last} if last is not None else {})}
        try:
            async with http.stream("GET", path, headers=sent, timeout=httpx.Timeout(20, read=None)) as found:
                if found.status_code == 404:
                    return
                async for kind, data, id in _parsed(found):
                    last = id or last
                    yield kind, data
        except httpx.HTTPError:
            await asyncio.sleep(AGAIN_S)


async def _parsed(response: httpx.Response) -> AsyncIterator[tuple[str, dict[str, Any], str]]:
    kind, data, id = "message", "", ""
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            data += value
        elif name == "id":
            id = value
        elif not line and data:
            yield kind, json.loads(data), id
            kind, data, id = "message", "", ""
