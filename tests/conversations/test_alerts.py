"""Alerts through real HTTP: no content, each once, tried again, never lost without a word."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Callable, Iterator
from typing import Any, get_args

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from benchmarks.handoff.sink import Sink, listening
from bot.clock import now
from bot.conversations import alerts, handoffs, store
from bot.conversations.alert_channels import Sender, check
from bot.conversations.database import Database
from bot.conversations.handoffs import Alarm
from bot.conversations.person_tables import Alert
from bot.conversations.waiting import tell_late
from bot.conversations.words import alert_words
from bot.crypto import Vault
from bot.risk import Level
from bot.settings import Settings

Make = Callable[..., str]


@pytest.fixture
def sink() -> Iterator[Sink]:
    with listening() as found:
        yield found


@pytest.fixture
def settings(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> Settings:
    found = Settings(alert_urls=SecretStr(sink.url), alert_retry_s=5, alert_tries=3, _env_file=None)  # type: ignore[call-arg]
    monkeypatch.setattr(alerts, "get_settings", lambda: found)
    return found


def send(database: Database, settings: Settings) -> int:
    return asyncio.run(Sender(database, settings).send_due())


def states(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Alert.state).order_by(Alert.id)))


def due_now(database: Database) -> None:
    with database.write() as session:
        session.execute(update(Alert).values(next_at=now() - dt.timedelta(seconds=1)))


def test_it_says_how_many_and_how_bad_and_nothing_else(
    database: Database, settings: Settings, sink: Sink, hand_off: Make
) -> None:
    chat = hand_off(Level.EMERGENCY)
    assert send(database, settings) == 1
    assert sink.got == ["1 waiting, emergency"]
    for secret in ("knife", "weapon", "hello", chat):
        assert secret not in sink.raw[0]


def test_the_same_event_goes_out_once(
    database: Database, settings: Settings, sink: Sink, vault: Vault, hand_off: Make
) -> None:
    chat = hand_off()
    for _ in range(3):
        with database.write() as session:
            handoffs.open_handoff(session, vault, store.locked(session, chat), Alarm(Level.URGENT))
    assert [send(database, settings), send(database, settings)] == [1, 0]
    assert len(sink.got) == 1


def test_an_event_that_several_processes_tell_of_is_one_alert(
    database: Database, settings: Settings, sink: Sink, hand_off: Make
) -> None:
    """Whatever they believe: the row, not their memory, says that it was told."""
    chat, gate = hand_off(), threading.Barrier(4)

    def tell() -> None:
        gate.wait()
        with database.write() as session:
            handoff = handoffs.open_one(session, chat)
            assert handoff is not None
            for _ in range(2):
                alerts.raise_alert(session, "opened", handoff)
                alerts.raise_alert(session, "late", handoff, "the first wait")

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert send(database, settings) == 2
    assert sink.got == ["1 waiting, urgent", "Still waiting, urgent. 1 waiting"]


def test_a_rise_is_an_event_of_its_own(
    database: Database, settings: Settings, sink: Sink, vault: Vault, hand_off: Make
) -> None:
    chat = hand_off(Level.URGENT)
    for _ in range(2):
        with database.write() as session:
            handoffs.raise_open(session, vault, chat, Alarm(Level.EMERGENCY))
    send(database, settings)
    assert sink.got == ["1 waiting, urgent", "Risk rose: emergency. 1 waiting"]


def test_a_channel_that_fails_is_tried_again_later_each_time_then_given_up(
    database: Database, settings: Settings, sink: Sink, hand_off: Make
) -> None:
    sink.broken = True
    hand_off()
    waits = []
    for _ in range(3):
        assert send(database, settings) == 0
        assert send(database, settings) == 0, "not before its time"
        with database.read() as session:
            alert = session.scalars(select(Alert)).one()
            waits.append(round((alert.next_at - now()).total_seconds()))
            assert alerts.failing(session), "the desk shows it"
        due_now(database)
    assert states(database) == ["given_up"]
    assert waits[:2] == [5, 10]
    sink.broken = False
    hand_off()
    assert send(database, settings) == 1
    with database.read() as session:
        assert alerts.failing(session) == [], "and no more once one goes through"


def test_it_arrives_once_the_channel_is_back(
    database: Database, settings: Settings, sink: Sink, hand_off: Make
) -> None:
    sink.broken = True
    hand_off()
    send(database, settings)
    sink.broken = False
    due_now(database)
    assert send(database, settings) == 1
    assert len(sink.got) == 1


def test_a_sender_that_died_in_the_middle_neither_doubles_nor_hides_it(
    database: Database, settings: Settings, sink: Sink, hand_off: Make
) -> None:
    """Nobody can know whether it went out: it is not sent again, and the desk says so."""
    hand_off()
    with database.write() as session:
        assert alerts.claim_due(session) is not None
    assert send(database, settings) == 0, "somebody else may still be sending it"
    due_now(database)
    assert send(database, settings) == 0
    assert states(database) == ["unsure"]
    assert sink.got == []
    with database.read() as session:
        assert alerts.failing(session)


def test_several_processes_send_each_once(
    database: Database, settings: Settings, sink: Sink, hand_off: Make
) -> None:
    for _ in range(12):
        hand_off()

    async def together() -> list[int]:
        return await asyncio.gather(*(Sender(database, settings).send_due() for _ in range(4)))

    assert sum(asyncio.run(together())) == 12
    assert len(sink.got) == 12


def test_a_supervisors_channel_hears_what_is_late_and_a_leads_what_is_safeguarding(
    sink: Sink, settings: Settings
) -> None:
    assert alerts.AUDIENCES["late"] == ("team", "supervisor")
    assert alerts.AUDIENCES["matter"] == ("lead",)
    assert alerts.AUDIENCES["supervisor"] == ("supervisor",)


def test_an_address_that_cannot_be_used_is_named_without_it() -> None:
    bad = Settings(alert_urls=SecretStr("nonsense:secret json://127.0.0.1"), _env_file=None)  # type: ignore[call-arg]
    assert check(bad) == ["team 1 (nonsense)"]


def test_every_event_and_level_has_its_words_without_room_for_content() -> None:
    words = alert_words()
    assert set(words.texts) == set(get_args(alerts.Kind))
    assert set(words.levels) == {level.value for level in Level}
    for text in words.texts.values():
        filled: dict[str, Any] = {"n": 1, "level": "urgent"}
        assert text.format(**filled)


def die_while_sending(database: Database) -> None:
    """What a process leaves behind that is killed between the claim of an alert and its note."""
    with database.write() as session:
        assert alerts.claim_due(session) is not None
    due_now(database)


def lost(database: Database, team: str = "essex") -> list[tuple[str, str]]:
    with database.read() as session:
        return [(a.kind, a.state) for a in alerts.unsent(session, team, "essex")]


def test_what_may_not_have_been_sent_stays_at_the_desk_until_somebody_has_seen_it(
    database: Database, settings: Settings, sink: Sink, hand_off: Make
) -> None:
    """Also when other alerts go through after it."""
    hand_off()
    die_while_sending(database)
    hand_off()
    assert send(database, settings) == 1
    assert lost(database) == [("opened", "unsure")] and lost(database, "other") == []
    with database.write() as session:
        [alert] = alerts.unsent(session, "essex", "essex")
        assert not alerts.note_seen(session, alert.id, "other", "essex")
        assert alerts.note_seen(session, alert.id, "essex", "essex")
        assert not alerts.note_seen(session, alert.id, "essex", "essex"), "by one of two who press"
    assert lost(database) == []
    assert sink.got == ["2 waiting, urgent"], "and the first was not sent again"


def test_whoever_still_waits_is_alerted_again_as_late(
    database: Database, settings: Settings, sink: Sink, vault: Vault, hand_off: Make
) -> None:
    chat = hand_off(Level.EMERGENCY)
    die_while_sending(database)
    assert send(database, settings) == 0
    with database.write() as session:
        handoff = handoffs.open_one(session, chat)
        assert handoff is not None
        handoff.opened_at = now() - dt.timedelta(minutes=4)
    with database.write() as session:
        assert tell_late(session, vault, settings) == 1
    send(database, settings)
    assert sink.got == ["Still waiting, emergency. 1 waiting"]


def raised_by_one_that_died(database: Database, settings: Settings, vault: Vault, chat: str) -> None:
    """Of two alerts the second, that the level rose, may not have been sent."""
    send(database, settings)
    with database.write() as session:
        handoffs.raise_open(session, vault, chat, Alarm(Level.EMERGENCY))
    die_while_sending(database)


def test_where_no_late_alert_follows_another_event_says_look_at_the_desk_once(
    database: Database, settings: Settings, sink: Sink, vault: Vault, hand_off: Make
) -> None:
    """Such as a supervisor who was called: the worker would wait for nobody."""
    raised_by_one_that_died(database, settings, vault, hand_off(Level.URGENT))
    for _ in range(3):
        send(database, settings)
    check_text = "An earlier alert may not have arrived, emergency. Look at the desk"
    assert sink.got == ["1 waiting, urgent", check_text]
    assert lost(database) == [("raised", "unsure")]


def test_a_check_that_may_not_have_been_sent_is_followed_by_none(
    database: Database, settings: Settings, sink: Sink, vault: Vault, hand_off: Make
) -> None:
    raised_by_one_that_died(database, settings, vault, hand_off(Level.URGENT))
    with database.write() as session:
        assert alerts.note_unsure(session) == 1
    die_while_sending(database)
    assert send(database, settings) == 0
    assert lost(database) == [("check", "unsure"), ("raised", "unsure")]


def test_several_processes_find_one_dead_sender_once(
    database: Database, settings: Settings, vault: Vault, hand_off: Make
) -> None:
    chat = hand_off(Level.URGENT)
    with database.write() as session:
        handoffs.raise_open(session, vault, chat, Alarm(Level.EMERGENCY))
        session.execute(update(Alert).values(state="sending", next_at=now() - dt.timedelta(seconds=1)))
    gate, found = threading.Barrier(4), []

    def look() -> None:
        gate.wait()
        with database.write() as session:
            found.append(alerts.note_unsure(session))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(found) == 2
    assert sorted(states(database)) == ["pending", "unsure", "unsure"]


def test_what_was_given_up_stays_at_the_desk_too(
    database: Database, settings: Settings, sink: Sink, hand_off: Make
) -> None:
    sink.broken = True
    hand_off()
    for _ in range(3):
        send(database, settings)
        due_now(database)
    assert lost(database) == [("opened", "given_up")]


def test_every_kind_has_its_words_at_the_desk() -> None:
    assert set(alert_words().kinds) == set(get_args(alerts.Kind))
    assert set(alert_words().unsent) == set(alerts.UNSENT)
    assert set(alerts.AUDIENCES) == set(get_args(alerts.Kind))
