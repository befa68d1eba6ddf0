"""The visitor API, JSON (contracts, "Visitor API"). Thin: it reads the request and calls `Visitors`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictStr, model_validator
from sqlalchemy.orm import Session
from sse_starlette import EventSourceResponse, ServerSentEvent

from bot.channels.errors import Problem
from bot.channels.render import greeting_of, message_json
from bot.channels.resources import Resources, address_of, resources
from bot.channels.streams import event, follow, last_seen, stream
from bot.conversations import events, store
from bot.conversations.events import Progress
from bot.conversations.store import TICKET_EVENTS, Gone
from bot.conversations.tables import Conversation

router = APIRouter(prefix="/api/conversations")
Render = Annotated[Literal["html"] | None, Query()]
Bearer = Annotated[str | None, Header(alias="Authorization")]
CLEAR = '"cache", "cookies", "storage"'


class New(BaseModel):
    """Body of a new conversation: empty."""

    model_config = ConfigDict(extra="forbid")


class Incoming(BaseModel):
    """A message or a choice."""

    model_config = ConfigDict(extra="forbid")

    text: StrictStr | None = None
    choice: StrictStr | None = Field(None, max_length=400)
    client_id: StrictStr | None = Field(None, min_length=1, max_length=64)

    @model_validator(mode="after")
    def _one(self) -> Incoming:
        if (self.text is None) == (self.choice is None):
            raise ValueError("text or choice")
        return self


class Return(BaseModel):
    """A return code, as it was typed."""

    model_config = ConfigDict(extra="forbid")

    code: StrictStr = Field(max_length=2000)


class Leaving(BaseModel):
    """Body of `leave`, which sendBeacon sends without headers."""

    model_config = ConfigDict(extra="forbid")

    token: StrictStr = Field(max_length=100)


def token_of(header: str | None) -> str:
    """The bearer token, or an empty one that opens nothing."""
    kind, _, token = (header or "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


@router.post("", status_code=201)
async def begin(request: Request, render: Render = None, body: New | None = None) -> dict[str, Any]:
    """A new conversation."""
    r = resources(request)
    made = await r.visitors.begin(
        channel="web", address=address_of(request), greeting=greeting_of(r.settings)
    )
    return await _opened(r, made, render)


async def _opened(r: Resources, made: tuple[str, str], render: str | None) -> dict[str, Any]:
    conversation_id, token = made
    said, state = await r.visitors.look(conversation_id)
    return {
        "id": conversation_id,
        "token": token,
        "messages": [message_json(m, render) for m in said],
        **state.as_json(),
    }


@router.post("/return")
async def come_back(request: Request, body: Return, render: Render = None) -> dict[str, Any]:
    """Into a chat by its return code, which is used up: nothing of before is shown."""
    r = resources(request)
    made = await r.visitors.rejoin(body.code, address_of(request))
    return await _opened(r, made, render)


@router.post("/{conversation_id}/messages")
async def say(
    request: Request,
    conversation_id: str,
    body: Incoming,
    authorization: Bearer = None,
    render: Render = None,
) -> dict[str, Any]:
    """One turn: what was said in it."""
    r = resources(request)
    await r.visitors.authenticate(conversation_id, token_of(authorization), body.text or "")
    turn = await r.visitors.say(conversation_id, body.text, body.choice, body.client_id)
    return {"messages": [message_json(m, render) for m in turn.messages], **r.state(turn).as_json()}


@router.get("/{conversation_id}/messages")
async def look(
    request: Request, conversation_id: str, authorization: Bearer = None, render: Render = None
) -> dict[str, Any]:
    """All that was said."""
    r = resources(request)
    await r.visitors.authenticate(conversation_id, token_of(authorization))
    said, state = await r.visitors.look(conversation_id)
    return {"messages": [message_json(m, render) for m in said], **state.as_json()}


@router.delete("/{conversation_id}", status_code=204)
async def delete(request: Request, conversation_id: str, authorization: Bearer = None) -> Response:
    """Delete the chat; `X-Kept-For-Staff: 1` where staff keep it, out of the visitor's sight, until they close it."""
    r = resources(request)
    await r.visitors.authenticate(conversation_id, token_of(authorization))
    hidden = await r.visitors.delete(conversation_id)
    return Response(status_code=204, headers={"X-Kept-For-Staff": "1"} if hidden else None)


