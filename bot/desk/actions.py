"""What staff do with conversations: for the desk's pages and its API alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from bot.channels.errors import Problem
from bot.channels.resources import Resources
from bot.clock import now
from bot.conversations import beside, handoffs, handover, room, safeguarding, store
from bot.conversations import queue as queue_of
from bot.conversations.handover import Action, Details
from bot.conversations.incoming import MAX_CHARS, Refused, clean
from bot.conversations.presence import LEADS, MAY_CLAIM, MAY_TAKE_OVER
from bot.conversations.tables import Conversation, Handoff, Staff
from bot.crypto import Vault
from bot.desk.access import Seat
from bot.interface import interface
from bot.messages import Author


async def queue(r: Resources, seat: Seat) -> list[dict[str, Any]]:
    """The queue of this person's team."""
    return await r.database.look(queue_of.queue, r.vault, seat.staff.team, seat.staff.area)


async def act(
    r: Resources, seat: Seat, conversation_id: str, action: Action, details: Details | None = None
) -> None:
    """Change hands. Raises handoffs.Taken, Problem 403, 404, 409 or 422."""
    details = details or Details()
    try:
        await r.database.run(handover.act, r.vault, seat.staff, conversation_id, action, details)
    except store.Gone:
        raise Problem(404, "not_found") from None
    except handoffs.Taken as taken:
        # A second press of one's own claim changes nothing
        if (action, taken.in_charge, taken.staff) != ("claim", handoffs.STAFF, seat.staff.name):
            raise
    except room.OneEmergency:
        raise Problem(409, "one_emergency") from None
    except PermissionError:
        raise Problem(403, "not_allowed") from None
    except LookupError:
        raise Problem(422, "invalid", field="to") from None
    except ValueError:
        field = "mark" if details.outcome in handoffs.OUTCOMES else "outcome"
        raise Problem(422, "invalid", field=field) from None
    r.watcher.wake()


async def write(
    r: Resources, seat: Seat, conversation_id: str, text: str, client_id: str | None = None
) -> store.Stored:
    """Write to the visitor. Raises Problem 422, 404 or 409."""
    try:
        message = await r.database.run(
            handover.write, r.vault, seat.staff, conversation_id, clean(text), client_id
        )
    except Refused as error:
        raise Problem(422, error.code, field="text", limit=MAX_CHARS) from None
    except store.Gone:
        raise Problem(404, "not_found") from None
    except handoffs.Taken as taken:
        raise Problem(409, "not_now", extra={"in_charge": taken.in_charge, "staff": taken.staff}) from None
    r.watcher.wake()
    return message


async def typing(r: Resources, seat: Seat, conversation_id: str) -> None:
    """Tell the visitor that somebody types, where the settings allow it."""
    if not r.settings.typing_hints:
        return

    def tell(session: Session) -> None:
        mine = and_(handoffs.in_reach(conversation_id, seat.staff), handoffs.mine(seat.staff))
        if session.scalar(select(Conversation.id).where(mine)):
            store.tell(session, conversation_id, "typing")

    await r.database.run(tell)
    r.watcher.wake()


async def note_read(r: Resources, seat: Seat, conversation_id: str, message_id: int) -> None:
    """This person has read their chat up to a message."""
    await r.database.run(beside.note_read, conversation_id, message_id, seat.staff)
    r.watcher.wake()


async def read(
    r: Resources, seat: Seat, conversation_id: str, *, renewed: bool = False
) -> tuple[list[store.Stored], dict[str, Any]]:
    """What was said and why it is here; written in the audit log. Raises Problem 404.

    `renewed`: by a page that renews itself, so that nobody need have read it.
    """
    return await r.database.run(_read, r.vault, seat.staff, conversation_id, renewed)


def _read(
    session: Session, vault: Vault, staff: Staff, conversation_id: str, renewed: bool
) -> tuple[list[store.Stored], dict[str, Any]]:
    row = session.execute(
        select(Conversation, Handoff, Staff.name)
        .join(Handoff, Handoff.conversation_id == Conversation.id)
        .outerjoin(Staff, Staff.id == Conversation.staff_id)
        # Only what was handed off and is not over is anybody's to read; what a matter keeps, its leads'
        .where(and_(handoffs.in_reach(conversation_id, staff), _readable(staff)))
        .order_by(Handoff.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise Problem(404, "not_found")
    conversation, handoff, name = row
    handover.audit(session, staff, "opened", conversation_id)
    said = store.messages(session, vault, conversation_id)
    if said and not renewed:
        beside.note_read(session, conversation_id, said[-1].id, staff)
    return said, {**_state(vault, conversation, handoff, staff), "staff": name, "silent_s": _silent_s(said)}


def _readable(staff: Staff) -> Any:
    opened = Handoff.closed_at.is_(None)
    return opened | safeguarding.open_for(Conversation.id) if staff.role in LEADS else opened


def _state(vault: Vault, conversation: Conversation, handoff: Handoff, staff: Staff) -> dict[str, Any]:
    mine, joined = conversation.staff_id == staff.id, handoff.joined_id == staff.id
    held = conversation.in_charge == handoffs.STAFF
    return {
        "id": conversation.id,
        "level": handoff.level,
        "categories": handoff.categories,
        "evidence": vault.open(handoff.evidence),
        "in_charge": conversation.in_charge,
        "mine": mine,
        "joined": joined,
        "may_write": held and (mine or joined),
        "may_take_over": held and not mine and staff.role in MAY_TAKE_OVER,
        "visitor_sees": interface().in_charge[conversation.in_charge],
        "visitor_gone": conversation.token_hash is None,
        "rejoined_at": conversation.rejoined_at.isoformat() if conversation.rejoined_at else None,
        "raised_at": handoff.raised_at.isoformat() if handoff.raised_at else None,
        "supervisor_called": handoff.supervisor_called_at is not None,
        "declined": handoff.declined_at is not None,
        "returned": handoff.returned_at is not None,
        "read_id": handoff.read_id,
    }


def _silent_s(said: list[store.Stored]) -> int:
    """Seconds since the visitor wrote last, 0 where that was the last word."""
    theirs = [n for n, m in enumerate(said) if m.author == Author.VISITOR.value]
    if not theirs or all(m.author != Author.STAFF.value for m in said[theirs[-1] + 1 :]):
        return 0
    return int((now() - said[theirs[-1]].when).total_seconds())


async def colleagues(r: Resources, seat: Seat) -> list[str]:
    """Names to transfer to."""

    def look(session: Session) -> list[str]:
        team = and_(Staff.team == seat.staff.team, Staff.area == seat.staff.area, Staff.id != seat.staff.id)
        free = and_(team, Staff.role.in_(MAY_CLAIM), Staff.disabled.is_(False))
        return list(session.scalars(select(Staff.name).where(free).order_by(Staff.name)))

    return await r.database.look(look)
