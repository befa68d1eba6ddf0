"""Who waits: told the truth about the desk, told of other ways in time, never forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import settings
from bot.conversations import database
from bot.conversations.tables import Message
from bot.conversations.waiting import tell_late
from tests.web import Chat, Clock, Seat

KNIFE = "he's outside with a knife"
STALKED = "my ex keeps following me"
SUICIDE = "cant do this anymore. got the tablets in front of me"
Sit = Callable[..., Seat]


def late(web: Any) -> int:
    r = web.app.state.resources
    with r.database.write() as session:
        return tell_late(session, r.vault, r.settings)


@pytest.mark.parametrize(
    ("text", "number"),
    [(KNIFE, "08 08 16 89 111"), (SUICIDE, "116 123"), ("he just strangled me", "0808 2000 247")],
)
def test_an_emergency_to_an_empty_desk(chat: Chat, text: str, number: str) -> None:
    """Said at once: nobody is there, nobody has read it, and who can be rung now for this danger."""
    turn = chat.say(text)
    first, second = turn["messages"][1:3]
    assert "999" in first["text"]
    assert "Nobody is at the desk" in second["text"] and "Nobody has read this" in second["text"]
    assert number in second["text"]
    assert "joined" not in second["text"] and "asked a helpline worker" not in second["text"]
    assert turn["in_charge"] == "waiting"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-25 21:00", "until 8 am tomorrow"),
        ("2026-11-28 12:00", "until Monday at 8 am"),
        ("2026-12-25 12:00", "until Tuesday at 8 am"),
        ("2026-11-25 12:00", "Nobody is at the desk now"),
    ],
    ids=["night", "weekend", "Christmas Day, then a bank holiday", "within hours"],
)
def test_when_the_desk_opens_again(
    web: Any,
    new_chat: Callable[[], Chat],
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
    words: str,
) -> None:
    monkeypatch.setattr(web.app.state.resources.settings, "helpline_hours", "MO-FR 08:00-20:00; PH off")
    clock.to(moment)
    assert words in new_chat().say(KNIFE)["messages"][2]["text"]


def test_a_team_has_its_own_hours(
    web: Any, chat: Chat, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web.app.state.resources.settings, "team_hours", {"essex": "MO-SU 22:00-23:00"})
    clock.to("2026-11-25 12:00")
    assert "until 10 pm today" in chat.say(KNIFE)["messages"][2]["text"]


def test_how_many_are_before(sit: Sit, new_chat: Callable[[], Chat]) -> None:
    sit("Jo")
    places = [new_chat().say(STALKED)["messages"][2]["text"] for _ in range(3)]
    assert "You are next." in places[0]
    assert "One person is before you." in places[1]
    assert "2 people are before you." in places[2]


@pytest.mark.parametrize(("text", "minutes"), [(KNIFE, 3), (STALKED, 10)])
def test_after_the_set_time_other_ways_are_told_once(
    sit: Sit, chat: Chat, clock: Clock, web: Any, text: str, minutes: int
) -> None:
    jo = sit("Jo")
    chat.say(text)
    clock.forward(minutes=minutes, seconds=-5)
    assert late(web) == 0
    clock.forward(seconds=10)
    assert [late(web), late(web)] == [1, 0]
    jo.client.get("/desk/api/queue")
    told = chat.look().json()["messages"][-1]
    assert told["author"] == "safety"
    assert "08" in told["text"] and "still in the queue" in told["text"]
    assert jo.queue()[0]["late"]
    assert "Waiting too long" in jo.client.get("/desk").text


def test_what_is_told_then_is_true_about_the_desk(
    sit: Sit, new_chat: Callable[[], Chat], clock: Clock, web: Any
) -> None:
    alone = new_chat()
    alone.say(KNIFE)
    clock.forward(minutes=4)
    late(web)
    assert "Nobody is at the desk, and nobody has read this yet" in alone.texts()[-1]
    other = new_chat()
    other.say(KNIFE)
    clock.forward(minutes=4)
    sit("Jo")
    late(web)
    assert "Nobody could join yet: everyone at the desk" in other.texts()[-1]
    assert "One person is before you" in other.texts()[-1]


def test_a_call_is_offered_but_not_in_an_emergency(chat: Chat, new_chat: Callable[[], Chat]) -> None:
    assert "callback:start" in str(chat.choose("person")["messages"])
    assert "callback:start" not in str(new_chat().say(KNIFE)["messages"])


def test_two_processes_tell_it_once(chat: Chat, clock: Clock, web: Any) -> None:
    chat.say(KNIFE)
    clock.forward(minutes=4)
    gate, told = threading.Barrier(4), []

    def tell() -> None:
        gate.wait()
        told.append(late(web))

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [0, 0, 0, 1]
    with database.get_database().read() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == len(chat.texts())


def test_who_came_back_waits_anew(sit: Sit, chat: Chat, clock: Clock, web: Any) -> None:
    jo = sit("Jo")
    chat.say(KNIFE)
    clock.forward(minutes=4)
    late(web)
    jo.act(chat, "claim")
    jo.act(chat, "release")
    assert not jo.queue()[0]["late"]
    clock.forward(minutes=4)
    assert late(web) == 1, "told again, as it is another wait"


def test_nothing_is_told_to_who_was_claimed_or_declined(
    sit: Sit, new_chat: Callable[[], Chat], clock: Clock, web: Any
) -> None:
    jo, claimed, declined = sit("Jo"), new_chat(), new_chat()
    for chat in (claimed, declined):
        chat.say(STALKED)
    jo.act(claimed, "claim")
    declined.choose("decline")
    clock.forward(minutes=30)
    assert late(web) == 0


def test_the_times_are_settings() -> None:
    defaults = settings.Settings(_env_file=None)  # type: ignore[call-arg]
    assert (defaults.late_emergency_s, defaults.late_s) == (180, 600)
