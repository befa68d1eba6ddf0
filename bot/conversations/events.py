"""Event streams: who listens is woken when the `changes` table grows, by whichever process wrote.

Nothing is passed in memory: a stream reads what is new for it from the database, so a reconnecting one
catches up by the id that it saw last.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.conversations.database import Database
from bot.conversations.tables import Change

LOOK_EVERY_S = 0.2
log = logging.getLogger(__name__)


def newest(session: Session) -> int:
    """The id of the newest change."""
    return session.scalar(select(func.max(Change.id))) or 0


def since(session: Session, after: int, conversation_id: str | None = None) -> list[Change]:
    """Changes after an id, of one conversation or of all, oldest first."""
    query = select(Change).where(Change.id > after).order_by(Change.id)
    if conversation_id is not None:
        query = query.where(Change.conversation_id == conversation_id)
    return list(session.scalars(query))


class Watcher:
    """Looks at the changes table for all streams of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: set[asyncio.Event] = set()

    async def run(self) -> None:
        """Wake all listeners whenever there is something new; goes on when the database fails for a while."""
        last = -1
        while True:
            if self._listeners:
                try:
                    found = await self._database.look(newest)
                except SQLAlchemyError as error:
                    log.warning("event streams cannot read the database: %s", type(error).__name__)
                    found = last
                if found != last:
                    last = found
                    self.wake()
            await asyncio.sleep(LOOK_EVERY_S)

    def wake(self) -> None:
        """Let every stream look now: called after a write in this process, so that nobody waits for the tick."""
        for listener in self._listeners:
            listener.set()

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever there may be something new; the listener clears it."""
        event = asyncio.Event()
        event.set()
        self._listeners.add(event)
        try:
            yield event
        finally:
            self._listeners.discard(event)
