"""The desk API, JSON (contracts, "Desk API"): the same functions that the desk's pages use."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StrictStr
from sse_starlette import EventSourceResponse, ServerSentEvent

from bot.channels.errors import Problem, problem_json
from bot.channels.render import message_json
from bot.channels.resources import resources
from bot.channels.streams import follow, last_seen, stream
from bot.conversations import events, handoffs
from bot.conversations.handover import Action, Details
from bot.desk import access, actions, lookup
from bot.desk.access import Seat
from bot.desk.accounts import Claim
from bot.desk.live import Live

router = APIRouter(prefix="/desk/api")
Csrf = Annotated[str | None, Header(alias="X-CSRF-Token")]
Render = Annotated[Literal["html"] | None, Query()]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignIn(_Body):
    """Who wants to sign in."""

    user: StrictStr = Field(max_length=60)
    password: StrictStr = Field(max_length=200)
    code: StrictStr | None = Field(None, max_length=12)


class Password(_Body):
    """A new password."""

    password: StrictStr = Field(max_length=200)


class Code(_Body):
    """A one-time code."""

    code: StrictStr = Field(max_length=12)


class Text(_Body):
    """A message by staff."""

    text: StrictStr
    client_id: StrictStr | None = Field(None, min_length=1, max_length=60)


def staff_id(body: Text) -> str | None:
    """The client id as it is kept: a visitor's never meets it."""
    return f"s:{body.client_id}" if body.client_id else None


class Body(_Body):
    """What some actions need: a colleague's name, an outcome, what staff think of the alarm."""

    to: StrictStr | None = Field(None, max_length=60)
    outcome: StrictStr | None = Field(None, max_length=30)
    mark: StrictStr | None = Field(None, max_length=10)


async def seated(request: Request, csrf: str | None, *, unfinished: bool = False) -> Seat:
    """The person behind a writing call, with their CSRF token checked."""
    seat = await access.seat_of(request, unfinished=unfinished)
    access.check_csrf(seat, csrf)
    return seat


@router.post("/session")
async def sign_in(request: Request, body: SignIn) -> Response:
    """Sign in: sets the cookie."""
    claim = Claim(body.user, body.password, body.code)
    seat, token = await access.sign_in(resources(request), claim)
    response = JSONResponse(seat.as_json())
    access.set_cookie(response, request, token)
    return response


@router.get("/session")
async def session(request: Request) -> dict[str, str]:
    """Who is signed in, and what they must do first."""
    return (await access.seat_of(request, unfinished=True)).as_json()


@router.delete("/session", status_code=204)
async def sign_out(request: Request, csrf: Csrf = None) -> Response:
    """Sign out."""
    await access.sign_out(resources(request), await seated(request, csrf, unfinished=True))
    response = Response(status_code=204)
    response.delete_cookie(access.COOKIE, path="/desk")
    return response


@router.post("/password")
async def password(request: Request, body: Password, csrf: Csrf = None) -> dict[str, str]:
    """Choose a new password."""
    seat = await seated(request, csrf, unfinished=True)
    return (await access.new_password(resources(request), seat, body.password)).as_json()


@router.get("/totp")
async def totp(request: Request) -> dict[str, str]:
    """The secret of the second step, while it is being set up."""
    r, seat = resources(request), await access.seat_of(request, unfinished=True)
    if seat.must != "totp":
        raise Problem(404, "not_found")
    return {"secret": await r.database.run(access.pending_secret, r.vault, seat)}


@router.post("/totp")
async def confirm(request: Request, body: Code, csrf: Csrf = None) -> dict[str, str]:
    """Confirm the second step."""
    seat = await seated(request, csrf, unfinished=True)
    if seat.must != "totp":
        raise Problem(404, "not_found")
    return (await access.confirm_secret(resources(request), seat, body.code)).as_json()


@router.get("/queue")
async def queue(request: Request) -> list[dict[str, Any]]:
    """Waiting and claimed, in the order of service."""
    seat = access.may_claim(await access.seat_of(request))
    return await actions.queue(resources(request), seat)


@router.post("/conversations/{conversation_id}/messages")
async def write(
    request: Request, conversation_id: str, body: Text, csrf: Csrf = None, render: Render = None
) -> dict[str, Any]:
    """Write to the visitor."""
    seat = access.may_claim(await seated(request, csrf))
    message = await actions.write(resources(request), seat, conversation_id, body.text, staff_id(body))
    return {"messages": [message_json(message, render)]}


@router.get("/conversations/{conversation_id}/messages")
async def read(request: Request, conversation_id: str, render: Render = None) -> dict[str, Any]:
    """What was said; who opened it is in the audit log."""
    seat = access.may_claim(await access.seat_of(request))
    said, state = await actions.read(resources(request), seat, conversation_id)
    return {"messages": [message_json(m, render) for m in said], **state}


@router.post("/conversations/{conversation_id}/{action}")
async def act(
    request: Request, conversation_id: str, action: Action, body: Body | None = None, csrf: Csrf = None
) -> Response:
    """Change hands; 409 where someone was faster."""
    seat = access.may_claim(await seated(request, csrf))
    details = Details(**(body or Body()).model_dump())
    try:
        await actions.act(resources(request), seat, conversation_id, action, details)
    except handoffs.Taken as taken:
        return taken_json(taken)
    return JSONResponse({"id": conversation_id, "done": action})


def taken_json(taken: handoffs.Taken) -> Response:
    """409: who has it, and in which state it is."""
    return problem_json(Problem(409, "not_now", extra={"in_charge": taken.in_charge, "staff": taken.staff}))


@router.get("/events", response_class=EventSourceResponse)
async def listen(request: Request, last_event_id: Annotated[str | None, Header()] = None) -> Response:
    """What changes at the desk: `queue`, and `message` and `state` of this person's conversations."""
    r, seat = resources(request), access.may_claim(await access.seat_of(request))
    progress = await r.database.look(events.begin, last_seen(last_event_id))
    desk = Live(r.vault, seat, progress)

    async def read_news() -> list[ServerSentEvent] | None:
        return await r.database.look(desk.news)

    async def heartbeat() -> None:
        await r.database.run(access.sign_of_life, seat.session)

    return stream(follow(r.watcher, read_news, heartbeat, beside=lambda: desk.own))


@router.get("/lookup")
async def look_up(request: Request, q: Annotated[str, Query(max_length=200)]) -> dict[str, Any]:
    """Entries and services for what staff type."""
    r, _ = resources(request), await access.seat_of(request)
    return {"q": q, "results": await lookup.find(q, r.settings.areas[0])}
