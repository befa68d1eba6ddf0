"""ASGI middleware at the edge: body size before it is read, security headers on everything."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.logs import describe

MAX_BODY = 64 * 1024
log = logging.getLogger(__name__)
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    b"cache-control": b"no-store",
    b"content-security-policy": CSP.encode(),
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"geolocation=(), camera=(), microphone=(), interest-cohort=()",
    b"x-robots-tag": b"noindex",
}


class BodyTooLarge(Exception):
    """More than 64 KiB came in."""


class BodyLimit:
    """Refuses bodies over 64 KiB: by their announced length before reading, else while they come in."""

    def __init__(self, app: ASGIApp, refuse: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > MAX_BODY:
            await self.refuse(scope, receive, send)
            return
        seen, started = 0, False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > MAX_BODY:
                raise BodyTooLarge
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            # What the application makes of a body that was cut off is not the answer
            if started or seen <= MAX_BODY:
                started = True
                await send(message)

        with contextlib.suppress(BodyTooLarge):
            await self.app(scope, counted, watched)
        if seen > MAX_BODY and not started:
            await self.refuse(scope, receive, send)


class NoTraceback:
    """Answers where something unexpected failed, and logs where it did without what it says."""

    def __init__(self, app: ASGIApp, answer: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http":
                raise
            log.error("unexpected: %s", describe(error))
            if not started:
                await self.answer(scope, receive, send)


class SecurityHeaders:
    """Adds the headers that every response carries, unless a route set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present: list[tuple[bytes, bytes]] = list(message["headers"])
                names = {name.lower() for name, _ in present}
                missing: list[Any] = [(k, v) for k, v in HEADERS.items() if k not in names]
                message = {**message, "headers": [*present, *missing]}
            await send(message)

        await self.app(scope, receive, with_headers)
