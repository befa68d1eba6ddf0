"""A person can be declined, at an emergency too: the safety text stays, the queue keeps it in sight."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web import Chat, Seat

KNIFE = "he's outside with a knife"
STALKED = "my ex keeps following me"
Sit = Callable[..., Seat]


def values(turn: dict[str, object]) -> list[str]:
    messages: list[dict[str, object]] = turn["messages"]  # type: ignore[assignment]
    return [c["value"] for m in messages for c in m.get("choices", [])]  # type: ignore[attr-defined]


def test_the_second_message_offers_it(chat: Chat) -> None:
    assert "decline" in values(chat.say(KNIFE))


@pytest.mark.parametrize(
    "how",
    [
        "button",
        "i don't want to talk to anyone",
        "No person, please.",
        "I dont want a human",
        "no i dont want a person thanks",
        "Actually, I've changed my mind. I don't want to talk to a person.",
        "no thanks, i'd rather not talk to anyone",
        "id rather just stay with the bot",
        "sorry, no worker please",
        "I do not need a real person",
    ],
)
def test_an_emergency_is_declined(sit: Sit, chat: Chat, how: str) -> None:
    jo = sit("Jo")
    chat.say(KNIFE)
    turn = chat.choose("decline") if how == "button" else chat.say(how)
    assert turn["in_charge"] == "assistant"
    assert "queue_position" not in turn
    assert "What I said about your safety still counts" in turn["messages"][-1]["text"]
    assert "999" in chat.texts()[2], "the safety text stays"
    [row] = jo.queue()
    assert (row["declined"], row["level"], row["in_charge"]) == (True, "emergency", "assistant")
    assert jo.act(chat, "claim") == 409, "nobody joins who was declined"


@pytest.mark.parametrize(
    "said",
    [
        "no",
        "no thanks",
        "no one",
        "no one is here with me",
        "nobody",
        "i dont want anyone to know",
        "i dont want him to talk to a person",
        "I want to talk to a person, not the bot",
        "i cant talk to anyone about this",
        "dont leave me",
    ],
)
def test_what_only_sounds_like_it_takes_nobody_out_of_the_queue(chat: Chat, said: str) -> None:
    chat.say(KNIFE)
    assert chat.say(said)["in_charge"] == "waiting"


def test_danger_after_that_is_told_but_nobody_joins(sit: Sit, chat: Chat) -> None:
    jo = sit("Jo")
    chat.say(KNIFE)
    chat.choose("decline")
    turn = chat.say(KNIFE)
    assert [m["author"] for m in turn["messages"]] == ["visitor", "safety", "assistant"]
    assert "none will join" in turn["messages"][-1]["text"]
    assert turn["in_charge"] == "assistant"
    assert jo.queue()[0]["declined"]


def test_another_danger_or_a_word_brings_the_person_back(sit: Sit, chat: Chat) -> None:
    jo = sit("Jo")
    chat.say(STALKED)
    chat.choose("decline")
    worse = chat.say(KNIFE)
    assert worse["in_charge"] == "waiting" and worse["queue_position"] == 1
    chat.choose("decline")
    assert chat.say("can i talk to a person please")["in_charge"] == "waiting"
    assert not jo.queue()[0]["declined"]
    assert jo.act(chat, "claim") == 200


def test_a_mere_request_that_is_declined_is_over(sit: Sit, chat: Chat) -> None:
    jo = sit("Jo")
    chat.choose("person")
    chat.say("no thank you")
    assert jo.queue(), "a polite no to something else is not a refusal of a person"
    chat.choose("decline")
    assert jo.queue() == []


def test_declined_ones_come_last_and_count_for_nobody(sit: Sit, new_chat: Callable[[], Chat]) -> None:
    jo, quiet, other = sit("Jo"), new_chat(), new_chat()
    quiet.say(KNIFE)
    quiet.choose("decline")
    assert other.say(STALKED)["queue_position"] == 1
    assert [row["id"] for row in jo.queue()] == [other.id, quiet.id]
    assert jo.act(quiet, "put_away") == 200
    assert [row["id"] for row in jo.queue()] == [other.id]


def test_in_live_chat_the_words_go_to_the_worker(sit: Sit, chat: Chat) -> None:
    jo = sit("Jo")
    chat.say(STALKED)
    jo.act(chat, "claim")
    # Danger is watched for in live chat too, so that a safety message may stand beside it; the bot stays silent
    said = chat.say("i dont want to talk to anyone")["messages"]
    assert "assistant" not in [m["author"] for m in said]
