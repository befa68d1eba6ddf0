"""Who waited too long: told once per wait whom they can ring instead, alerted again, shown red to a supervisor."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations import alerts, store
from bot.conversations.database import changed
from bot.conversations.handoffs import WAITING
from bot.conversations.tables import Conversation, Handoff
from bot.conversations.who_is_there import late_words
from bot.crypto import Vault
from bot.risk import Level
from bot.settings import Settings

# A longer transaction would keep visitors' messages from being stored
BATCH = 20


def tell_late(session: Session, vault: Vault, settings: Settings) -> int:
    """Tell those who waited too long, at most `BATCH`; how many. Of two processes one tells each."""
    at = now()
    since = func.coalesce(Handoff.returned_at, Handoff.opened_at)
    emergency = Handoff.level == Level.EMERGENCY.value
    over = or_(
        and_(emergency, since < at - dt.timedelta(seconds=settings.late_emergency_s)),
        since < at - dt.timedelta(seconds=settings.late_s),
    )
    due = (
        select(Conversation, Handoff)
        .join(Handoff, Handoff.conversation_id == Conversation.id)
        .where(
            and_(Handoff.closed_at.is_(None), Handoff.late_at.is_(None), Conversation.in_charge == WAITING)
        )
        .where(over)
        .order_by(Handoff.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    told = 0
    for conversation, handoff in session.execute(due).all():
        first = update(Handoff).where(and_(Handoff.id == handoff.id, Handoff.late_at.is_(None)))
        if changed(session, first.values(late_at=at)) != 1:
            continue
        store.add(session, vault, conversation, late_words(session, conversation, handoff, settings))
        alerts.raise_alert(session, "late", handoff, str(handoff.returned_at or handoff.opened_at))
        store.tell(session, conversation.id, "state")
        told += 1
    return told
