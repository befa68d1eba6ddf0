"""Server-sent events: what changed in a conversation, resumable by the id that was seen last."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent

from bot.conversations.events import Watcher

PING_S = 15
HEARTBEAT_S = 5
CHANGE_ID = re.compile(r"[0-9]{1,18}")


def event(kind: str, data: dict[str, Any], change: int) -> ServerSentEvent:
    """One event; its id is the change that it tells of."""
    return ServerSentEvent(json.dumps(data, ensure_ascii=False), event=kind, id=str(change))


def last_seen(header: str | None) -> int | None:
    """The id in a Last-Event-ID header, if it is one that the database can hold."""
    return int(header) if header and CHANGE_ID.fullmatch(header) else None


async def follow(
    watcher: Watcher,
    read: Callable[[], Awaitable[list[ServerSentEvent] | None]],
    heartbeat: Callable[[], Awaitable[None]] | None = None,
    *,
    conversation_id: str | None = None,
    beside: Callable[[], frozenset[str]] = frozenset,
) -> AsyncIterator[ServerSentEvent]:
    """Yield events of a conversation, or of the desk, as they come. `read()` gives the new ones; None ends the stream.

    `heartbeat()` notes that somebody is there: between HEARTBEAT_S and PING_S seconds after the last. `beside()`: the
    conversations in which someone at the desk takes part, as of the last `read()`.
    """
    loop = asyncio.get_running_loop()
    async with watcher.listening(conversation_id) as listener:
        beat = loop.time()
        while True:
            listener.woken.clear()
            found = await read()
            if found is None:
                return
            for one in found:
                yield one
            if watcher.attend(listener, beside()) or listener.woken.is_set():
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(listener.woken.wait(), PING_S)
            if heartbeat and loop.time() >= beat + HEARTBEAT_S:
                beat = loop.time()
                await heartbeat()


def stream(events: AsyncIterator[ServerSentEvent]) -> EventSourceResponse:
    """The response for a stream; proxies are asked not to buffer it."""
    return EventSourceResponse(
        events, ping=PING_S, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
