"""Errors as the API tells them: `{error: {code, field?, text}, messages?}`, never a traceback, never a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi.responses import JSONResponse, Response

from bot.clock import now
from bot.interface import interface
from bot.messages import Reply


class Problem(Exception):
    """An error for the client. `replies` are safety messages that must be shown although nothing was stored."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        field: str | None = None,
        replies: Sequence[Reply] = (),
        retry_after: int | None = None,
        extra: dict[str, Any] | None = None,
        **values: object,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.field, self.replies = status, code, field, list(replies)
        self.retry_after = retry_after
        self.extra = extra or {}
        self.text = interface().errors[code].format(field=field or "", **values)


def unsaved_messages(replies: Sequence[Reply]) -> list[dict[str, Any]]:
    """Messages that were said but not stored, in the shape of stored ones, with negative ids."""
    at = now().isoformat()
    return [{"id": -n, "at": at, **reply.as_json()} for n, reply in enumerate(replies, 1)]


def problem_json(problem: Problem, html: Callable[[dict[str, Any]], str] | None = None) -> Response:
    """The response for a problem; `html` renders its messages where the client asked for that."""
    error: dict[str, Any] = {"code": problem.code, "text": problem.text}
    if problem.field:
        error["field"] = problem.field
    body: dict[str, Any] = {"error": error, **problem.extra}
    if problem.replies:
        said = unsaved_messages(problem.replies)
        body["messages"] = [{**m, "html": html(m)} for m in said] if html else said
    headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else None
    return JSONResponse(body, status_code=problem.status, headers=headers)
