"""What staff do with conversations: for the desk's pages and its API alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from bot.channels.errors import Problem
from bot.channels.resources import Resources
from bot.conversations import handoffs, handover, store
from bot.conversations.handover import Action
from bot.conversations.incoming import MAX_CHARS, Refused, clean
from bot.conversations.tables import Conversation, Handoff, Staff
from bot.crypto import Vault
from bot.desk.access import Seat
from bot.interface import interface


async def queue(r: Resources, seat: Seat) -> list[dict[str, Any]]:
    """The queue of this person's team."""
    return await r.database.look(handoffs.queue, r.vault, seat.staff.team, seat.staff.area)


async def act(
    r: Resources,
    seat: Seat,
    conversation_id: str,
    action: Action,
    *,
    to: str | None = None,
    outcome: str | None = None,
) -> None:
    """Change hands. Raises handoffs.Taken, Problem 404 or 422."""
    try:
        await r.database.run(
            handover.act, r.vault, seat.staff, conversation_id, action, to=to, outcome=outcome
        )
    except store.Gone:
        raise Problem(404, "not_found") from None
    except handoffs.Taken as taken:
        # A second press of one's own claim changes nothing
        if (action, taken.in_charge, taken.staff) != ("claim", handoffs.STAFF, seat.staff.name):
            raise
    except LookupError:
        raise Problem(422, "invalid", field="to") from None
    except ValueError:
        raise Problem(422, "invalid", field="outcome") from None
    r.watcher.wake()


async def write(r: Resources, seat: Seat, conversation_id: str, text: str) -> store.Stored:
    """Write to the visitor. Raises Problem 422, 404 or 409."""
    try:
        message = await r.database.run(handover.write, r.vault, seat.staff, conversation_id, clean(text))
    except Refused as error:
        raise Problem(422, error.code, field="text", limit=MAX_CHARS) from None
    except store.Gone:
        raise Problem(404, "not_found") from None
    except handoffs.Taken as taken:
        raise Problem(409, "not_now", extra={"in_charge": taken.in_charge, "staff": taken.staff}) from None
    r.watcher.wake()
    return message


async def read(r: Resources, seat: Seat, conversation_id: str) -> tuple[list[store.Stored], dict[str, Any]]:
    """What was said and why it is here; written in the audit log. Raises Problem 404."""
    return await r.database.run(_read, r.vault, seat.staff, conversation_id)


def _read(
    session: Session, vault: Vault, staff: Staff, conversation_id: str
) -> tuple[list[store.Stored], dict[str, Any]]:
    row = session.execute(
        select(Conversation, Handoff, Staff.name)
        .join(Handoff, Handoff.conversation_id == Conversation.id)
        .outerjoin(Staff, Staff.id == Conversation.staff_id)
        .where(
            # Only what was handed off and is not over is anybody's to read
            and_(handoffs.in_reach(conversation_id, staff), Handoff.closed_at.is_(None))
        )
    ).one_or_none()
    if row is None:
        raise Problem(404, "not_found")
    conversation, handoff, name = row
    handover.audit(session, staff, "opened", conversation_id)
    state = {
        "id": conversation.id,
        "level": handoff.level,
        "categories": handoff.categories,
        "evidence": vault.open(handoff.evidence),
        "in_charge": conversation.in_charge,
        "staff": name,
        "mine": conversation.staff_id == staff.id,
        "visitor_sees": interface().in_charge[conversation.in_charge],
        "visitor_gone": conversation.token_hash is None,
    }
    return store.messages(session, vault, conversation_id), state
