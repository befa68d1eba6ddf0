"""Safeguarding matters: a conversation that is kept until the matter is closed, and a minimal note that outlives it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, get_args

from sqlalchemy import and_, delete, exists, select, update
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations import alerts, handoffs, store
from bot.conversations.database import changed
from bot.conversations.handover import audit
from bot.conversations.person_tables import Matter
from bot.conversations.presence import LEADS
from bot.conversations.tables import Conversation, Staff
from bot.crypto import Vault
from bot.settings import Settings

About = Literal["child", "adult", "other"]
ABOUTS: tuple[About, ...] = get_args(About)
MAX_NOTE = 600


def keeps(session: Session, conversation_id: str) -> bool:
    """Whether an open matter keeps this conversation from erasure."""
    return bool(session.scalar(select(open_for(Conversation.id)).where(Conversation.id == conversation_id)))


def open_for(conversation_id: Any) -> Any:
    """The condition that an open matter is about a conversation."""
    return exists().where(and_(Matter.conversation_id == conversation_id, Matter.closed_at.is_(None)))


def flag(session: Session, vault: Vault, staff: Staff, conversation_id: str, about: str, note: str) -> None:
    """Open a matter about a conversation that this person has. Raises store.Gone, handoffs.Taken, ValueError."""
    if about not in ABOUTS or not note.strip() or len(note) > MAX_NOTE:
        raise ValueError("about or note")
    conversation = store.locked(session, conversation_id)
    if (conversation.team, conversation.area) != (staff.team, staff.area):
        raise store.Gone(conversation_id)
    if conversation.staff_id != staff.id and staff.role not in LEADS:
        raise handoffs.taken(session, conversation_id, staff)
    matter = Matter(
        conversation_id=conversation_id,
        area=conversation.area,
        team=conversation.team,
        about=about,
        note=vault.seal(note.strip()),
        opened_by=staff.name,
        opened_at=now(),
    )
    session.add(matter)
    session.flush()
    level = conversation.level
    alerts.add(session, "matter", f"matter {matter.id}", area=matter.area, team=matter.team, level=level)
    audit(session, staff, "flag", conversation_id)
    store.tell(session, conversation_id, "state")


def close(session: Session, staff: Staff, matter_id: int) -> None:
    """End a matter: its conversation goes the way of others; the note stays for its own time.

    Raises PermissionError for other roles, store.Gone.
    """
    if staff.role not in LEADS:
        raise PermissionError
    mine = and_(Matter.id == matter_id, Matter.team == staff.team, Matter.area == staff.area)
    closing = update(Matter).where(and_(mine, Matter.closed_at.is_(None)))
    if changed(session, closing.values(closed_at=now(), closed_by=staff.name)) != 1:
        raise store.Gone(str(matter_id))
    conversation_id = session.get_one(Matter, matter_id).conversation_id
    audit(session, staff, "matter_closed", conversation_id)
    conversation = session.get(Conversation, conversation_id)
    deleted = conversation is not None and conversation.deleted_at is not None
    if deleted and conversation is not None and conversation.in_charge != handoffs.STAFF:
        store.erase(session, [conversation_id])


def of_team(session: Session, vault: Vault, staff: Staff) -> list[dict[str, Any]]:
    """Matters of a team with their notes, open ones first. Raises PermissionError for other roles."""
    if staff.role not in LEADS:
        raise PermissionError
    mine = and_(Matter.team == staff.team, Matter.area == staff.area)
    rows = session.scalars(
        select(Matter).where(mine).order_by(Matter.closed_at.is_not(None), Matter.id.desc())
    )
    return [
        {
            "id": m.id,
            "about": m.about,
            "note": vault.open(m.note),
            "opened_by": m.opened_by,
            "opened_at": m.opened_at.isoformat(),
            "closed_at": m.closed_at.isoformat() if m.closed_at else None,
            "conversation": m.conversation_id if session.get(Conversation, m.conversation_id) else None,
        }
        for m in rows
    ]


def forget_old(session: Session, settings: Settings) -> None:
    """Erase notes whose time after the end of their matter is over."""
    kept = now() - dt.timedelta(days=settings.safeguarding_note_days)
    session.execute(delete(Matter).where(Matter.closed_at < kept))
