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
# Of concern to those who take part in a chat, not to the whole desk
WITHIN_A_CHAT = ("message", "typing")
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


class Listener:
    """One who waits for changes: of one conversation, or of the whole desk and of some conversations beside."""

    def __init__(self) -> None:
        self.woken = asyncio.Event()
        self.woken.set()
        self.beside: frozenset[str] = frozenset()


class Watcher:
    """Looks at the changes table once for all streams of this process, and wakes those whom a change concerns."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # By conversation; None: those at the desk
        self._listeners: dict[str | None, set[Listener]] = {}
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
        for change in changes:
            self._wake(change.conversation_id)
            if change.kind not in WITHIN_A_CHAT:
                self._wake(None)

    def _wake(self, key: str | None) -> None:
        for listener in self._listeners.get(key, ()):
            listener.woken.set()

    def _wake_all(self) -> None:
        for key in self._listeners:
            self._wake(key)

    @contextlib.asynccontextmanager
    async def listening(self, conversation_id: str | None = None) -> AsyncIterator[Listener]:
        """A listener that is woken whenever there may be something new in a conversation, or for the desk.

        Its `woken` is to be cleared before looking.
        """
        listener = Listener()
        self._add(conversation_id, listener)
        try:
            yield listener
        finally:
            self._discard(conversation_id, listener)
            self.attend(listener, frozenset())

    def attend(self, listener: Listener, beside: frozenset[str]) -> bool:
        """Wake it for these conversations, too, and no others; whether some are new, so that it must look again."""
        new, old = beside - listener.beside, listener.beside - beside
        for conversation_id in new:
            self._add(conversation_id, listener)
        for conversation_id in old:
            self._discard(conversation_id, listener)
        listener.beside = beside
        return bool(new)

    def _add(self, key: str | None, listener: Listener) -> None:
        self._listeners.setdefault(key, set()).add(listener)

    def _discard(self, key: str | None, listener: Listener) -> None:
        self._listeners[key].discard(listener)
        if not self._listeners[key]:
            del self._listeners[key]
