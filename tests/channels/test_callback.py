"""A safe call: arranged step by step, the number nowhere but with whoever rings, gone when it is over."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from bot.conversations import database, retention
from bot.conversations.callback_words import callback_words, number_in
from bot.conversations.person_tables import Callback, CallbackTalk
from tests.web import Chat, Clock, Seat

NUMBER = "07700 900123"
KNIFE = "he's outside with a knife"
Sit = Callable[..., Seat]
ANSWERS = (
    "callback:days:weekdays",
    "weekday mornings after 10",
    "callback:voicemail:neither",
    "callback:other:yes",
)


def last(turn: dict[str, Any]) -> str:
    return str(turn["messages"][-1]["text"])


def answer(chat: Chat, said: str) -> dict[str, Any]:
    return chat.choose(said) if said.startswith("callback:") else chat.say(said)


def arrange(chat: Chat, words: str = "say you are the dentist", code: str = "bluebell") -> dict[str, Any]:
    chat.choose("person")
    chat.choose("callback:start")
    chat.say(f"its {NUMBER}")
    for said in (*ANSWERS, words):
        answer(chat, said)
    return chat.say(code)


def calls() -> list[Callback]:
    with database.get_database().read() as session:
        return list(session.scalars(select(Callback)))


def test_every_step_is_asked_in_order(chat: Chat) -> None:
    chat.choose("person")
    words = callback_words().steps
    asked = [last(chat.choose("callback:start")), last(chat.say(NUMBER))]
    asked += [last(answer(chat, said)) for said in (*ANSWERS, "say you are the dentist")]
    assert asked == [words[s].ask for s in ("number", "days", "hours", "voicemail", "other", "words", "code")]


def test_it_is_confirmed_without_the_number(chat: Chat) -> None:
    done = last(arrange(chat))
    assert done.startswith("Done.") and "two times at most" in done and "14 days at most" in done
    assert "900123" not in chat.look().text.replace(" ", "")
    assert "callback:cancel" in str(chat.look().json()["messages"][-1])


def test_the_number_is_in_no_message_not_for_a_moment(
    chat: Chat, sit: Sit, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        chat.choose("person")
        chat.choose("callback:start")
        turn = chat.say(f"its {NUMBER} ok")
    assert turn["messages"][0]["text"] == "its [number blacked out] ok"
    jo = sit("Jo")
    jo.act(chat, "claim")
    for place in (caplog.text, chat.look().text, str(jo.open(chat)), str(jo.queue())):
        assert "900123" not in place.replace(" ", "")
    for file in database.get_settings().data_dir.glob("vra.db*"):
        assert b"900123" not in file.read_bytes()


@pytest.mark.parametrize("typed", ["0770090012", "999", "my home one", "0909 879 0123", "+33 1 42 68 53 00"])
def test_what_cannot_be_rung_is_asked_again_and_not_kept(chat: Chat, typed: str) -> None:
    chat.choose("person")
    chat.choose("callback:start")
    assert last(chat.say(typed)) == callback_words().steps["number"].wrong
    with database.get_database().read() as session:
        assert session.scalar(select(CallbackTalk.step)) == "number"
    digits = "".join(c for c in typed if c.isdigit())
    assert len(digits) < 6 or digits not in "".join(c for c in str(chat.texts()) if c.isdigit())


def test_numbers_as_people_write_them() -> None:
    for typed in ("07700900123", "+44 7700 900 123", "0044 7700 900123", "my number is 07700-900123 thanks"):
        assert number_in(typed) == NUMBER, typed
    assert number_in("01245 491491") == "01245 491491"


def test_details_show_to_who_takes_it_and_to_nobody_else(chat: Chat, sit: Sit) -> None:
    arrange(chat)
    jo, sam, kim = sit("Jo"), sit("Sam"), sit("Kim", team="kent")
    [row] = jo.client.get("/desk/api/callbacks").json()
    assert row["details"] is None and row["days"] == "Monday to Friday" and row["hours"] == ANSWERS[1]
    assert NUMBER not in jo.client.get("/desk/calls").text
    assert kim.client.get("/desk/api/callbacks").json() == []
    assert kim.post(f"callbacks/{row['id']}/take").status_code == 404
    assert jo.post(f"callbacks/{row['id']}/take").status_code == 200
    assert sam.post(f"callbacks/{row['id']}/take").status_code == 409
    details = jo.client.get("/desk/api/callbacks").json()[0]["details"]
    assert details == {
        "number": NUMBER,
        "days": "Monday to Friday",
        "hours": ANSWERS[1],
        "voicemail": "neither",
        "other": "yes",
        "words": "say you are the dentist",
        "code": "bluebell",
    }
    assert sam.client.get("/desk/api/callbacks").json()[0]["details"] is None
    assert NUMBER in jo.client.get("/desk/calls").text and "bluebell" in jo.client.get("/desk/calls").text
    assert NUMBER not in sam.client.get("/desk/calls").text


def test_without_a_word_it_is_sorry_wrong_number_and_no_voicemail(chat: Chat, sit: Sit) -> None:
    chat.choose("person")
    chat.choose("callback:start")
    chat.say(NUMBER)
    for said in ("any day", "evening", "hm not sure", "callback:other:no"):
        answer(chat, said)
    assert last(chat.say("no")).startswith("Done.")
    jo = sit("Jo")
    call = jo.client.get("/desk/api/callbacks").json()[0]["id"]
    jo.post(f"callbacks/{call}/take")
    details = jo.client.get("/desk/api/callbacks").json()[0]["details"]
    assert (details["voicemail"], details["words"], details["code"]) == ("neither", "Sorry, wrong number", "")


def ring(seat: Seat, outcome: str) -> int:
    call = seat.client.get("/desk/api/callbacks").json()[0]["id"]
    assert seat.post(f"callbacks/{call}/take").status_code == 200
    return seat.post(f"callbacks/{call}/rang", {"outcome": outcome}).status_code


def test_two_tries_at_most_then_the_number_is_gone(chat: Chat, sit: Sit) -> None:
    arrange(chat)
    jo = sit("Jo")
    assert ring(jo, "no_answer") == 200
    [row] = jo.client.get("/desk/api/callbacks").json()
    assert (row["tries"], row["state"], row["outcome"]) == (1, "arranged", "no_answer")
    assert ring(jo, "someone_else") == 200
    [call] = calls()
    assert (call.state, call.tries, call.details) == ("unreached", 2, None)
    assert "We rang two times and could not reach you" in chat.texts()[-1]


@pytest.mark.parametrize(("outcome", "state"), [("reached", "done"), ("not_them", "unreached")])
def test_one_that_is_over_is_erased_at_once(chat: Chat, sit: Sit, outcome: str, state: str) -> None:
    arrange(chat)
    assert ring(sit("Jo"), outcome) == 200
    [call] = calls()
    assert (call.state, call.details, call.staff_id) == (state, None, None)


def test_the_outcome_is_of_a_closed_list(chat: Chat, sit: Sit) -> None:
    arrange(chat)
    assert ring(sit("Jo"), "went fishing") == 422
    assert calls()[0].state == "taken"


def test_the_visitor_cancels_even_when_it_is_taken(chat: Chat, sit: Sit) -> None:
    arrange(chat)
    jo = sit("Jo")
    jo.post(f"callbacks/{calls()[0].id}/take")
    assert "cancelled" in last(chat.choose("callback:cancel"))
    assert jo.client.get("/desk/api/callbacks").json() == []
    assert calls()[0].details is None


def test_14_days_at_most(chat: Chat, sit: Sit, clock: Clock, web: Any) -> None:
    arrange(chat)
    r = web.app.state.resources
    for days, state in ((13.9, "arranged"), (0.2, "expired")):
        clock.forward(days=days)
        with r.database.write() as session:
            retention.sweep(session, r.settings)
        assert calls()[0].state == state
    assert calls()[0].details is None
    assert chat.look().status_code == 404, "the chat itself was erased after three days; its call was not"


def test_deleting_the_chat_cancels_the_call_and_says_so(chat: Chat) -> None:
    assert "If you delete this chat, the call is cancelled" in last(arrange(chat))
    chat.client.delete(f"/api/conversations/{chat.id}", headers=chat.headers)
    assert calls() == []


def test_leaving_the_page_does_not_cancel_it(chat: Chat) -> None:
    arrange(chat)
    chat.client.post(f"/api/conversations/{chat.id}/leave", json={"token": chat.token})
    assert calls()[0].state == "arranged"


def test_danger_comes_before_the_next_question(chat: Chat) -> None:
    chat.choose("person")
    chat.choose("callback:start")
    turn = chat.say(f"{KNIFE} my number is {NUMBER}")
    assert [m["author"] for m in turn["messages"]] == ["visitor", "safety", "safety"]
    assert "900123" not in chat.look().text
    with database.get_database().read() as session:
        assert session.scalar(select(CallbackTalk.step)) is None


def test_it_can_be_stopped_at_every_step(chat: Chat) -> None:
    chat.choose("person")
    chat.choose("callback:start")
    chat.say(NUMBER)
    assert last(chat.choose("callback:stop")) == callback_words().stopped
    with database.get_database().read() as session:
        assert session.scalars(select(CallbackTalk)).all() == []
    assert calls() == []


def test_on_telegram_the_arrangement_is_not_echoed(chat: Chat) -> None:
    from bot.conversations.tables import Conversation

    with database.get_database().write() as session:
        session.get_one(Conversation, chat.id).channel = "telegram"
    assert last(arrange(chat)) == callback_words().done_quietly


def test_a_worker_who_vanishes_gives_the_call_back(chat: Chat, sit: Sit, clock: Clock, web: Any) -> None:
    from bot.conversations import callbacks

    arrange(chat)
    jo, r = sit("Jo"), web.app.state.resources
    jo.post(f"callbacks/{calls()[0].id}/take")
    clock.forward(seconds=90)
    with r.database.write() as session:
        assert callbacks.return_vanished(session, r.settings) == 1
    assert (calls()[0].state, calls()[0].staff_id) == ("arranged", None)


def test_two_workers_take_it_at_the_same_moment(chat: Chat, sit: Sit) -> None:
    import threading

    arrange(chat)
    call, seats, gate = calls()[0].id, [sit(f"Jo{n}") for n in range(4)], threading.Barrier(4)
    done: list[int] = []

    def take(seat: Seat) -> None:
        gate.wait()
        done.append(seat.post(f"callbacks/{call}/take").status_code)

    threads = [threading.Thread(target=take, args=(seat,)) for seat in seats]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [200, 409, 409, 409]
