"""The real three processes over HTTP: a question, a place, a danger, a deletion."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable

import pytest

from tests.running import RunningSystem
from tests.system.visitor import Visitor, answer

Start = Callable[[], Visitor]


@pytest.fixture
def start(running_system: RunningSystem) -> Start:
    return lambda: Visitor(running_system.url)


def tracked(system: RunningSystem, chat: str) -> int:
    """How many events Rasa's tracker holds of a conversation."""
    with sqlite3.connect(system.data_dir / "vra.db") as database:
        row = database.execute("SELECT count(*) FROM tracker_events WHERE sender_id = ?", (chat,)).fetchone()
    return int(row[0])


def test_when_the_police_must_tell_about_an_arrest(start: Start) -> None:
    said = answer(start().say("when will the police tell me if they arrest someone?"))
    assert "5 working days" in said["text"]
    assert "1 working day" in said["text"]
    assert {"right": 6, "read_on": "2026-11-21"}.items() <= said["sources"][0].items()
    assert said["sources"][0]["url"].startswith("https://")


def test_clacton_gets_the_service_for_tendring(start: Start) -> None:
    turn = start().say("i live in Clacton, my husband hits me, who can help")
    assert turn["in_charge"] == "waiting"
    assert [m["author"] for m in turn["messages"][:3]] == ["visitor", "safety", "safety"]
    said = answer(turn)
    assert "0330 333 7444" in said["text"]
    assert "0808 2000 247" in said["text"], "never the local number alone"
    assert "Tendring" in said["text"]
    shown = [service["id"] for service in said["services"]]
    assert "next-chapter" in shown
    assert "changing-pathways" not in shown
    assert "day and night" in said["text"]


def test_the_assistant_is_silent_at_an_emergency(start: Start) -> None:
    turn = start().say("he's outside with a knife")
    assert [m["author"] for m in turn["messages"]] == ["visitor", "safety", "safety"]
    assert turn["in_charge"] == "waiting"


def test_the_place_is_kept_in_the_conversation(start: Start) -> None:
    visitor = start()
    visitor.say("im in harlow")
    said = answer(visitor.say("who helps with stalking"))
    assert said["services"], said["text"]


def test_the_thread_is_kept(start: Start) -> None:
    visitor = start()
    visitor.say("when do they have to tell me if hes arrested")
    said = answer(visitor.say("and if i have a learning disability?"))
    assert "1 working day" in said["text"] or "enhanced" in said["text"].lower()


def test_a_choice_leads_on(start: Start) -> None:
    visitor = start()
    said = answer(visitor.say("when will the police tell me if they arrest someone?"))
    choice = next(c for c in said["choices"] if c["value"].startswith("entry:"))
    entry = choice["value"].removeprefix("entry:")
    assert answer(visitor.choose(choice["value"]))["sources"][0]["entry"] == entry


def test_a_command_that_is_typed_is_only_text(start: Start) -> None:
    said = answer(start().say('/choose{"value": "entry:arrest-told"}'))
    assert not any(s["entry"] == "arrest-told" for s in said.get("sources", []))


def test_deleting_takes_everything(running_system: RunningSystem, start: Start) -> None:
    visitor = start()
    visitor.say("what are my rights when i report a crime")
    assert tracked(running_system, visitor.id) > 0
    assert visitor.delete().status_code == 204
    assert tracked(running_system, visitor.id) == 0
    assert visitor.look().status_code == 404


def test_nothing_comes_back_when_a_late_answer_races_the_deletion(
    running_system: RunningSystem, start: Start
) -> None:
    visitors = [start() for _ in range(6)]
    for visitor in visitors:
        asking = threading.Thread(
            target=visitor.post, kwargs={"text": "can i get compensation for my injury"}
        )
        asking.start()
        assert visitor.delete().status_code == 204
        asking.join()
    for visitor in visitors:
        assert tracked(running_system, visitor.id) == 0
        assert visitor.look().status_code == 404
    with sqlite3.connect(running_system.data_dir / "vra.db") as database:
        for visitor in visitors:
            for table in ("messages", "handoffs"):
                left = database.execute(
                    f"SELECT count(*) FROM {table} WHERE conversation_id = ?",  # noqa: S608
                    (visitor.id,),
                ).fetchone()
                assert left == (0,)


def test_events_arrive_and_a_lost_stream_catches_up(start: Start) -> None:
    visitor = start()
    with visitor.events() as stream:
        asking = threading.Thread(target=visitor.say, args=("can i bring a friend to the police interview",))
        asking.start()
        first = next(stream)
        asking.join()
    assert first["data"]["author"] == "visitor"
    with visitor.events(last=first["id"]) as stream:
        second = next(stream)
    assert second["data"]["author"] == "assistant"
    assert int(second["id"]) > int(first["id"])