@router.post("/{conversation_id}/leave", status_code=204)
async def leave(request: Request, conversation_id: str) -> Response:
    """The visitor exits; the body is read whatever its content type, as sendBeacon sets it."""
    r = resources(request)
    try:
        token = Leaving.model_validate_json(await request.body()).token
    except ValueError:
        raise Problem(422, "invalid", field="token") from None
    await r.visitors.authenticate(conversation_id, token)
    await r.visitors.leave(conversation_id)
    return Response(status_code=204, headers={"Clear-Site-Data": CLEAR})


@router.post("/{conversation_id}/ticket", status_code=201)
async def ticket(request: Request, conversation_id: str, authorization: Bearer = None) -> dict[str, str]:
    """A single-use ticket for the event stream, for clients that cannot send a header with it."""
    r = resources(request)
    await r.visitors.authenticate(conversation_id, token_of(authorization))
    return {"ticket": await r.database.run(store.new_ticket, conversation_id, TICKET_EVENTS, r.vault)}


@router.get("/{conversation_id}/events", response_class=EventSourceResponse)
async def listen(
    request: Request,
    conversation_id: str,
    authorization: Bearer = None,
    ticket: Annotated[str | None, Query(max_length=100)] = None,
    last_event_id: Annotated[str | None, Header()] = None,
    render: Render = None,
) -> Response:
    """The event stream of a conversation."""
    r = resources(request)
    if ticket and not authorization:
        door = await _open_by_ticket(r, conversation_id, ticket)
    else:
        await r.visitors.authenticate(conversation_id, token_of(authorization))
        door = r.vault.keyed_hash(token_of(authorization))
    progress = await r.database.look(events.begin, last_seen(last_event_id))

    async def read() -> list[ServerSentEvent] | None:
        return await r.database.look(_news, r, (conversation_id, door), progress, render)

    return stream(follow(r.watcher, read, conversation_id=conversation_id))


async def _open_by_ticket(r: Resources, conversation_id: str, ticket: str) -> str | None:
    """The hash of the token that the conversation has at this moment. Raises Problem 404."""

    def use(session: Session) -> str | None:
        opened = store.use_ticket(session, ticket, TICKET_EVENTS, r.vault)
        if opened != conversation_id:
            raise Gone(conversation_id)
        return store.locked(session, opened).token_hash

    try:
        return await r.database.run(use)
    except Gone:
        raise Problem(404, "not_found") from None


def _news(
    session: Session, r: Resources, way: tuple[str, str | None], progress: Progress, render: str | None
) -> list[ServerSentEvent] | None:
    """New events of one conversation. None once the token of this stream opens it no more: it was left, deleted, or
    came back to elsewhere."""
    conversation_id, door = way
    conversation = session.get(Conversation, conversation_id)
    if conversation is None or conversation.token_hash is None or conversation.token_hash != door:
        return None
    found: list[ServerSentEvent] = []
    changes = progress.news(session, conversation_id)
    wanted = [c.message_id for c in changes if c.kind == "message" and c.message_id]
    said = {m.id: m for m in store.shown(session, r.vault, conversation, min(wanted) - 1)} if wanted else {}
    for change in changes:
        if change.kind == "message" and change.message_id in said:
            found.append(event("message", message_json(said[change.message_id], render), change.id))
        elif change.kind == "state":
            found.append(event("state", r.state_of(session, conversation_id).as_json(), change.id))
        elif change.kind == "typing" and r.settings.typing_hints:
            found.append(event("typing", {}, change.id))
    return found
