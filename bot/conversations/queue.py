"""The queue: by level, then in the order of coming; what came back from staff stands in front of its level."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations.handoffs import WAITING
from bot.conversations.tables import Conversation, Handoff, Message, Staff
from bot.crypto import Vault
from bot.messages import Author
from bot.risk import Level


def _order() -> tuple[Any, ...]:
    """The order of service, from first to last: smaller comes first in each part."""
    levels = (Level.EMERGENCY, Level.URGENT, Level.CONCERN, Level.NONE)
    rank = case({level.value: n for n, level in enumerate(levels)}, value=Handoff.level, else_=len(levels))
    declined = case((Handoff.declined_at.is_(None), 0), else_=1)
    returned = case((Handoff.returned_at.is_(None), 1), else_=0)
    return declined, rank, returned, Handoff.line, Handoff.id


def waiting(team: str, area: str) -> Select[Any]:
    """Open hand-offs of a team in the order of service."""
    return (
        select(Handoff, Conversation, Staff.name)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .outerjoin(Staff, Staff.id == Conversation.staff_id)
        .where(and_(Handoff.closed_at.is_(None), Handoff.team == team, Handoff.area == area))
        .order_by(*_order())
    )


def waits_since(handoff: Handoff) -> dt.datetime:
    """When the present wait of a hand-off began."""
    return handoff.returned_at or handoff.opened_at


def _why(evidence: list[dict[str, str]]) -> list[str]:
    """The words that raised the alarm, each once: what is part of others says nothing more."""
    words = list(dict.fromkeys(e["words"] for e in evidence if e["words"]))
    return [one for one in words if not any(one != other and one in other for other in words)]


def _unread(session: Session, team: str, area: str) -> dict[str, tuple[int, dt.datetime]]:
    """By conversation: how many of the visitor's messages nobody has had on the screen, and since when."""
    mine = and_(Handoff.closed_at.is_(None), Handoff.team == team, Handoff.area == area)
    theirs = and_(Message.author == Author.VISITOR.value, Message.id > func.coalesce(Handoff.read_id, 0))
    query = (
        select(Handoff.conversation_id, func.count(), func.min(Message.at))
        .join(Message, Message.conversation_id == Handoff.conversation_id)
        .where(and_(mine, theirs))
        .group_by(Handoff.conversation_id)
    )
    return {chat: (count, since) for chat, count, since in session.execute(query)}


def queue(session: Session, vault: Vault, team: str, area: str) -> list[dict[str, Any]]:
    """The queue as the desk shows it (contracts, `GET /desk/api/queue`), with the words that raised the alarm."""
    at = now()
    unread = _unread(session, team, area)
    return [
        {
            "id": conversation.id,
            "level": handoff.level,
            "categories": handoff.categories,
            "waiting_s": max(0, int(((handoff.claimed_at or at) - handoff.opened_at).total_seconds())),
            "channel": conversation.channel,
            "in_charge": conversation.in_charge,
            "staff": name,
            "team": handoff.team,
            "why": _why(vault.open(handoff.evidence)),
            "late": handoff.late_at is not None and conversation.in_charge == WAITING,
            "declined": handoff.declined_at is not None,
            "returned": handoff.returned_at is not None,
            "raised": handoff.raised_at is not None,
            "supervisor_called": handoff.supervisor_called_at is not None,
            "visitor_gone": conversation.token_hash is None,
            "unread": unread.get(conversation.id, (0, at))[0],
            "unread_s": int((at - unread.get(conversation.id, (0, at))[1]).total_seconds()),
        }
        for handoff, conversation, name in session.execute(waiting(team, area))
    ]


def count_waiting(session: Session, team: str, area: str) -> int:
    """How many wait for a team."""
    mine = and_(Handoff.closed_at.is_(None), Handoff.team == team, Handoff.area == area)
    query = select(func.count()).select_from(Handoff)
    query = query.join(Conversation, Conversation.id == Handoff.conversation_id)
    return session.scalar(query.where(and_(mine, Conversation.in_charge == WAITING))) or 0


def position(session: Session, conversation_id: str) -> int | None:
    """How many waiting conversations are served before this one; None if it does not wait."""
    parts = _order()
    own = select(Handoff.team, Handoff.area, *(part.label(f"part_{n}") for n, part in enumerate(parts)))
    mine = session.execute(
        own.join(Conversation, Conversation.id == Handoff.conversation_id).where(
            and_(
                Handoff.conversation_id == conversation_id,
                Handoff.closed_at.is_(None),
                Conversation.in_charge == WAITING,
            )
        )
    ).one_or_none()
    if mine is None:
        return None
    team, area, *values = mine
    same: list[Any] = []
    earlier: list[Any] = []
    for part, value in zip(parts, values, strict=True):
        earlier.append(and_(*same, part < value))
        same.append(part == value)
    served = and_(Handoff.closed_at.is_(None), Handoff.team == team, Handoff.area == area, or_(*earlier))
    query = select(func.count()).select_from(Handoff)
    query = query.join(Conversation, Conversation.id == Handoff.conversation_id)
    return session.scalar(query.where(and_(served, Conversation.in_charge == WAITING)))
