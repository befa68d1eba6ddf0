"""Rasa's memory of a conversation: sealed events in our database, gone at once when the conversation is.

Rasa would fall back to memory when a store fails. This one never raises from a turn (so nothing is copied into
that memory), and `bot.nlu.serve` refuses to start without it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.conversations.database import Database, check_key, get_database
from bot.conversations.tables import Conversation, Tombstone, TrackerEvent
from bot.crypto import KeyProblem, Vault, get_vault

KEEP = 80
log = logging.getLogger(__name__)
Event = dict[str, Any]


class StoreProblem(RuntimeError):
    """The database cannot be used as it is; the message says what to do."""


class EncryptedTrackerStore(TrackerStore):  # type: ignore[misc]
    """Keeps the last `keep` events of a conversation, and every slot's last value."""

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        host: str | None = None,
        *,
        database: Database | None = None,
        vault: Vault | None = None,
        keep: int = KEEP,
        **kwargs: Any,
    ) -> None:
        """Open database and key, from the settings unless given. Raises StoreProblem or KeyProblem."""
        self._database = database or get_database()
        self._vault = vault or get_vault()
        self._keep = keep
        check_store(self._database, self._vault)
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events that are new. Dropped, not raised, for an erased conversation or a failing database."""
        events = [event.as_dict() for event in tracker.events]
        try:
            kept = await self._database.run(self._add, tracker.sender_id, events)
        except (SQLAlchemyError, KeyProblem) as error:
            log.error("a tracker could not be saved: %s", type(error).__name__)
            return
        if not kept:
            log.info("a late tracker of an erased conversation was dropped")
        await self.stream_events(tracker)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker of a conversation, or None if there is none or it cannot be read."""
        try:
            events = await self._database.look(self._events, sender_id)
        except (SQLAlchemyError, KeyProblem) as error:
            log.error("a tracker could not be read: %s", type(error).__name__)
            return None
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots) if events else None

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations that have events."""
        return await self._database.look(_senders)

    async def stream_events(self, tracker: DialogueStateTracker) -> None:
        """Nothing: there is no event broker, and events must not leave the database."""

    def _events(self, session: Session, sender_id: str) -> list[Event]:
        rows = session.scalars(
            select(TrackerEvent.data).where(TrackerEvent.sender_id == sender_id).order_by(TrackerEvent.id)
        )
        return [self._vault.open(data) for data in rows]

    def _add(self, session: Session, sender_id: str, events: list[Event]) -> bool:
        """In one transaction: lock the conversation, add what is new, forget what is old. False if erased."""
        if _erased(session, sender_id):
            return False
        last = session.scalar(
            select(TrackerEvent.data)
            .where(TrackerEvent.sender_id == sender_id)
            .order_by(TrackerEvent.id.desc())
            .limit(1)
        )
        for event in new_events(events, self._vault.open(last) if last else None):
            session.add(TrackerEvent(sender_id=sender_id, data=self._vault.seal(event)))
        session.flush()
        self._forget_old(session, sender_id)
        return True

    def _forget_old(self, session: Session, sender_id: str) -> None:
        """Delete the oldest events, except the last value of each slot among them."""
        mine = TrackerEvent.sender_id == sender_id
        count = session.scalar(select(func.count()).select_from(TrackerEvent).where(mine)) or 0
        # Some slack, so that not every save has to open old events
        if count <= self._keep + self._keep // 4:
            return
        oldest = session.execute(
            select(TrackerEvent.id, TrackerEvent.data)
            .where(mine)
            .order_by(TrackerEvent.id)
            .limit(count - self._keep)
        ).all()
        opened = [(row.id, self._vault.open(row.data)) for row in oldest]
        last_values = {event["name"]: row_id for row_id, event in opened if event["event"] == "slot"}
        gone = [row_id for row_id, _ in opened if row_id not in last_values.values()]
        session.execute(delete(TrackerEvent).where(TrackerEvent.id.in_(gone)))


def new_events(events: list[Event], last: Event | None) -> list[Event]:
    """Those of `events` that came after the event stored last."""
    if last is None:
        return events
    for index in range(len(events) - 1, -1, -1):
        if _same(events[index], last):
            return events[index + 1 :]
    return [event for event in events if event["timestamp"] > last["timestamp"]]


def check_store(database: Database, vault: Vault) -> None:
    """Raise StoreProblem if the tables cannot be read, KeyProblem if the key is another database's."""
    try:
        with database.read() as session:
            session.execute(select(TrackerEvent.id).limit(1))
        check_key(database, vault)
    except SQLAlchemyError as error:
        raise StoreProblem(
            f"The database cannot be used ({type(error).__name__}): is it there, and are its tables? Run `make setup`."
        ) from None


def _same(one: Event, other: Event) -> bool:
    return (one["event"], one["timestamp"]) == (other["event"], other["timestamp"])


def _senders(session: Session) -> list[str]:
    return list(session.scalars(select(TrackerEvent.sender_id).distinct()))


def _erased(session: Session, sender_id: str) -> bool:
    """Whether the conversation is gone; locks it if it is there, so that erasure waits for this transaction.

    An id that never was a conversation (`rasa shell`, tests) has no tombstone: its tracker is kept.
    """
    row = session.execute(
        select(Conversation.deleted_at).where(Conversation.id == sender_id).with_for_update()
    ).one_or_none()
    if row is None:
        return session.get(Tombstone, sender_id) is not None
    return row.deleted_at is not None
