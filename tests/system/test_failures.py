"""Rasa dead, stopped, back again: no message lost, the safety text still there, no silence."""

from __future__ import annotations

import signal

from tests.running import RunningSystem
from tests.system.visitor import Visitor, answer

STATIC = "I can't look up an answer just now"


def test_rasa_is_killed_in_the_middle(running_system: RunningSystem) -> None:
    visitor = Visitor(running_system.url)
    assert answer(visitor.say("what is a victim personal statement"))["sources"]
    running_system.kill("rasa")

    said = answer(visitor.say("who pays my train fare to court"))
    assert STATIC in said["text"]
    alarm = visitor.say("he's trying to get in")
    assert [m["author"] for m in alarm["messages"]] == ["visitor", "safety", "safety"]

    running_system.wait_until_ready()
    texts = [m["text"] for m in visitor.look().json()["messages"]]
    assert "who pays my train fare to court" in texts
    assert "he's trying to get in" in texts
    assert STATIC not in answer(visitor.say("what is a victim personal statement"))["text"]


def test_rasa_hangs(running_system: RunningSystem) -> None:
    visitor = Visitor(running_system.url)
    rasa = running_system.child("rasa")
    rasa.send_signal(signal.SIGSTOP)
    try:
        assert STATIC in answer(visitor.say("when will they tell me about bail"))["text"]
    finally:
        rasa.send_signal(signal.SIGCONT)
    running_system.wait_until_ready()
    texts = [m["text"] for m in visitor.look().json()["messages"]]
    assert len(texts) == 3, "the answer that came too late is dropped"


def test_the_actions_are_killed(running_system: RunningSystem) -> None:
    visitor = Visitor(running_system.url)
    running_system.kill("actions")
    assert answer(visitor.say("can i have a screen in court"))["text"]
    running_system.wait_until_ready()
    assert answer(visitor.say("can i have a screen in court"))["sources"]
