"""The hand-off: one winner per claim, one open hand-off per chat, an honest queue."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot.conversations import handoffs, store
from bot.conversations import queue as queue_of
from bot.conversations.database import Database
from bot.conversations.handoffs import Alarm, Taken
from bot.conversations.tables import Conversation, Handoff, Staff, StateChange
from bot.crypto import Vault
from bot.risk import Level

Make = Callable[..., str]
Person = Callable[..., Staff]


def in_charge(database: Database, chat: str) -> tuple[str, int | None]:
    with database.read() as session:
        row = session.get_one(Conversation, chat)
        return row.in_charge, row.staff_id


def test_two_staff_who_claim_at_the_same_moment(database: Database, hand_off: Make, staff: Person) -> None:
    """Exactly one gets it; each of the others is told who has it."""
    chat, people = hand_off(), [staff(f"Jo {n}") for n in range(8)]
    gate, won, told = threading.Barrier(len(people)), [], []

    def claim(person: Staff) -> None:
        gate.wait()
        try:
            with database.write() as session:
                handoffs.claim(session, chat, person)
            won.append(person.name)
        except Taken as taken:
            told.append((taken.in_charge, taken.staff))

    threads = [threading.Thread(target=claim, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert told == [("staff", won[0])] * (len(people) - 1)


def test_two_alarms_at_the_same_moment_are_one_handoff(
    database: Database, vault: Vault, new_chat: Make
) -> None:
    chat, gate = new_chat(), threading.Barrier(6)

    def alarm(level: Level) -> None:
        gate.wait()
        with database.write() as session:
            handoffs.open_handoff(session, vault, store.locked(session, chat), Alarm(level))

    levels = [Level.URGENT, Level.EMERGENCY, Level.NONE] * 2
    threads = [threading.Thread(target=alarm, args=(level,)) for level in levels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        found = session.scalars(select(Handoff)).all()
    assert [(h.conversation_id, h.level) for h in found] == [(chat, "emergency")]


def test_nobody_overtakes_an_emergency(database: Database, vault: Vault, hand_off: Make) -> None:
    first, asked, emergency, second = (
        hand_off(level) for level in (Level.URGENT, Level.NONE, Level.EMERGENCY, Level.URGENT)
    )
    order = [emergency, first, second, asked]
    with database.read() as session:
        queue = queue_of.queue(session, vault, "essex", "essex")
        assert [row["id"] for row in queue] == order
        assert [queue_of.position(session, chat) for chat in order] == [0, 1, 2, 3]
        assert queue[0]["why"] == ["a knife"]


def test_a_claimed_chat_is_before_nobody(database: Database, hand_off: Make, staff: Person) -> None:
    first, second = hand_off(), hand_off()
    with database.write() as session:
        handoffs.claim(session, first, staff("Jo"))
    with database.read() as session:
        assert queue_of.position(session, first) is None
        assert queue_of.position(session, second) == 0


def test_another_team_can_neither_see_nor_claim(
    database: Database, vault: Vault, hand_off: Make, staff: Person
) -> None:
    chat, other = hand_off(), staff("Sam", team="kent")
    with database.write() as session:
        assert queue_of.queue(session, vault, "kent", "essex") == []
        with pytest.raises(store.Gone):
            handoffs.claim(session, chat, other)
    assert in_charge(database, chat) == ("waiting", None)


def test_only_who_has_the_chat_can_end_it(database: Database, hand_off: Make, staff: Person) -> None:
    chat, jo, sam = hand_off(), staff("Jo"), staff("Sam")
    with database.write() as session:
        handoffs.claim(session, chat, jo)
    for act in (handoffs.release, handoffs.hand_back):
        with database.write() as session, pytest.raises(Taken):
            act(session, chat, sam)
    with database.write() as session, pytest.raises(Taken):
        handoffs.close(session, chat, sam, "supported")
    assert in_charge(database, chat) == ("staff", jo.id)


def test_a_released_chat_stands_in_front_of_its_level(
    database: Database, vault: Vault, hand_off: Make, staff: Person
) -> None:
    first, second, jo = hand_off(), hand_off(), staff("Jo")
    with database.write() as session:
        handoffs.claim(session, first, jo)
    with database.write() as session:
        handoffs.release(session, first, jo)
    with database.read() as session:
        assert [row["id"] for row in queue_of.queue(session, vault, "essex", "essex")] == [first, second]


def test_every_change_of_state_is_written_down(database: Database, hand_off: Make, staff: Person) -> None:
    chat, jo, sam = hand_off(), staff("Jo"), staff("Sam")
    with database.write() as session:
        handoffs.claim(session, chat, jo)
        handoffs.transfer(session, chat, jo, "Sam")
        handoffs.hand_back(session, chat, sam)
    with database.read() as session:
        rows = session.scalars(select(StateChange).order_by(StateChange.id)).all()
    assert [(r.before, r.after, r.by, r.reason) for r in rows] == [
        ("assistant", "waiting", "assistant", "risk"),
        ("waiting", "staff", "Jo", "claimed"),
        ("staff", "staff", "Jo", "transferred"),
        ("staff", "assistant", "Sam", "handed_back"),
    ]
    assert in_charge(database, chat) == ("assistant", None)


def test_a_level_does_not_fall(database: Database, vault: Vault, hand_off: Make) -> None:
    chat = hand_off(Level.EMERGENCY)
    with database.write() as session:
        handoffs.open_handoff(session, vault, store.locked(session, chat), Alarm(Level.NONE))
    with database.read() as session:
        assert session.get_one(Conversation, chat).level == "emergency"
        assert queue_of.queue(session, vault, "essex", "essex")[0]["level"] == "emergency"


def test_an_outcome_outside_the_list_is_refused(database: Database, hand_off: Make, staff: Person) -> None:
    chat, jo = hand_off(), staff("Jo")
    with database.write() as session:
        handoffs.claim(session, chat, jo)
        with pytest.raises(ValueError, match="outcome"):
            handoffs.close(session, chat, jo, "went home")
