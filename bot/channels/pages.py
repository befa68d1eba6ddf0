"""The visitor's pages. They work without JavaScript, cookie or storage.

A page carries a ticket in its forms and paths; each use gives a new page with a new ticket, and a used or left
ticket opens nothing. It counts as used when that new page is given, so that a second press of "Send" before it, or
a database that fails meanwhile, does not lose the chat.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.channels.api import CLEAR
from bot.channels.errors import Problem, unsaved_messages
from bot.channels.render import area_words, filled, greeting_of, message_view, page
from bot.channels.resources import Resources, address_of, resources
from bot.channels.visitor import not_saved
from bot.conversations import return_codes, store
from bot.conversations.incoming import MAX_CHARS
from bot.conversations.return_words import return_words
from bot.conversations.store import TICKET_PAGE, Gone
from bot.conversations.turn import STORE_WITHIN_S
from bot.conversations.who_is_there import RETURN
from bot.interface import interface
from bot.messages import Author, Reply

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
Text = Annotated[str | None, Form()]


def context(r: Resources) -> dict[str, Any]:
    """What every page needs."""
    words = filled(area_words(r.settings.areas[0]), r.settings)
    back = {"returning": return_words().page, "return_label": return_words().label}
    return {"words": words, "exit_url": r.settings.exit_url, **back}


def over(r: Resources, title: str, text: str, status: int = 200, *, clear: bool = False) -> Response:
    """A page that shows nothing of any chat."""
    labels = interface().labels
    html = page("page/gone.html", title=labels[title], text=labels[text], **context(r))
    return HTMLResponse(html, status, {"Clear-Site-Data": CLEAR} if clear else None)


@dataclass(frozen=True)
class Visit:
    """One use of a page's ticket: it is used up when the next page is given."""

    ticket: str
    use: int
    conversation_id: str


async def _open(r: Resources, ticket: str) -> str:
    """The conversation of a page ticket, which is used up by this. Raises Problem 404."""
    try:
        return await r.database.run(store.use_ticket, ticket, TICKET_PAGE, r.vault)
    except Gone:
        raise Problem(404, "not_found") from None


async def _enter(r: Resources, ticket: str, text: str | None = None) -> Visit:
    """The visit that a page ticket allows. Raises Problem 404, or 503 with what must be said to `text`."""
    try:
        async with asyncio.timeout(STORE_WITHIN_S):
            conversation_id, use = await r.database.run(store.enter, ticket, r.vault)
    except Gone:
        raise Problem(404, "not_found") from None
    except (SQLAlchemyError, TimeoutError):
        raise Problem(503, "broken") if text is None else not_saved(text) from None
    return Visit(ticket, use, conversation_id)


async def _chat(
    r: Resources, visit: Visit, problem: Problem | None = None, kept: str = "", *, code: bool = False
) -> Response:
    """The next page of a visit, with what went wrong on this one, or a code. Raises Problem 404 where it ended."""

    def renew(session: Session) -> tuple[str, list[Reply]]:
        ticket = store.renew(session, visit.ticket, visit.use, r.vault)
        # With the page that shows it: of two presses the one whose answer is seen makes the code that works
        shown = [return_codes.issue(session, r.vault, visit.conversation_id, r.settings)] if code else []
        return ticket, shown

    try:
        ticket, shown = await r.database.run(renew)
    except Gone:
        raise Problem(404, "not_found") from None
    said, state = await r.visitors.look(visit.conversation_id)
    unsaved = unsaved_messages([*(problem.replies if problem else []), *shown])
    html = page(
        "page/chat.html",
        ticket=ticket,
        client_id=uuid.uuid4().hex,
        messages=[message_view(m) for m in [*(s.as_json() for s in said), *unsaved]],
        state=state.as_json(),
        error=problem.text if problem else None,
        kept_text=kept,
        **context(r),
    )
    return HTMLResponse(html, problem.status if problem else 200)


@router.get("/")
async def start(request: Request) -> Response:
    """The screen before the chat."""
    return HTMLResponse(page("page/start.html", **context(resources(request))))


@router.post("/return")
async def come_back(request: Request, code: Text = None) -> Response:
    """Into a chat by its return code; where it opens none, the start page says why beside the field."""
    r = resources(request)
    try:
        made = await r.visitors.rejoin((code or "")[:MAX_CHARS], address_of(request))
    except Problem as problem:
        said = [message_view(m) for m in unsaved_messages(problem.replies)]
        html = page("page/start.html", return_error=problem.text, messages=said, **context(r))
        headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else None
        return HTMLResponse(html, problem.status, headers)
    ticket = await r.database.run(store.new_ticket, made[0], TICKET_PAGE, r.vault)
    return await _chat(r, Visit(ticket, 0, made[0]))


@router.post("/chat")
async def begin(request: Request) -> Response:
    """A new conversation for a page without JavaScript."""
    r = resources(request)
    made = await r.visitors.begin(
        channel="web", address=address_of(request), greeting=greeting_of(r.settings)
    )
    ticket = await r.database.run(store.new_ticket, made[0], TICKET_PAGE, r.vault)
    return await _chat(r, Visit(ticket, 0, made[0]))


@router.get("/chat/{ticket}")
async def again(request: Request, ticket: str) -> Response:
    """The same chat, with what is new."""
    r = resources(request)
    return await _chat(r, await _enter(r, ticket))


@router.post("/chat/{ticket}")
async def say(
    request: Request, ticket: str, text: Text = None, choice: Text = None, client_id: Text = None
) -> Response:
    """One turn from a form. What could not be taken stays in the box, with the reason."""
    r = resources(request)
    visit = await _enter(r, ticket, text or "")
    if choice == RETURN:
        return await _chat(r, visit, code=True)
    typed = None if choice else (text or "")
    said: list[Reply] = []
    try:
        turn = await r.visitors.say(visit.conversation_id, typed, choice, (client_id or "")[:64] or None)
        said = [m.reply for m in turn.messages if m.author == Author.SAFETY]
        return await _chat(r, visit)
    except Problem as problem:
        if problem.status == 404:
            raise
        return await _refused(r, visit, problem, text or "")
    except (SQLAlchemyError, TimeoutError):
        # It was stored, but the page with it cannot be shown
        raise Problem(503, "broken", replies=said) from None


async def _refused(r: Resources, visit: Visit, problem: Problem, text: str) -> Response:
    try:
        return await _chat(r, visit, problem, text)
    except (SQLAlchemyError, TimeoutError):
        raise problem from None


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
