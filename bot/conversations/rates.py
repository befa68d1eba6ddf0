"""Limits on what comes in: new conversations and return codes per address (by keyed hash), messages per chat."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations.store import written_since
from bot.conversations.tables import Message, Rate
from bot.messages import Author

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


def count_in_hour(session: Session, bucket: str, limit: int) -> int:
    """Count one of what is limited by the hour; 0 if it is within the limit, else the seconds until the next may be."""
    at = now()
    session.execute(delete(Rate).where(Rate.until < at))
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert(Rate)
    session.execute(insert.values(bucket=bucket, count=0, until=at + HOUR).on_conflict_do_nothing())
    within = and_(Rate.bucket == bucket, Rate.count < limit)
    counted = session.execute(update(Rate).where(within).values(count=Rate.count + 1))
    if counted.rowcount == 1:  # type: ignore[attr-defined]
        return 0
    until = session.scalar(select(Rate.until).where(Rate.bucket == bucket)) or at
    return max(1, int((until - at).total_seconds()))


def message_wait(session: Session, conversation_id: str, limit: int) -> int:
    """0 if the visitor may write now, else the seconds until one of the last messages is a minute old."""
    at = now()
    if written_since(session, conversation_id, at - MINUTE) < limit:
        return 0
    mine = and_(
        Message.conversation_id == conversation_id,
        Message.author == Author.VISITOR.value,
        Message.at > at - MINUTE,
    )
    oldest = session.scalar(select(func.min(Message.at)).where(mine)) or at
    return max(1, int((oldest + MINUTE - at).total_seconds()) + 1)
