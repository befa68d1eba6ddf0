"""Rasa's memory is sealed, keeps the thread, and nothing of an erased conversation comes back."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import select

from bot.clock import now
from bot.content import ROOT
from bot.conversations import store as conversations
from bot.conversations.database import Database, make_engine
from bot.conversations.tables import Base, Conversation, TrackerEvent
from bot.crypto import KeyProblem, Vault
from bot.nlu.tracker_store import EncryptedTrackerStore, StoreProblem

SECRET = "he hides the keys"
CHAT = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(make_engine(f"sqlite:///{tmp_path / 'vra.db'}"))
    Base.metadata.create_all(database.engine)
    return database


@pytest.fixture
def vault() -> Vault:
    return Vault([Fernet.generate_key()])


@pytest.fixture
def store(domain: Domain, database: Database, vault: Vault) -> EncryptedTrackerStore:
    return EncryptedTrackerStore(domain, database=database, vault=vault, keep=20)


def open_chat(database: Database, chat: str = CHAT) -> None:
    with database.write() as session:
        session.add(
            Conversation(id=chat, channel="web", area="essex", team="essex", created_at=now(), last_at=now())
        )


def erase(database: Database, chat: str = CHAT) -> None:
    with database.write() as session:
        conversations.erase(session, [chat])


def rows(database: Database) -> list[bytes]:
    with database.read() as session:
        return list(session.scalars(select(TrackerEvent.data).order_by(TrackerEvent.id)))


def turn(tracker: DialogueStateTracker, text: str) -> None:
    tracker.update(UserUttered(text, intent={"name": "ask_right"}))
    tracker.update(ActionExecuted("action_answer"))
    tracker.update(ActionExecuted("action_listen"))


async def say(store: EncryptedTrackerStore, text: str, chat: str = CHAT) -> DialogueStateTracker:
    tracker = await store.get_or_create_tracker(chat)
    turn(tracker, text)
    await store.save(tracker)
    return tracker


def texts(tracker: DialogueStateTracker | None) -> list[str]:
    return [e.text for e in tracker.events if isinstance(e, UserUttered)] if tracker else []


def test_a_conversation_is_read_back_as_it_was(store: EncryptedTrackerStore, database: Database) -> None:
    open_chat(database)
    asyncio.run(say(store, "first"))
    before = asyncio.run(say(store, "second"))
    after = asyncio.run(store.retrieve(CHAT))
    assert after is not None
    assert [e.as_dict() for e in after.events] == [e.as_dict() for e in before.events]


def test_each_event_is_stored_once(store: EncryptedTrackerStore, database: Database) -> None:
    open_chat(database)
    tracker = asyncio.run(say(store, "first"))
    asyncio.run(store.save(tracker))
    assert len(rows(database)) == len(tracker.events)


def test_the_database_file_holds_no_text(
    store: EncryptedTrackerStore, database: Database, tmp_path: Path
) -> None:
    open_chat(database)
    asyncio.run(say(store, SECRET))
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert len(stored) > 4096
    assert SECRET.encode() not in stored
    assert b"action_answer" not in stored


def test_a_late_save_of_an_erased_conversation_is_dropped(
    store: EncryptedTrackerStore, database: Database
) -> None:
    open_chat(database)
    tracker = asyncio.run(say(store, "first"))
    erase(database)
    turn(tracker, SECRET)
    asyncio.run(store.save(tracker))
    assert rows(database) == []
    assert asyncio.run(store.retrieve(CHAT)) is None


def test_a_save_that_races_with_erasure_leaves_nothing(
    store: EncryptedTrackerStore, database: Database
) -> None:
    for attempt in range(20):
        chat = f"{attempt:032x}"
        open_chat(database, chat)
        tracker = asyncio.run(say(store, "first", chat))
        turn(tracker, SECRET)
        start = threading.Barrier(2)

        def late_save(tracker: DialogueStateTracker = tracker, start: threading.Barrier = start) -> None:
            start.wait()
            asyncio.run(store.save(tracker))

        saver = threading.Thread(target=late_save)
        saver.start()
        start.wait()
        erase(database, chat)
        saver.join()
        assert rows(database) == []


def test_a_conversation_deleted_by_its_visitor_but_kept_for_staff_is_not_added_to(
    store: EncryptedTrackerStore, database: Database
) -> None:
    open_chat(database)
    with database.write() as session:
        session.get_one(Conversation, CHAT).deleted_at = now()
    asyncio.run(say(store, SECRET))
    assert rows(database) == []


def test_the_shell_can_talk_without_a_conversation(store: EncryptedTrackerStore) -> None:
    asyncio.run(say(store, "first", "shell"))
    assert texts(asyncio.run(say(store, "second", "shell"))) == ["first", "second"]
    assert list(asyncio.run(store.keys())) == ["shell"]


def test_a_long_conversation_loses_its_beginning_but_no_slot(
    store: EncryptedTrackerStore, database: Database
) -> None:
    open_chat(database)
    tracker = asyncio.run(say(store, "message 0"))
    tracker.update(SlotSet("last_entry", "arrest-told"))
    tracker.update(SlotSet("last_entry", "vps"))
    asyncio.run(store.save(tracker))
    for number in range(1, 30):
        asyncio.run(say(store, f"message {number}"))
    kept = asyncio.run(store.retrieve(CHAT))
    assert kept is not None
    assert len(kept.events) <= 26
    assert texts(kept)[-1] == "message 29"
    assert "message 0" not in texts(kept)
    assert kept.get_slot("last_entry") == "vps"


def test_a_failing_database_neither_stops_the_turn_nor_copies_it(
    store: EncryptedTrackerStore, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    open_chat(database)
    tracker = asyncio.run(say(store, "first"))
    Base.metadata.drop_all(database.engine)
    turn(tracker, SECRET)
    asyncio.run(store.save(tracker))
    assert asyncio.run(store.retrieve(CHAT)) is None
    assert "could not be saved" in caplog.text
    assert SECRET not in caplog.text


def test_it_does_not_open_with_another_key(database: Database, vault: Vault, domain: Domain) -> None:
    EncryptedTrackerStore(domain, database=database, vault=vault)
    with pytest.raises(KeyProblem):
        EncryptedTrackerStore(domain, database=database, vault=Vault([Fernet.generate_key()]))


def test_it_does_not_open_without_tables(tmp_path: Path, vault: Vault) -> None:
    empty = Database(make_engine(f"sqlite:///{tmp_path / 'empty.db'}"))
    with pytest.raises(StoreProblem, match="make setup"):
        EncryptedTrackerStore(None, database=empty, vault=vault)
