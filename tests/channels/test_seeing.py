"""Risk in a real conversation: over several messages, in other languages, with its reason for staff, and when the
learned part fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.conversations.words import desk_words
from bot.risk import load_full
from bot.risk.learned import Learned
from tests.web import Chat, Seat

PATIENCE_S = 10


@pytest.fixture(autouse=True)
def everything_loaded(web: TestClient) -> None:
    load_full()


def authors(body: dict[str, Any]) -> list[str]:
    return [m["author"] for m in body["messages"]]


def test_danger_typed_in_pieces_raises_an_alarm_that_no_piece_raises(new_chat: Callable[[], Chat]) -> None:
    pieces = ["hes got into the house", "my ex i mean", "he said tonight hed finish it"]
    whole = new_chat()
    said = [whole.say(piece) for piece in pieces]
    assert said[-1]["in_charge"] == "waiting"
    assert "safety" in authors(said[-1]) or "safety" in authors(said[0])


def test_calm_messages_stay_calm_together(chat: Chat) -> None:
    for text in ("hello", "who pays my train fare to the court", "and for my lunch?", "thank you"):
        assert chat.say(text)["in_charge"] == "assistant"


def test_a_level_once_given_does_not_fall(chat: Chat, sit: Callable[..., Seat]) -> None:
    seat = sit("jo")
    chat.say("he's outside with a knife")
    chat.say("who pays my train fare to the court")
    assert [row["level"] for row in seat.queue()] == ["emergency"]


def test_our_own_button_is_no_sign_of_distress(chat: Chat, sit: Callable[..., Seat]) -> None:
    """Staff would read "concern" beside everyone who pressed it."""
    jo = sit("Jo")
    chat.choose("person")
    [waits] = jo.queue()
    assert (waits["level"], waits["categories"], waits["why"]) == ("none", [], [])


def test_it_falls_when_staff_say_that_it_was_too_high(chat: Chat, sit: Callable[..., Seat]) -> None:
    seat = sit("jo")
    chat.say("he's outside with a knife")
    assert seat.act(chat, "claim") == 200
    assert seat.act(chat, "close", outcome="wrong_alarm", mark="too_high") == 200
    assert chat.say("who pays my train fare to the court")["in_charge"] == "assistant"
    chat.say("can i talk to a person")
    assert [row["level"] for row in seat.queue()] == ["none"]


def test_staff_see_the_words_a_moment_after_the_visitor_has_the_answer(
    chat: Chat, sit: Callable[..., Seat]
) -> None:
    seat = sit("jo")
    said = chat.say("in the wardrobe. boots on the stairs")
    assert said["in_charge"] == "waiting"
    end = time.monotonic() + PATIENCE_S
    words: list[str] = []
    while not words and time.monotonic() < end:
        seen = seat.client.get(f"/desk/api/conversations/{chat.id}/messages").json()
        words = [e["words"] for e in seen["evidence"] if e["words"]]
    assert words
    assert "wardrobe" in " ".join(words) or "boots" in " ".join(words)


def test_a_calm_question_in_another_language_gets_the_card_and_no_alarm(chat: Chat) -> None:
    said = chat.say("Czy mogę dostać ulotkę o prawach ofiar po polsku?")
    assert said["in_charge"] == "assistant"
    answer = said["messages"][-1]
    assert "999" in answer["text"] and "interpreter" in answer["text"]
    assert "Nobody is at the desk" in answer["text"]
    assert [c["value"] for c in answer["choices"]] == ["person"]


def test_the_card_says_so_when_somebody_is_there(chat: Chat, sit: Callable[..., Seat]) -> None:
    sit("jo").queue()
    said = chat.say("Bună ziua, aveți formularul de despăgubire în română?")
    assert "A helpline worker is at the desk now" in said["messages"][-1]["text"]


def test_danger_in_another_language_is_an_alarm_in_two_steps(chat: Chat) -> None:
    said = chat.say("mąż mnie bije, boję się")
    assert said["in_charge"] == "waiting"
    assert authors(said) == ["visitor", "safety", "safety"]
    assert "interpreter" in said["messages"][1]["text"]


def test_when_the_learned_part_breaks_the_floor_sees_and_everybody_is_told(
    web: TestClient, chat: Chat, sit: Callable[..., Seat], monkeypatch: pytest.MonkeyPatch
) -> None:
    seat = sit("sam", "supervisor")
    warning = desk_words().rules_only

    def broken(self: Learned, cleaned: str) -> None:
        raise RuntimeError("no memory")

    with monkeypatch.context() as patched:
        patched.setattr(Learned, "judge", broken)
        said = chat.say("he's outside with a knife")
        assert authors(said)[:2] == ["visitor", "safety"]
        assert said["in_charge"] == "waiting"
        assert "risk: rules only (RuntimeError)" in web.get("/readyz").json()["degraded"]
        assert warning in seat.client.get("/desk").text
    chat.say("thank you")
    assert web.get("/readyz").json()["degraded"] == []
    assert warning not in seat.client.get("/desk").text
