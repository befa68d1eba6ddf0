"""The desk API for calls, safeguarding, breaks and names (JSON)."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from bot.channels.resources import resources
from bot.conversations import alerts
from bot.desk import access, actions, duties
from bot.desk.api import Csrf, seated

router = APIRouter(prefix="/desk/api")
DONE = {"done": True}


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Pause(_Body):
    """On a break or not."""

    paused: StrictBool


class Alias(_Body):
    """The name that visitors read."""

    alias: StrictStr = Field(max_length=60)


class Rang(_Body):
    """How a call ended; only for `rang`."""

    outcome: StrictStr | None = Field(None, max_length=30)


class ReadTo(_Body):
    """The id of the last message that was read."""

    message: StrictInt = Field(ge=1, le=2**62)


class Flag(_Body):
    """A safeguarding matter: about whom, and the least that must be kept."""

    about: StrictStr = Field(max_length=20)
    note: StrictStr = Field(max_length=2000)


@router.post("/pause")
async def pause(request: Request, body: Pause, csrf: Csrf = None) -> dict[str, bool]:
    """Begin or end a break."""
    seat = await seated(request, csrf)
    await duties.pause(resources(request), seat, body.paused)
    return {"paused": body.paused}


@router.post("/alias")
async def alias(request: Request, body: Alias, csrf: Csrf = None) -> dict[str, bool]:
    """Change the name that visitors read."""
    await duties.rename(resources(request), await seated(request, csrf), body.alias)
    return DONE


@router.get("/alerts")
async def failing(request: Request) -> dict[str, list[Any]]:
    """Alert channels that do not deliver, and alerts that were not sent or may not have been."""
    r, seat = resources(request), access.may_claim(await access.seat_of(request))
    return {"failing": await r.database.look(alerts.failing), "unsent": await duties.unsent(r, seat)}


@router.post("/alerts/{alert_id}/seen")
async def alert_seen(request: Request, alert_id: int, csrf: Csrf = None) -> dict[str, bool]:
    """What may not have been sent has been seen here."""
    seat = access.may_claim(await seated(request, csrf))
    await duties.alert_seen(resources(request), seat, alert_id)
    return DONE


@router.get("/callbacks")
async def calls(request: Request) -> list[dict[str, Any]]:
    """Calls to make; details only of those that this person has taken."""
    return await duties.calls(resources(request), access.may_claim(await access.seat_of(request)))


@router.post("/callbacks/{call_id}/{action}")
async def call(
    request: Request,
    call_id: int,
    action: Literal["take", "put_back", "rang"],
    body: Rang | None = None,
    csrf: Csrf = None,
) -> dict[str, bool]:
    """Take a call, put it back, or note how it went."""
    seat = access.may_claim(await seated(request, csrf))
    await duties.call(resources(request), seat, call_id, action, body.outcome if body else None)
    return DONE


@router.post("/conversations/{conversation_id}/matter")
async def flag(request: Request, conversation_id: str, body: Flag, csrf: Csrf = None) -> dict[str, bool]:
    """Flag a conversation as a safeguarding matter."""
    seat = access.may_claim(await seated(request, csrf))
    await duties.flag(resources(request), seat, conversation_id, body.about, body.note)
    return DONE


@router.post("/conversations/{conversation_id}/typing")
async def typing(request: Request, conversation_id: str, csrf: Csrf = None) -> dict[str, bool]:
    """Staff are typing; visitors see it only where the settings allow it."""
    seat = access.may_claim(await seated(request, csrf))
    await actions.typing(resources(request), seat, conversation_id)
    return DONE


@router.post("/conversations/{conversation_id}/read")
async def read(request: Request, conversation_id: str, body: ReadTo, csrf: Csrf = None) -> dict[str, bool]:
    """Whoever has the chat has read it up to a message."""
    seat = access.may_claim(await seated(request, csrf))
    await actions.note_read(resources(request), seat, conversation_id, body.message)
    return DONE


@router.get("/matters")
async def matters(request: Request) -> list[dict[str, Any]]:
    """Safeguarding matters with their notes, for those who lead."""
    return await duties.matters(resources(request), await access.seat_of(request))


@router.post("/matters/{matter_id}/close")
async def close_matter(request: Request, matter_id: int, csrf: Csrf = None) -> dict[str, bool]:
    """End a safeguarding matter."""
    await duties.close_matter(resources(request), await seated(request, csrf), matter_id)
    return DONE
