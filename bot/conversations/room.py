"""Who can take a chat: one emergency per worker at a time, and colleagues of the same team only."""

from __future__ import annotations

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session

from bot.conversations.presence import MAY_CLAIM
from bot.conversations.states import STAFF
from bot.conversations.tables import Conversation, Handoff, Staff
from bot.risk import Level


class OneEmergency(Exception):
    """This person has an emergency already, and nobody has two."""


def room_for(session: Session, conversation_id: str, staff_id: int) -> None:
    """Raise OneEmergency where this is an emergency and this person has one. Holds off their other claims meanwhile."""
    session.execute(select(Staff.id).where(Staff.id == staff_id).with_for_update())
    wanted = and_(Handoff.conversation_id == conversation_id, Handoff.level == Level.EMERGENCY.value)
    held = and_(
        Conversation.staff_id == staff_id,
        Conversation.in_charge == STAFF,
        Conversation.id != conversation_id,
        Handoff.level == Level.EMERGENCY.value,
    )
    has_one = exists(
        select(Handoff.id)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(and_(held, Handoff.closed_at.is_(None)))
    )
    query = select(Handoff.id).where(and_(wanted, Handoff.closed_at.is_(None), has_one))
    if session.scalar(query) is not None:
        raise OneEmergency


def colleague(session: Session, staff: Staff, name: str) -> Staff:
    """Somebody else of the same team who may claim. Raises LookupError for any other name."""
    query = select(Staff).where(
        and_(Staff.name == name, Staff.role.in_(MAY_CLAIM), Staff.disabled.is_(False))
    )
    found = session.scalar(query.where(and_(Staff.team == staff.team, Staff.area == staff.area)))
    if found is None:
        raise LookupError(name)
    return found
