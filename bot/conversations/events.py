"""Event streams: who listens is woken when the `changes` table grows, by whichever process wrote.

Nothing is passed in memory: a stream reads what is new for it from the database, so a reconnecting one
catches up by the id that it saw last.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from bot.conversations.database import Database
from bot.conversations.tables import Change
from bot.logs import describe

LOOK_EVERY_S = 0.2
# More than the changes that transactions under way at one moment can make
LATE = 200
log = logging.getLogger(__name__)


def newest(session: Session) -> tuple[int, int]:
    """The id of the newest change, and how many of those just before it are there."""
    last = session.scalar(select(func.max(Change.id))) or 0
    return last, len(_around(session, last))


def _around(session: Session, last: int) -> set[int]:
    near = and_(Change.id > last - LATE, Change.id <= last)
    return set(session.scalars(select(Change.id).where(near)))


class Progress:
    """What one stream has read so far.

    PostgreSQL gives ids out before it commits, so that a change can appear below one that was read already:
    the last ids are looked at again.
    """

    def __init__(self, reached: int, known: set[int]) -> None:
        self._reached = reached
        self._known = known

    def news(self, session: Session, conversation_id: str | None = None) -> list[Change]:
        """Changes that this stream has not read, of one conversation or of all, oldest first."""
        query = select(Change).where(Change.id > self._reached - LATE).order_by(Change.id)
        if conversation_id is not None:
            query = query.where(Change.conversation_id == conversation_id)
        found = [change for change in session.scalars(query) if change.id not in self._known]
        self._reached = max([self._reached, *(change.id for change in found)])
        self._known |= {change.id for change in found}
        self._known = {known for known in self._known if known > self._reached - LATE}
        return found


def begin(session: Session, after: int | None) -> Progress:
    """A stream's start: after the id that it saw last, else from now on."""
    last = session.scalar(select(func.max(Change.id))) or 0
    reached = last if after is None else min(after, last)
    return Progress(reached, _around(session, reached))


class Watcher:
    """Looks at the changes table for all streams of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: set[asyncio.Event] = set()

    async def run(self) -> None:
        """Wake all listeners whenever there is something new; goes on when the database fails for a while."""
        last = (-1, 0)
        while True:
            if self._listeners:
                try:
                    found = await self._database.look(newest)
                except Exception as error:
                    log.warning("event streams cannot read the database: %s", describe(error))
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
