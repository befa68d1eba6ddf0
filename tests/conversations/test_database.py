"""Transactions of callers who stop waiting, and the changes that streams must not miss."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations import events
from bot.conversations.database import Database
from bot.conversations.tables import Change, TrackerEvent

PATIENCE_S = 30


def test_nothing_is_written_for_a_caller_who_stopped_waiting(database: Database) -> None:
    """What a visitor was told is not saved must not turn up later (a slow or locked database)."""
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def slow(session: Session) -> None:
        session.add(TrackerEvent(sender_id="a", data=b"x"))
        begun.set()
        go_on.wait(PATIENCE_S)

    async def caller() -> None:
        task = asyncio.create_task(database.run(slow))
        await asyncio.to_thread(begun.wait, PATIENCE_S)
        for how in ("commit", "rollback"):
            event.listen(database.engine, how, lambda _: ended.set())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(caller())
    go_on.set()
    assert ended.wait(PATIENCE_S)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(TrackerEvent)) == 0


def add(database: Database, change: int, chat: str = "a", kind: str = "state") -> None:
    with database.write() as session:
        session.add(Change(id=change, conversation_id=chat, kind=kind, at=now()))


def news(database: Database, progress: events.Progress, chat: str | None = None) -> list[int]:
    with database.read() as session:
        return [change.id for change in progress.news(session, chat)]


def begin(database: Database, after: int | None = None) -> events.Progress:
    with database.read() as session:
        return events.begin(session, after)


def test_a_change_that_was_committed_late_reaches_every_stream(database: Database) -> None:
    """PostgreSQL gives ids out before it commits: 2 can be read before 1 is there."""
    add(database, 10)
    desk, visitor = begin(database), begin(database)
    add(database, 12, "b")
    assert news(database, desk) == [12]
    add(database, 11)
    assert (news(database, desk), news(database, visitor, "a")) == ([11], [11])
    assert (news(database, desk), news(database, visitor, "a")) == ([], [])


@pytest.mark.parametrize(("after", "found"), [(None, []), (1, [2, 3]), (3, []), (10**17, [])])
def test_a_stream_goes_on_after_the_id_that_it_saw_last(
    database: Database, after: int | None, found: list[int]
) -> None:
    for change in (1, 2, 3):
        add(database, change)
    progress = begin(database, after)
    assert news(database, progress) == found
    add(database, 4)
    assert news(database, progress) == [4]


def test_who_waits_for_news_is_woken(database: Database) -> None:
    async def wait(change: Callable[[], None]) -> None:
        watcher = events.Watcher(database)
        running = asyncio.create_task(watcher.run())
        async with watcher.listening() as desk:
            desk.woken.clear()
            await asyncio.wait_for(desk.woken.wait(), PATIENCE_S)
            desk.woken.clear()
            await asyncio.to_thread(change)
            await asyncio.wait_for(desk.woken.wait(), PATIENCE_S)
        running.cancel()

    asyncio.run(wait(lambda: add(database, 1)))


@pytest.mark.parametrize(("kind", "all_of_desk"), [("state", True), ("message", False)])
def test_only_those_are_woken_whom_it_concerns(database: Database, kind: str, all_of_desk: bool) -> None:
    """With hundreds of streams, each write would otherwise cost a look of every one."""

    async def wait() -> list[bool]:
        watcher = events.Watcher(database)
        running = asyncio.create_task(watcher.run())
        async with (
            watcher.listening("a") as own,
            watcher.listening("b") as other,
            watcher.listening() as desk,
            watcher.listening() as taking_part,
        ):
            each = (own, other, desk, taking_part)
            for listener in each:
                listener.woken.clear()
            for listener in each:
                await asyncio.wait_for(listener.woken.wait(), PATIENCE_S)
                listener.woken.clear()
            assert watcher.attend(taking_part, frozenset({"a"}))
            await asyncio.to_thread(add, database, 1, "a", kind)
            await asyncio.wait_for(own.woken.wait(), PATIENCE_S)
            found = [listener.woken.is_set() for listener in each]
        running.cancel()
        return found

    assert asyncio.run(wait()) == [True, False, all_of_desk, True]
