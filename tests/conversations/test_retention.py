"""What is kept for how long (design, "Confidentiality")."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy import select

from bot.clock import now
from bot.conversations import handoffs, retention, store
from bot.conversations import queue as queue_of
from bot.conversations.database import Database
from bot.conversations.tables import Conversation, Rate, Staff
from bot.settings import Settings

Make = Callable[..., str]
SETTINGS = Settings(keep_hours=72, keep_days_with_staff=30, _env_file=None)  # type: ignore[call-arg]


def age(database: Database, chat: str, **by: float) -> None:
    with database.write() as session:
        session.get_one(Conversation, chat).last_at = now() - dt.timedelta(**by)


def left(database: Database) -> set[str]:
    with database.write() as session:
        retention.sweep(session, SETTINGS)
        return set(session.scalars(select(Conversation.id)))


def test_72_hours_after_the_last_message(database: Database, new_chat: Make) -> None:
    old, young = new_chat(), new_chat()
    age(database, old, hours=72, minutes=1)
    age(database, young, hours=71)
    assert left(database) == {young}


def test_30_days_when_staff_took_part(
    database: Database, hand_off: Make, staff: Callable[..., Staff]
) -> None:
    jo, old, young, open_ = staff("Jo"), hand_off(), hand_off(), hand_off()
    with database.write() as session:
        for chat in (old, young, open_):
            handoffs.claim(session, chat, jo)
        for chat in (old, young):
            handoffs.close(session, chat, jo, "supported")
    age(database, old, days=30, minutes=1)
    age(database, young, days=29)
    age(database, open_, days=40)
    assert left(database) == {young, open_}, "a chat in staff's hands is not taken from under them"


def test_a_handoff_outlives_its_visitor_by_ten_minutes(database: Database, hand_off: Make) -> None:
    gone, just_gone = hand_off(), hand_off()
    with database.write() as session:
        session.get_one(Conversation, gone).left_at = now() - dt.timedelta(minutes=11)
        session.get_one(Conversation, just_gone).left_at = now() - dt.timedelta(minutes=9)
    with database.write() as session:
        assert retention.end_left_handoffs(session) == 1
    with database.read() as session:
        assert queue_of.position(session, gone) is None
        assert queue_of.position(session, just_gone) == 0


def test_staff_who_close_a_chat_that_was_only_kept_for_them_erase_it(
    database: Database, hand_off: Make, staff: Callable[..., Staff]
) -> None:
    chat, jo = hand_off(), staff("Jo")
    with database.write() as session:
        handoffs.claim(session, chat, jo)
        conversation = store.locked(session, chat)
        conversation.deleted_at = now()
        store.forget_visitor(session, conversation)
    with database.write() as session:
        handoffs.close(session, chat, jo, "emergency_services")
    assert left(database) == set()


def test_many_at_once_are_erased_in_short_transactions(database: Database, new_chat: Make) -> None:
    """A sweep after a long pause must not keep visitors' messages from being stored."""
    chats = [new_chat() for _ in range(retention.BATCH + 1)]
    for chat in chats:
        age(database, chat, hours=80)
    assert len(left(database)) == 1
    assert left(database) == set()


def test_the_count_of_an_address_goes_with_its_hour(database: Database) -> None:
    with database.write() as session:
        session.add(Rate(bucket="a", count=1, until=now() - dt.timedelta(seconds=1)))
    left(database)
    with database.read() as session:
        assert session.scalars(select(Rate)).all() == []
