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
    """Looks at the changes table once for all streams of this process, and wakes those whom a change concerns."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # By conversation; None: those who follow all
        self._listeners: dict[str | None, set[asyncio.Event]] = {}
        self._now = asyncio.Event()

    async def run(self) -> None:
        """Wake listeners whenever there is something new; goes on when the database fails for a while."""
        progress: Progress | None = None
        while True:
            self._now.clear()
            try:
                if not self._listeners:
                    progress = None
                elif progress is None:
                    progress = await self._database.look(begin, None)
                    self._wake_all()
                else:
                    self._tell(await self._database.look(progress.news))
            except Exception as error:
                log.warning("event streams cannot read the database: %s", describe(error))
                progress = None
                await asyncio.sleep(LOOK_EVERY_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._now.wait(), LOOK_EVERY_S)

    def wake(self) -> None:
        """Look now: called after a write in this process, so that nobody waits for the tick."""
        self._now.set()

    def _tell(self, changes: list[Change]) -> None:
        for conversation_id in {change.conversation_id for change in changes}:
            for event in (*self._of(conversation_id), *self._of(None)):
                event.set()

    def _of(self, conversation_id: str | None) -> set[asyncio.Event]:
        return self._listeners.get(conversation_id, set())

    def _wake_all(self) -> None:
        for events in self._listeners.values():
            for event in events:
                event.set()

    @contextlib.asynccontextmanager
    async def listening(self, conversation_id: str | None = None) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever there may be something new in a conversation, or in any; to be cleared."""
        event = asyncio.Event()
        event.set()
        self._listeners.setdefault(conversation_id, set()).add(event)
        try:
            yield event
        finally:
            self._listeners[conversation_id].discard(event)
            if not self._listeners[conversation_id]:
                del self._listeners[conversation_id]
