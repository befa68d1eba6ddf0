"""A visitor and a member of staff over HTTP, for tests against the running system."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx


class Visitor:
    """One conversation over the visitor API."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=20, trust_env=False)
        made = self.http.post("/api/conversations")
        made.raise_for_status()
        self.id, self.headers = made.json()["id"], {"Authorization": f"Bearer {made.json()['token']}"}
        self.path = f"/api/conversations/{self.id}"

    def post(self, **body: Any) -> httpx.Response:
        return self.http.post(f"{self.path}/messages", json=body, headers=self.headers)

    def say(self, text: str) -> dict[str, Any]:
        return self._turn(self.post(text=text))

    def choose(self, value: str) -> dict[str, Any]:
        return self._turn(self.post(choice=value))

    @staticmethod
    def _turn(response: httpx.Response) -> dict[str, Any]:
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    def look(self) -> httpx.Response:
        return self.http.get(f"{self.path}/messages", headers=self.headers)

    def delete(self) -> httpx.Response:
        return self.http.delete(self.path, headers=self.headers)

    @contextmanager
    def events(self, last: str | None = None) -> Iterator[Iterator[dict[str, Any]]]:
        """The conversation's event stream, parsed."""
        headers = {**self.headers, **({"Last-Event-ID": last} if last else {})}
        with self.http.stream("GET", f"{self.path}/events", headers=headers) as response:
            assert response.status_code == 200
            yield parsed(response.iter_lines())


def parsed(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Server-sent events as `{id, event, data}`."""
    found: dict[str, Any] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "data":
            found["data"] = json.loads(value)
        elif name in ("id", "event"):
            found[name] = value
        elif not line and "data" in found:
            yield found
            found = {}


def answer(turn: dict[str, Any]) -> dict[str, Any]:
    """The assistant's last message in a turn."""
    said = [m for m in turn["messages"] if m["author"] == "assistant"]
    assert said, turn
    found: dict[str, Any] = said[-1]
    return found
