"""The visitor's pages. They work without JavaScript, cookie or storage.

A page carries a ticket in its forms and paths; each use gives a new page with a new ticket, and a used or left
ticket opens nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from bot.channels.api import CLEAR
from bot.channels.errors import Problem, unsaved_messages
from bot.channels.render import area_words, filled, greeting_of, message_view, page
from bot.channels.resources import Resources, address_of, resources
from bot.conversations import store
from bot.conversations.store import TICKET_PAGE, Gone
from bot.interface import interface

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
Text = Annotated[str | None, Form()]


def context(r: Resources) -> dict[str, Any]:
    """What every page needs."""
    return {"words": filled(area_words(r.settings.areas[0]), r.settings), "exit_url": r.settings.exit_url}


def over(r: Resources, title: str, text: str, status: int = 200, *, clear: bool = False) -> Response:
    """A page that shows nothing of any chat."""
    labels = interface().labels
    html = page("page/gone.html", title=labels[title], text=labels[text], **context(r))
    return HTMLResponse(html, status, {"Clear-Site-Data": CLEAR} if clear else None)


async def _open(r: Resources, ticket: str) -> str:
    """The conversation of a page ticket, which is used up by this. Raises Problem 404."""
    try:
        return await r.database.run(store.use_ticket, ticket, TICKET_PAGE, r.vault)
    except Gone:
        raise Problem(404, "not_found") from None


async def _chat(
    r: Resources,
    conversation_id: str,
    *,
    error: str | None = None,
    kept: str = "",
    unsaved: Sequence[dict[str, Any]] = (),
    status: int = 200,
) -> Response:
    ticket = await r.database.run(store.new_ticket, conversation_id, TICKET_PAGE, r.vault)
    said, state = await r.visitors.look(conversation_id)
    views = [message_view(m) for m in [*(s.as_json() for s in said), *unsaved]]
    html = page(
        "page/chat.html",
        ticket=ticket,
        client_id=uuid.uuid4().hex,
        messages=views,
        state=state.as_json(),
        error=error,
        kept_text=kept,
        deletable_note=None,
        **context(r),
    )
    return HTMLResponse(html, status)


@router.get("/")
async def start(request: Request) -> Response:
    """The screen before the chat."""
    return HTMLResponse(page("page/start.html", **context(resources(request))))


@router.post("/chat")
async def begin(request: Request) -> Response:
    """A new conversation for a page without JavaScript."""
    r = resources(request)
    made = await r.visitors.begin(
        channel="web", address=address_of(request), greeting=greeting_of(r.settings)
    )
    return await _chat(r, made[0])


@router.get("/chat/{ticket}")
async def again(request: Request, ticket: str) -> Response:
    """The same chat, with what is new."""
    r = resources(request)
    return await _chat(r, await _open(r, ticket))


@router.post("/chat/{ticket}")
async def say(
    request: Request, ticket: str, text: Text = None, choice: Text = None, client_id: Text = None
) -> Response:
    """One turn from a form. What could not be taken stays in the box, with the reason."""
    r = resources(request)
    conversation_id = await _open(r, ticket)
    typed = None if choice else (text or "")
    try:
        await r.visitors.say(conversation_id, typed, choice, (client_id or "")[:64] or None)
    except Problem as problem:
        if problem.status == 404:
            raise
        unsaved = unsaved_messages(problem.replies)
        return await _chat(
            r, conversation_id, error=problem.text, kept=text or "", unsaved=unsaved, status=problem.status
        )
    return await _chat(r, conversation_id)


@router.post("/chat/{ticket}/delete")
async def delete(request: Request, ticket: str) -> Response:
    """Delete the chat."""
    r = resources(request)
    hidden = await r.visitors.delete(await _open(r, ticket))
    return over(r, "chat_deleted_title", "chat_hidden" if hidden else "chat_deleted", clear=True)


@router.post("/chat/{ticket}/leave", status_code=204)
async def leave(request: Request, ticket: str) -> Response:
    """Exit from a page without JavaScript's memory, told by a beacon."""
    r = resources(request)
    await r.visitors.leave(await _open(r, ticket))
    return Response(status_code=204, headers={"Clear-Site-Data": CLEAR})
