"""Visitors who write over HTTP: now and then, as fast as they are answered, or in an emergency."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from benchmarks.messages import EMERGENCY, endless
from benchmarks.stats import Figures, summary
from bot.risk.safety import static_reply

EVERY_S = 5.0
EMERGENCY_EVERY_S = 0.3
TIMEOUT_S = 30.0


@dataclass
class Log:
    """Times of turns; `failed`: not answered, or with the static answer that stands in for the dialogue model."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0

    def figures(self) -> Figures:
        """Percentiles and failures. Raises RuntimeError where nothing was answered."""
        if not self.seconds:
            raise RuntimeError(f"No turn was answered, {self.failed} failed.")
        return {**summary(self.seconds), "failed": self.failed}


class Chat:
    """One conversation over the visitor API."""

    def __init__(self, client: httpx.AsyncClient, made: dict[str, Any]) -> None:
        self.client, self.path = client, f"/api/conversations/{made['id']}"
        self.headers = {"Authorization": f"Bearer {made['token']}"}

    @classmethod
    async def begin(cls, client: httpx.AsyncClient) -> Chat:
        """A new conversation. Raises httpx.HTTPError."""
        return cls(client, (await client.post("/api/conversations")).raise_for_status().json())

    async def say(self, text: str, log: Log) -> None:
        """One turn, timed until the whole answer is there."""
        start = time.perf_counter()
        try:
            response = await self.client.post(
                f"{self.path}/messages", json={"text": text}, headers=self.headers
            )
        except httpx.HTTPError:
            log.failed += 1
            return
        taken = time.perf_counter() - start
        if response.status_code == 200 and _answered(response.json()["messages"]):
            log.seconds.append(taken)
        else:
            log.failed += 1

    async def emergency(self, response: Log, event: Log) -> None:
        """An emergency, timed until its response and until the safety message is in the event stream."""
        async with self.client.stream("GET", f"{self.path}/events", headers=self.headers) as stream:
            start = time.perf_counter()
            seen = asyncio.create_task(_safety_seen(stream))
            body = {"text": EMERGENCY}
            said = await self.client.post(f"{self.path}/messages", json=body, headers=self.headers)
            taken = time.perf_counter() - start
            safe = said.status_code == 200 and any(m["author"] == "safety" for m in said.json()["messages"])
            if not safe:
                response.failed += 1
                seen.cancel()
                return
            response.seconds.append(taken)
            event.seconds.append(await asyncio.wait_for(seen, TIMEOUT_S) - start)
        await self.client.delete(self.path, headers=self.headers)


def _answered(messages: list[dict[str, Any]]) -> bool:
    said = [m["text"] for m in messages if m["author"] == "assistant"]
    return bool(said) and not any(text.startswith(static_reply().text) for text in said)


async def _safety_seen(stream: httpx.Response) -> float:
    async for line in stream.aiter_lines():
        if line.startswith("data:") and json.loads(line[5:]).get("author") == "safety":
            return time.perf_counter()
    raise RuntimeError("the event stream ended without the safety message")


def client(url: str) -> httpx.AsyncClient:
    """A client with a connection for every visitor."""
    return httpx.AsyncClient(
        base_url=url, timeout=TIMEOUT_S, trust_env=False, limits=httpx.Limits(max_connections=200)
    )


async def _now_and_then(
    http: httpx.AsyncClient, chats: Iterator[list[str]], seed: int, end: float, log: Log
) -> None:
    """Write once in every EVERY_S seconds, at a moment of its own, until `end`."""
    when, begun = random.Random(seed), time.perf_counter()  # noqa: S311 (moments, no secret)
    slot = 0
    for chat in chats:
        conversation = await Chat.begin(http)
        for text in chat:
            moment = begun + (slot + when.random()) * EVERY_S
            if moment >= end:
                return
            await asyncio.sleep(max(0.0, moment - time.perf_counter()))
            await conversation.say(text, log)
            slot += 1


async def now_and_then(http: httpx.AsyncClient, chats: list[list[str]], visitors: int, seconds: float) -> Log:
    """So many visitors, each of whom writes every five seconds."""
    log, end = Log(), time.perf_counter() + seconds
    await asyncio.gather(*(_now_and_then(http, endless(chats, i), i, end, log) for i in range(visitors)))
    return log


async def _flat_out(http: httpx.AsyncClient, chats: Iterator[list[str]], end: float, log: Log) -> None:
    for chat in chats:
        conversation = await Chat.begin(http)
        for text in chat:
            if time.perf_counter() >= end:
                return
            await conversation.say(text, log)


async def flat_out(http: httpx.AsyncClient, chats: list[list[str]], visitors: int, seconds: float) -> Figures:
    """So many visitors, each of whom writes again as soon as the answer is there; a chat begins every four turns."""
    log, begun = Log(), time.perf_counter()
    end = begun + seconds
    await asyncio.gather(*(_flat_out(http, endless(chats, i), end, log) for i in range(visitors)))
    rate = len(log.seconds) / (time.perf_counter() - begun)
    return {**log.figures(), "turns_per_s": round(rate, 1)}


async def emergencies(
    http: httpx.AsyncClient, chats: list[list[str]], visitors: int, seconds: float
) -> Figures:
    """Emergencies one after the other, each in a chat of its own, while so many visitors write every five seconds."""
    others = asyncio.create_task(now_and_then(http, chats, visitors, seconds))
    response, event = Log(), Log()
    while not others.done():
        await (await Chat.begin(http)).emergency(response, event)
        await asyncio.sleep(EMERGENCY_EVERY_S)
    return {
        "response": response.figures(),
        "event": event.figures(),
        "others": (await others).figures(),
    }


async def warm_up(http: httpx.AsyncClient, chats: list[list[str]]) -> None:
    """Every chat once, unmeasured."""
    log = Log()
    for chat in chats:
        conversation = await Chat.begin(http)
        for text in chat:
            await conversation.say(text, log)
    log.figures()
