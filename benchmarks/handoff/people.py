"""Scripted visitors and staff. What each of them saw and did is kept, to be compared with what is stored."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from benchmarks.handoff.client import ask, events
from bot.interface import interface

# Asked for a person, urgent, emergency
OPENINGS = ("can i talk to a person", "my ex keeps following me", "he's outside with a knife")
PASSWORD = "correct-horse-battery"  # noqa: S105 (of an instance that lives for minutes)
CLOSED = interface().told["closed"].partition("{name}")[2].partition(".")[0]
RANKS = {"emergency": 0, "urgent": 1, "concern": 2, "none": 3}


@dataclass
class Seen:
    """What all of them measured together; `screen`: seconds from a visitor's press to staff's screen."""

    sent_at: dict[str, float] = field(default_factory=dict)
    screen: list[float] = field(default_factory=list)
    disorder: int = 0
    positions_wrong: int = 0
    refused: int = 0

    def arrived(self, text: str) -> None:
        begun = self.sent_at.pop(text, None)
        if begun is not None:
            self.screen.append(time.perf_counter() - begun)


class Visitor:
    """Asks for help, waits, answers each line of a person, until the chat is closed."""

    def __init__(self, http: httpx.AsyncClient, seen: Seen, number: int, rng: random.Random) -> None:
        self.http, self.seen, self.number, self.rng = http, seen, number, rng
        self.streamed: list[int] = []
        self.sent: list[str] = []
        self.ended = asyncio.Event()
        self.kept: list[dict[str, Any]] = []
        self._listening: asyncio.Task[None] | None = None
        self._answered: set[int] = set()
        self._answers: set[asyncio.Task[None]] = set()
        self.id = ""
        self.headers: dict[str, str] = {}

    async def come(self) -> None:
        """The whole visit."""
        made = (await ask(self.http, "POST", "/api/conversations")).json()
        self.id, self.headers = made["id"], {"Authorization": f"Bearer {made['token']}"}
        self._listening = asyncio.create_task(self._listen())
        await self.say(OPENINGS[self.number % len(OPENINGS)])
        writing = asyncio.create_task(self._write_meanwhile())
        try:
            await self.ended.wait()
        finally:
            writing.cancel()
        # The last words of a closed chat may still be on their way
        await asyncio.gather(*self._answers)

    def stop(self) -> None:
        """Stop listening."""
        if self._listening is not None:
            self._listening.cancel()

    async def say(self, text: str) -> None:
        """One message, with words of its own by which it is known again."""
        text = f"{text} #{self.number}.{len(self.sent)}"
        self.sent.append(text)
        body = {"text": text, "client_id": uuid.uuid4().hex}
        self.seen.sent_at[text] = time.perf_counter()
        path = f"/api/conversations/{self.id}/messages"
        answer = await ask(self.http, "POST", path, json=body, headers=self.headers)
        if answer.status_code != 200:
            self.seen.refused += 1

    async def _write_meanwhile(self) -> None:
        while True:
            await asyncio.sleep(self.rng.uniform(10, 20))
            await self.say("still here")

    async def _listen(self) -> None:
        async for kind, data in events(self.http, f"/api/conversations/{self.id}/events", self.headers, "0"):
            if kind == "message":
                self.streamed.append(data["id"])
                if CLOSED in data["text"]:
                    self.ended.set()
                if data["author"] == "staff" and data["id"] not in self._answered:
                    self._answered.add(data["id"])
                    answering = asyncio.create_task(self._answer())
                    self._answers.add(answering)

    async def _answer(self) -> None:
        await asyncio.sleep(self.rng.uniform(0.05, 0.4))
        if not self.ended.is_set():
            await self.say("yes")

    async def stored(self) -> list[dict[str, Any]]:
        """What the server says was said."""
        found = await ask(self.http, "GET", f"/api/conversations/{self.id}/messages", headers=self.headers)
        messages: list[dict[str, Any]] = found.json()["messages"]
        return messages


class Worker:
    """Takes whoever is next, says so many lines, hears an answer to each, closes."""

    def __init__(self, http: httpx.AsyncClient, seen: Seen, name: str, lines: int, at_once: int = 1) -> None:
        self.http, self.seen, self.name, self.lines = http, seen, name, lines
        self.claimed: list[str] = []
        # When the queue was asked for from which a chat was picked: its claim may be stored much later, where the
        # server was killed or busy in between
        self.looked: dict[str, dt.datetime] = {}
        self.heard: dict[str, list[int]] = {}
        self._news = asyncio.Event()
        self._queue = asyncio.Event()
        self._csrf = ""

    async def work(self) -> None:
        """Until cancelled."""
        body = {"user": self.name, "password": PASSWORD}
        self._csrf = (await ask(self.http, "POST", "/desk/api/session", json=body)).json()["csrf"]
        listening = asyncio.create_task(self._listen())
        try:
            while True:
                chat = await self._next()
                if chat is None:
                    self._queue.clear()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._queue.wait(), 1)
                    continue
                await self._talk(chat)
        finally:
            listening.cancel()

    async def _post(self, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        headers = {"X-CSRF-Token": self._csrf}
        return await ask(self.http, "POST", f"/desk/api/{path}", json=body or {}, headers=headers)

    async def _next(self) -> str | None:
        asked = dt.datetime.now(dt.UTC)
        queue = (await ask(self.http, "GET", "/desk/api/queue")).json()
        waiting = [row for row in queue if row["in_charge"] == "waiting"]
        order = [(RANKS[row["level"]], not row["returned"]) for row in waiting]
        self.seen.disorder += order != sorted(order)
        mine = [row for row in queue if row["staff"] == self.name and row["in_charge"] == "staff"]
        if mine:
            # Its claim was answered to a server that was killed
            return str(mine[0]["id"])
        for row in waiting:
            self.looked[row["id"]] = asked
            if (await self._post(f"conversations/{row['id']}/claim")).status_code == 200:
                self.claimed.append(row["id"])
                return str(row["id"])
            break
        return None

    async def _talk(self, chat: str) -> None:
        heard = self.heard.setdefault(chat, [])
        for line in range(self.lines):
            before = len(heard)
            self._news.clear()
            body = {"text": f"line {line}", "client_id": f"{chat[:20]}-{line}"}
            if (await self._post(f"conversations/{chat}/messages", body)).status_code != 200:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(20):
                    while len(heard) == before:
                        await self._news.wait()
                        self._news.clear()
        await self._post(f"conversations/{chat}/close", {"outcome": "supported", "mark": "right"})

    async def _listen(self) -> None:
        async for kind, data in events(self.http, "/desk/api/events", {}, None):
            if kind == "queue":
                self._queue.set()
            elif kind == "message" and data["author"] == "visitor":
                self.seen.arrived(data["text"])
                self.heard.setdefault(data["conversation"], []).append(data["id"])
                self._news.set()
