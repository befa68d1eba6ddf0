"""The desk's pages for calls, safeguarding, breaks and names: plain forms over the functions of the desk API."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from bot.channels.errors import Problem
from bot.channels.render import page
from bot.channels.resources import resources
from bot.conversations.callback_words import callback_words
from bot.conversations.presence import LEADS
from bot.conversations.words import desk_words
from bot.desk import access, duties
from bot.desk.access import Seat
from bot.desk.pages import go, seat_or_page
from bot.desk.routes import routes_of

router = APIRouter(prefix="/desk", default_response_class=HTMLResponse, include_in_schema=False)
Field = Annotated[str, Form(max_length=4000)]


def _frame(seat: Seat) -> dict[str, Any]:
    return {
        "me": {"user": seat.staff.name, "role": seat.staff.role},
        "csrf": seat.csrf,
        "leads": seat.staff.role in LEADS,
    }


async def _calls(request: Request, seat: Seat, error: str | None = None) -> Response:
    found = await duties.calls(resources(request), seat)
    html = page("desk/calls.html", calls=found, words=callback_words(), error=error, **_frame(seat))
    return HTMLResponse(html, 409 if error else 200)


@router.get("/calls")
async def calls(request: Request) -> Response:
    """Calls to make."""
    seat = await seat_or_page(request)
    return seat if isinstance(seat, Response) else await _calls(request, access.may_claim(seat))


@router.post("/calls/{call_id}/{action}")
async def call(
    request: Request,
    call_id: int,
    action: Literal["take", "put_back", "rang"],
    outcome: Field = "",
    csrf: Field = "",
) -> Response:
    """Take a call, put it back, or note how it went."""
    seat = await seat_or_page(request, csrf, writing=True)
    if isinstance(seat, Response):
        return seat
    try:
        await duties.call(resources(request), access.may_claim(seat), call_id, action, outcome or None)
    except Problem as problem:
        return await _calls(request, seat, problem.text)
    return go("/desk/calls")


@router.post("/alerts/{alert_id}/seen")
async def alert_seen(request: Request, alert_id: int, csrf: Field = "") -> Response:
    """What may not have been sent has been seen here, by this press or another's."""
    seat = await seat_or_page(request, csrf, writing=True)
    if isinstance(seat, Response):
        return seat
    with suppress(Problem):
        await duties.alert_seen(resources(request), access.may_claim(seat), alert_id)
    return go("/desk")


@router.get("/matters")
async def matters(request: Request) -> Response:
    """Safeguarding matters, for those who lead."""
    seat = await seat_or_page(request)
    if isinstance(seat, Response):
        return seat
    r = resources(request)
    found = await duties.matters(r, seat)
    routes = routes_of(r.settings.areas[0])
    html = page("desk/matters.html", matters=found, routes=routes, abouts=desk_words().abouts, **_frame(seat))
    return HTMLResponse(html)


@router.post("/matters/{matter_id}/close")
async def close_matter(request: Request, matter_id: int, csrf: Field = "") -> Response:
    """End a matter."""
    seat = await seat_or_page(request, csrf, writing=True)
    if isinstance(seat, Response):
        return seat
    await duties.close_matter(resources(request), seat, matter_id)
    return go("/desk/matters")


@router.get("/safeguarding")
async def routes(request: Request) -> Response:
    """Whom to tell, by place and age."""
    seat = await seat_or_page(request)
    if isinstance(seat, Response):
        return seat
    found = routes_of(resources(request).settings.areas[0])
    return HTMLResponse(page("desk/routes.html", routes=found, **_frame(seat)))


@router.post("/c/{conversation_id}/matter")
async def flag(
    request: Request, conversation_id: str, about: Field = "", note: Field = "", csrf: Field = ""
) -> Response:
    """Flag a conversation as a safeguarding matter."""
    seat = await seat_or_page(request, csrf, writing=True)
    if isinstance(seat, Response):
        return seat
    await duties.flag(resources(request), access.may_claim(seat), conversation_id, about, note)
    return go(f"/desk?c={conversation_id}")


@router.post("/pause")
async def pause(request: Request, paused: Field = "", csrf: Field = "") -> Response:
    """Begin or end a break."""
    seat = await seat_or_page(request, csrf, writing=True)
    if isinstance(seat, Response):
        return seat
    await duties.pause(resources(request), seat, paused == "yes")
    return go("/desk")


@router.post("/alias")
async def alias(request: Request, alias: Field = "", csrf: Field = "") -> Response:
    """Change the name that visitors read."""
    seat = await seat_or_page(request, csrf, writing=True)
    if isinstance(seat, Response):
        return seat
    await duties.rename(resources(request), seat, alias)
    return go("/desk")
