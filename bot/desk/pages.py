"""The desk's pages: forms that work without JavaScript, over the functions of the desk API."""

from __future__ import annotations

from typing import Annotated, Any

import pyotp
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from bot.channels.errors import Problem
from bot.channels.render import clock_of, message_view, page
from bot.channels.resources import Resources, resources
from bot.conversations import alerts, handoffs
from bot.conversations.handover import Action, Details
from bot.conversations.presence import LEADS
from bot.conversations.return_words import return_words
from bot.conversations.seeing import rules_only
from bot.conversations.words import alert_words, desk_words
from bot.desk import access, actions, duties, lookup
from bot.desk.access import Seat
from bot.desk.accounts import Claim
from bot.interface import interface

router = APIRouter(prefix="/desk", default_response_class=HTMLResponse, include_in_schema=False)
Field = Annotated[str, Form(max_length=4000)]
# After these, whoever pressed the button has the chat before them
STAYS = ("claim", "take_over", "call_supervisor", "join")
FIRST = {"password": "/desk/password", "totp": "/desk/two-step"}


def go(path: str) -> Response:
    """On to another page, with GET."""
    return RedirectResponse(path, 303)


async def seat_or_page(
    request: Request, csrf: str | None = None, *, writing: bool = False
) -> Seat | Response:
    """The person, or the page that they must see first."""
    try:
        seat = await access.seat_of(request, unfinished=True)
    except Problem:
        return go("/desk/sign-in")
    if writing:
        access.check_csrf(seat, csrf)
    if seat.must and request.url.path != FIRST[seat.must]:
        return go(FIRST[seat.must])
    return seat


@router.get("/sign-in")
async def sign_in_page() -> Response:
    """The sign-in form."""
    return HTMLResponse(page("desk/sign_in.html", error=None, need_code=False))


@router.post("/sign-in")
async def sign_in(request: Request, user: Field = "", password: Field = "", code: Field = "") -> Response:
    """Sign in."""
    try:
        claim = Claim(user[:60], password[:200], code[:12])
        seat, token = await access.sign_in(resources(request), claim)
    except Problem as problem:
        return HTMLResponse(
            page("desk/sign_in.html", error=problem.text, need_code=bool(code)), problem.status
        )
    response = go(FIRST[seat.must] if seat.must else "/desk")
    access.set_cookie(response, request, token)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, csrf: Field = "") -> Response:
    """Sign out."""
    seat = await access.seat_of(request, unfinished=True)
    access.check_csrf(seat, csrf)
    await access.sign_out(resources(request), seat)
    response = go("/desk/sign-in")
    response.delete_cookie(access.COOKIE, path="/desk")
    return response


@router.get("/password")
async def password_page(request: Request) -> Response:
    """The form for a new password."""
    seat = await seat_or_page(request)
    return (
        seat
        if isinstance(seat, Response)
        else HTMLResponse(page("desk/password.html", error=None, csrf=seat.csrf))
    )


@router.post("/password")
async def password(request: Request, password: Field = "", again: Field = "", csrf: Field = "") -> Response:
    """Save a new password."""
    seat = await seat_or_page(request, csrf, writing=True)
    if isinstance(seat, Response):
        return seat
    error = None if password == again else interface().errors["passwords_differ"]
    if error is None:
        try:
            seat = await access.new_password(resources(request), seat, password[:200])
            return go(FIRST[seat.must] if seat.must else "/desk")
        except Problem as problem:
            error = problem.text
    return HTMLResponse(page("desk/password.html", error=error, csrf=seat.csrf), 422)


async def _two_step(request: Request, seat: Seat, error: str | None) -> Response:
    r = resources(request)
    secret = await r.database.run(access.pending_secret, r.vault, seat)
    uri = pyotp.TOTP(secret).provisioning_uri(name=seat.staff.name, issuer_name=r.settings.helpline_name)
    html = page("desk/two_step.html", secret=secret, uri=uri, error=error, csrf=seat.csrf)
    return HTMLResponse(html, 422 if error else 200)


@router.get("/two-step")
async def two_step_page(request: Request) -> Response:
    """The form that sets up the second step."""
    seat = await seat_or_page(request)
    if isinstance(seat, Response):
        return seat
    return await _two_step(request, seat, None) if seat.must == "totp" else go("/desk")


