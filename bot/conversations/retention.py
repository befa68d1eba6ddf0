"""What is kept for how long; runs by itself in every `web` process (harmless when twice).

Without staff: `VRA_KEEP_HOURS` (72) after the last message. With staff: `VRA_KEEP_DAYS_WITH_STAFF` (30) days.
A hand-off of a visitor who left lives on for ten minutes. Design, "Confidentiality".
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Select, and_, delete, or_, select
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations import alerts, callbacks, handoffs, return_codes, safeguarding, store
from bot.conversations.handoffs import ASSISTANT, STAFF, WAITING
from bot.conversations.tables import (
    Change,
    Conversation,
    DeskSession,
    Rate,
    Ticket,
    Tombstone,
    TrackerEvent,
)
from bot.settings import Settings

AFTER_LEAVING = dt.timedelta(minutes=10)
STREAMS_CATCH_UP = dt.timedelta(days=1)
TICKETS_LIVE = dt.timedelta(hours=12)
DESK_SESSIONS_LIVE = dt.timedelta(hours=12)
# Longer than any lease or request, so that nothing late can meet an erased conversation without it
TOMBSTONES_STAY = dt.timedelta(days=400)
# A longer transaction would keep visitors' messages from being stored
BATCH = 50
READINESS_SENDER = "readiness"


def end_left_handoffs(session: Session) -> int:
    """Take conversations that their visitor left out of the queue after ten minutes; how many."""
    over = and_(Conversation.left_at < now() - AFTER_LEAVING, Conversation.in_charge == WAITING)
    left = session.scalars(select(Conversation).where(over).with_for_update(skip_locked=True)).all()
    for conversation in left:
        store.change_state(session, conversation, ASSISTANT, by="clock", reason="visitor_left")
        session.execute(handoffs.open_of(conversation.id).values(closed_at=now(), outcome="visitor_left"))
    return len(left)


def due(settings: Settings) -> Select[tuple[str]]:
    """A query for the ids of conversations whose time is over."""
    at = now()
    alone = and_(
        Conversation.staff_took_part.is_(False),
        Conversation.last_at < at - dt.timedelta(hours=settings.keep_hours),
    )
    accompanied = and_(
        Conversation.staff_took_part.is_(True),
        Conversation.last_at < at - dt.timedelta(days=settings.keep_days_with_staff),
    )
    free = and_(Conversation.in_charge != STAFF, ~safeguarding.open_for(Conversation.id))
    over = and_(free, or_(alone, accompanied))
    return select(Conversation.id).where(over).limit(BATCH).with_for_update(skip_locked=True)


def sweep(session: Session, settings: Settings) -> int:
    """Erase what is due, at most `BATCH` conversations; how many that were."""
    found = list(session.scalars(due(settings)))
    store.erase(session, found)
    at = now()
    session.execute(delete(Change).where(Change.at < at - STREAMS_CATCH_UP))
    session.execute(delete(Ticket).where(Ticket.made_at < at - TICKETS_LIVE))
    return_codes.forget_old(session, settings)
    session.execute(delete(DeskSession).where(DeskSession.made_at < at - DESK_SESSIONS_LIVE))
    session.execute(delete(Tombstone).where(Tombstone.at < at - TOMBSTONES_STAY))
    session.execute(delete(TrackerEvent).where(TrackerEvent.sender_id == READINESS_SENDER))
    session.execute(delete(Rate).where(Rate.until < at))
    callbacks.expire(session, settings)
    safeguarding.forget_old(session, settings)
    alerts.forget_old(session)
    return len(found)
