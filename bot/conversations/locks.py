"""One turn at a time per conversation, across threads and `web` processes: a lease in the database."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import and_, delete, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations.database import Database
from bot.conversations.tables import TurnLock

LEASE = dt.timedelta(seconds=15)
PAUSE_S = 0.03


def _take(session: Session, conversation_id: str, holder: str) -> bool:
    dialect = session.get_bind().dialect.name
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(TurnLock)
    at = now()
    added = session.execute(
        insert.values(
            conversation_id=conversation_id, holder=holder, until=at + LEASE
        ).on_conflict_do_nothing()
    )
    if added.rowcount == 1:  # type: ignore[attr-defined]
        return True
    free = and_(
        TurnLock.conversation_id == conversation_id, or_(TurnLock.until < at, TurnLock.holder == holder)
    )
    taken = session.execute(update(TurnLock).where(free).values(holder=holder, until=at + LEASE))
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]


def _drop(session: Session, conversation_id: str, holder: str) -> None:
    mine = and_(TurnLock.conversation_id == conversation_id, TurnLock.holder == holder)
    session.execute(delete(TurnLock).where(mine))


@asynccontextmanager
async def turn_lock(database: Database, conversation_id: str) -> AsyncIterator[None]:
    """Wait until no other turn runs in this conversation, then hold it off until the end of the block.

    A lease that its holder could not give back (a killed process) ends by itself after 15 s.
    """
    holder = uuid.uuid4().hex
    # A lease in the database has no event that could be awaited
    while not await database.run(_take, conversation_id, holder):  # noqa: ASYNC110
        await asyncio.sleep(PAUSE_S)
    try:
        yield
    finally:
        await asyncio.shield(database.run(_drop, conversation_id, holder))