@router.post("/two-step")
async def two_step(request: Request, code: Field = "", csrf: Field = "") -> Response:
    """Confirm the second step."""
    seat = await seat_or_page(request, csrf, writing=True)
    if isinstance(seat, Response) or seat.must != "totp":
        return seat if isinstance(seat, Response) else go("/desk")
    try:
        await access.confirm_secret(resources(request), seat, code[:12])
    except Problem as problem:
        return await _two_step(request, seat, problem.text)
    return go("/desk")


async def _desk(
    request: Request,
    seat: Seat,
    c: str | None,
    q: str | None,
    error: str | None = None,
    *,
    renewed: bool = False,
) -> Response:
    r = resources(request)
    chat: dict[str, Any] | None = None
    if c:
        try:
            said, state = await actions.read(r, seat, c, renewed=renewed)
            messages = [message_view(m.as_json()) for m in said]
            chat = {**state, "messages": messages, "rejoined": _rejoined(state["rejoined_at"])}
        except Problem as problem:
            # Whether its visitor deleted or left it is not for us to tell
            error = error or (desk_words().left if problem.status == 404 else problem.text)
    html = page(
        "desk/desk.html",
        **_me(seat),
        **await _queue(r, seat),
        chat=chat,
        lookup={"q": q, "results": await lookup.find(q[:200], r.settings.areas[0])} if q else None,
        outcomes=[{"value": k, "label": v} for k, v in interface().outcomes.items()],
        colleagues=await actions.colleagues(r, seat) if chat and chat["mine"] else [],
        words=desk_words(),
        failing=await r.database.look(alerts.failing),
        rules_only=rules_only() is not None,
        calls=len(await duties.calls(r, seat)),
        error=error,
        typing_hints=r.settings.typing_hints,
    )
    return HTMLResponse(html)


async def _queue(r: Resources, seat: Seat) -> dict[str, Any]:
    """What the list of who waits is made of; it is renewed by itself."""
    unsent = await duties.unsent(r, seat)
    return {"queue": await actions.queue(r, seat), "unsent": unsent, "seen_label": alert_words().seen}


def _rejoined(at: str | None) -> str | None:
    """What staff should know of a visitor who came back with a return code."""
    if at is None:
        return None
    return return_words().staff.format(time=clock_of(at))


def _me(seat: Seat) -> dict[str, Any]:
    staff = seat.staff
    me = {"user": staff.name, "role": staff.role, "shown": staff.shown, "paused": staff.paused_at is not None}
    return {"me": me, "csrf": seat.csrf, "leads": staff.role in LEADS}


@router.get("")
async def desk(
    request: Request, c: str | None = None, q: str | None = None, renewed: bool = False
) -> Response:
    """Queue, conversation, look-up; `renewed` by the page itself."""
    seat = await seat_or_page(request)
    if isinstance(seat, Response):
        return seat
    return await _desk(request, access.may_claim(seat), c, q, renewed=renewed)


@router.get("/fragments/queue")
async def queue(request: Request) -> Response:
    """The queue alone, for a page that renews it."""
    seat = access.may_claim(await access.seat_of(request))
    return HTMLResponse(page("desk/_queue.html", **await _queue(resources(request), seat), **_me(seat)))


@router.post("/c/{conversation_id}/message")
async def write(request: Request, conversation_id: str, text: Field = "", csrf: Field = "") -> Response:
    """Write to the visitor."""
    seat = await seat_or_page(request, csrf, writing=True)
    if isinstance(seat, Response):
        return seat
    try:
        await actions.write(resources(request), access.may_claim(seat), conversation_id, text)
    except Problem as problem:
        return await _desk(request, seat, conversation_id, None, problem.text)
    return go(f"/desk?c={conversation_id}")


@router.post("/c/{conversation_id}/{action}")
async def act(
    request: Request,
    conversation_id: str,
    action: Action,
    csrf: Field = "",
    outcome: Field = "",
    to: Field = "",
    mark: Field = "",
) -> Response:
    """Change hands."""
    seat = await seat_or_page(request, csrf, writing=True)
    if isinstance(seat, Response):
        return seat
    try:
        await actions.act(
            resources(request),
            access.may_claim(seat),
            conversation_id,
            action,
            Details(to or None, outcome or None, mark or None),
        )
    except handoffs.Taken as taken:
        words = interface().errors["not_now"] + (f" {taken.staff}: {taken.in_charge}." if taken.staff else "")
        return await _desk(request, seat, None, None, words)
    except Problem as problem:
        return await _desk(request, seat, None, None, problem.text)
    return go(f"/desk?c={conversation_id}" if action in STAYS else "/desk")
