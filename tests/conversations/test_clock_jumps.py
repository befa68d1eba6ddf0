"""The wall clock is set back and forward: order, waits, vanished staff, alerts and retention stay right."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations import alerts, clock_jumps, handoffs, locks, retention, store
from bot.conversations import queue as queue_of
from bot.conversations.alerts import claim_due
from bot.conversations.database import Database
from bot.conversations.events import Watcher
from bot.conversations.handoffs import Alarm
from bot.conversations.presence import staffed
from bot.conversations.tables import Conversation, DeskSession, Handoff, Message, Staff
from bot.conversations.upkeep import STEADY_BEFORE_ERASING_S, Upkeep
from bot.crypto import Vault
from bot.risk import Level
from bot.settings import Settings
from tests.web import Clock, clock

__all__ = ["clock"]

Make = Callable[..., str]
SETTINGS = Settings(_env_file=None)  # type: ignore[call-arg]


@dataclass
class Elapsed:
    """Seconds that nobody can set."""

    s: float = 0.0

    def __call__(self) -> float:
        return self.s


@dataclass
class Process:
    """One `web` process: its upkeep, and how time passes for it."""

    upkeep: Upkeep
    elapsed: Elapsed
    clock: Clock

    def passes(self, seconds: float) -> None:
        """Time passes on both clocks, in looks of five seconds, as the process makes them."""
        for _ in range(int(seconds // 5)):
            self.elapsed.s += 5
            self.clock.forward(seconds=5)
            asyncio.run(self.upkeep.queue())

    def look(self) -> None:
        asyncio.run(self.upkeep.queue())


@pytest.fixture
def process(database: Database, vault: Vault, clock: Clock) -> Process:
    elapsed = Elapsed()
    steady = clock_jumps.Steady(elapsed)
    return Process(Upkeep(database, vault, Watcher(database), SETTINGS, steady), elapsed, clock)


@pytest.fixture
def seated(database: Database, staff: Callable[..., Staff]) -> Callable[[str], Staff]:
    """Somebody signed in, who has just given a sign of life."""

    def make(name: str) -> Staff:
        person = staff(name)
        with database.write() as session:
            signed = DeskSession(hash=name, staff_id=person.id, csrf="x", made_at=now(), seen_at=now())
            session.add(signed)
        return person

    return make


def sign_of_life(database: Database) -> None:
    with database.write() as session:
        session.execute(update(DeskSession).values(seen_at=now()))


def in_charge(database: Database, chat: str) -> str:
    with database.read() as session:
        return session.get_one(Conversation, chat).in_charge


def order(database: Database, vault: Vault) -> list[str]:
    with database.read() as session:
        return [row["id"] for row in queue_of.queue(session, vault, "essex", "essex")]


@pytest.mark.parametrize("hours", [-1, 1, -24 * 400])
def test_the_order_of_the_queue_rests_on_no_clock(
    database: Database, vault: Vault, hand_off: Make, clock: Clock, hours: float
) -> None:
    first = hand_off()
    clock.forward(hours=hours)
    second = hand_off()
    clock.forward(hours=-hours)
    third = hand_off()
    assert order(database, vault) == [first, second, third]
    with database.read() as session:
        assert [queue_of.position(session, chat) for chat in (first, second, third)] == [0, 1, 2]


def test_who_asks_again_after_declining_stands_behind_whoever_waits(
    database: Database, vault: Vault, hand_off: Make, clock: Clock
) -> None:
    declined, waits = hand_off(), hand_off()
    with database.write() as session:
        conversation = store.locked(session, declined)
        handoff = handoffs.open_one(session, declined)
        assert handoff is not None
        handoff.declined_at = now()
        store.change_state(session, conversation, "assistant", by="visitor", reason="declined")
    clock.forward(hours=-1)
    with database.write() as session:
        handoffs.open_handoff(session, vault, store.locked(session, declined), Alarm(Level.NONE))
    assert order(database, vault) == [waits, declined]


def claimed_ten_seconds_ago(database: Database, chat: str, jo: Staff, process: Process) -> str:
    with database.write() as session:
        handoffs.claim(session, chat, jo)
    process.passes(10)
    return chat


def test_forward_nobody_who_is_there_loses_a_chat(
    database: Database, hand_off: Make, seated: Callable[[str], Staff], process: Process
) -> None:
    chat = claimed_ten_seconds_ago(database, hand_off(), seated("Jo"), process)
    process.clock.forward(hours=2)
    process.look()
    assert in_charge(database, chat) == "staff", "all signs of life look two hours old"
    process.passes(15)
    sign_of_life(database)
    process.passes(50)
    assert in_charge(database, chat) == "staff"
    process.passes(30)
    assert in_charge(database, chat) == "waiting", "and who has really vanished is found after that"


def test_back_who_vanished_is_found_all_the_same(
    database: Database, hand_off: Make, seated: Callable[[str], Staff], process: Process
) -> None:
    """Their last sign of life would lie ahead for an hour."""
    chat = claimed_ten_seconds_ago(database, hand_off(), seated("Jo"), process)
    process.clock.forward(hours=-1)
    process.passes(50)
    assert in_charge(database, chat) == "staff"
    process.passes(30)
    assert in_charge(database, chat) == "waiting"
    with database.read() as session:
        assert not staffed(session, "essex", "essex", SETTINGS.presence_s), "nobody is promised"


def late(database: Database, chat: str) -> bool:
    with database.read() as session:
        return (
            session.scalars(select(Handoff).where(Handoff.conversation_id == chat)).one().late_at is not None
        )


def test_back_a_wait_is_late_in_its_time(database: Database, hand_off: Make, process: Process) -> None:
    chat = hand_off(Level.EMERGENCY)
    process.passes(60)
    process.clock.forward(hours=-1)
    process.passes(170)
    assert not late(database, chat)
    process.passes(20)
    assert late(database, chat), "three minutes after the jump at the latest, not an hour"
    before = said(database, chat)
    process.clock.forward(hours=1)
    process.passes(200)
    assert said(database, chat) == before, "told once"


def said(database: Database, chat: str) -> int:
    with database.read() as session:
        return len(session.scalars(select(Message).where(Message.conversation_id == chat)).all())


def test_forward_what_is_kept_is_not_erased_by_a_clock_that_is_wrong_for_a_moment(
    database: Database, new_chat: Make, process: Process
) -> None:
    chat = new_chat()
    process.passes(10)
    process.clock.forward(days=365)
    asyncio.run(process.upkeep.sweep())
    process.clock.forward(days=-365)
    process.look()
    asyncio.run(process.upkeep.sweep())
    assert in_charge(database, chat) == "assistant"
    process.elapsed.s += STEADY_BEFORE_ERASING_S
    process.clock.forward(seconds=STEADY_BEFORE_ERASING_S, days=4)
    process.elapsed.s += 4 * 24 * 3600
    asyncio.run(process.upkeep.sweep())
    with database.read() as session:
        assert session.get(Conversation, chat) is None, "and in its time it is"


def test_back_nothing_is_kept_for_longer_than_it_may_be(
    database: Database, new_chat: Make, process: Process
) -> None:
    process.clock.forward(days=365)
    chat = new_chat()
    process.clock.forward(days=-365)
    process.look()
    process.clock.forward(hours=73)
    with database.write() as session:
        retention.sweep(session, SETTINGS)
        assert session.get(Conversation, chat) is None


def test_back_alerts_and_locks_are_not_held_up(
    database: Database, hand_off: Make, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Settings(alert_urls=SecretStr("json://127.0.0.1:1"), _env_file=None)  # type: ignore[call-arg]
    monkeypatch.setattr(alerts, "get_settings", lambda: found)
    process.clock.forward(hours=1)
    chat = hand_off(Level.EMERGENCY)

    def take(session: Session, holder: str) -> bool:
        return locks._take(session, chat, holder)

    with database.write() as session:
        assert take(session, "a process that dies")
    process.clock.forward(hours=-1)
    with database.write() as session:
        assert claim_due(session) is None and not take(session, "another")
    process.look()
    process.passes(20)
    with database.write() as session:
        assert claim_due(session) is not None and take(session, "another")


def test_small_differences_between_machines_change_nothing(
    database: Database, hand_off: Make, clock: Clock
) -> None:
    clock.forward(seconds=20)
    chat = hand_off()
    with database.read() as session:
        opened = session.scalars(select(Handoff.opened_at)).one()
    clock.forward(seconds=-20)
    with database.write() as session:
        assert clock_jumps.mend(session) == 0
        found = session.scalars(select(Handoff).where(Handoff.conversation_id == chat)).one()
        assert found.opened_at == opened
