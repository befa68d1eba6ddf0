"""Coming back with a return code: by the API and by pages without JavaScript, and what nobody sees by it."""

from __future__ import annotations

import html
import logging
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from bot.conversations import database, retention
from bot.conversations.return_words import code_words, return_words
from bot.conversations.tables import Ticket
from tests.web import Chat, Clock, Seat

KNIFE = "he's outside with a knife"
STALKED = "my ex keeps following me"
Sit = Callable[..., Seat]


def words_in(text: str) -> str:
    found = re.search(r"once:\s+([a-z]+(?: [a-z]+){5})\s", re.sub(r"<[^>]+>", " ", text))
    assert found, text
    return found[1]


def code_of(chat: Chat) -> str:
    return words_in(chat.choose("return")["messages"][-1]["text"])


def enter(web: Any, code: str) -> Any:
    return web.post("/api/conversations/return", json={"code": code})


def back(web: Any, code: str) -> Chat:
    response = enter(web, code)
    assert response.status_code == 200, response.text
    return Chat(web, response.json()["id"], response.json()["token"])


def test_it_brings_the_visitor_back_and_shows_nothing_of_before(web: Any, chat: Chat) -> None:
    chat.say(STALKED)
    code = code_of(chat)
    response = enter(web, code)
    again = Chat(web, response.json()["id"], response.json()["token"])
    assert again.id == chat.id
    assert response.json()["in_charge"] == "waiting" and response.json()["queue_position"] == 1
    for shown in (response.text, again.look().text):
        assert STALKED not in shown and "he is there now" not in shown and code not in shown
    [welcome] = again.texts()
    assert "You are back" in welcome and "Nobody is at the desk" in welcome
    again.say("are you there")
    assert again.texts()[1] == "are you there" and STALKED not in again.look().text


def test_it_works_once(web: Any, chat: Chat) -> None:
    code = code_of(chat)
    back(web, code)
    used = enter(web, code)
    assert used.status_code == 404
    assert "does not open a chat" in used.json()["error"]["text"] and "999" in used.json()["error"]["text"]


def test_of_two_who_enter_it_at_one_moment_one_comes_in(web: Any, chat: Chat) -> None:
    code, gate, answers = code_of(chat), threading.Barrier(6), []

    def press() -> None:
        gate.wait()
        answers.append(enter(web, code).status_code)

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 404, 404, 404, 404, 404]


def test_the_page_of_before_shows_nothing_more(web: Any, chat: Chat) -> None:
    """Somebody else may hold the old phone."""
    chat.say("hello")
    back(web, code_of(chat)).say("my secret")
    assert chat.look().status_code == 404
    assert chat.post(text="it's me").status_code == 404


def test_it_survives_leaving_and_the_hand_off_goes_on(web: Any, chat: Chat, sit: Sit) -> None:
    jo = sit("Jo")
    chat.say(KNIFE)
    code = code_of(chat)
    jo.act(chat, "claim")
    assert web.post(f"/api/conversations/{chat.id}/leave", json={"token": chat.token}).status_code == 204
    assert jo.open(chat)["visitor_gone"]
    again = back(web, code)
    assert again.look().json()["in_charge"] == "staff"
    assert not jo.open(again)["visitor_gone"]
    assert jo.post(f"conversations/{chat.id}/messages", {"text": "Is it still you?"}).status_code == 200
    assert again.texts()[-1] == "Is it still you?"
    page = html.unescape(jo.client.get(f"/desk?c={chat.id}").text)
    assert "came back with a return code" in page and KNIFE in page, (
        "staff know what was said, and whom to ask"
    )


def test_who_comes_back_after_the_hand_off_ended_is_told_the_truth(
    web: Any, chat: Chat, clock: Clock
) -> None:
    chat.say(STALKED)
    code = code_of(chat)
    web.post(f"/api/conversations/{chat.id}/leave", json={"token": chat.token})
    clock.forward(minutes=11)
    with database.get_database().write() as session:
        assert retention.end_left_handoffs(session) == 1
    again = back(web, code)
    assert again.look().json()["in_charge"] == "assistant"
    assert "You are not in the queue" in again.texts()[-1]


def test_it_is_offered_at_every_hand_off(chat: Chat, new_chat: Callable[[], Chat]) -> None:
    turns = [chat.say(KNIFE), new_chat().say(STALKED), new_chat().choose("person")]
    for turn in turns:
        assert "return" in [c["value"] for m in turn["messages"] for c in m.get("choices", [])]


@pytest.mark.parametrize("asked", ["Return code please", "can I have a return code?", "how can i get back"])
def test_it_can_be_asked_for_in_words(chat: Chat, asked: str) -> None:
    told = chat.say(asked)["messages"][-1]
    assert [c["value"] for c in told["choices"]] == ["return"]
    assert "six words" in told["text"]


def test_it_is_in_no_message_and_no_row(
    web: Any, chat: Chat, sit: Sit, caplog: pytest.LogCaptureFixture
) -> None:
    jo = sit("Jo")
    chat.say(KNIFE)
    with caplog.at_level(logging.DEBUG):
        code = code_of(chat)
        back(web, code_of(chat))
    jo.act(chat, "claim")
    assert code not in chat.look().text and code not in str(jo.open(chat)) and code not in caplog.text
    file = web.app.state.resources.settings.data_dir / "vra.db"
    kept = file.read_bytes() + file.with_name("vra.db-wal").read_bytes()
    assert code.encode() not in kept


def test_a_new_one_ends_the_one_before(web: Any, chat: Chat) -> None:
    first, second = code_of(chat), code_of(chat)
    assert enter(web, first).status_code == 404
    assert enter(web, second).status_code == 200


def test_two_that_are_asked_for_at_one_moment_leave_one(web: Any, chat: Chat) -> None:
    gate, codes = threading.Barrier(4), []

    def ask() -> None:
        gate.wait()
        codes.append(code_of(chat))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(enter(web, code).status_code for code in codes) == [200, 404, 404, 404]


def test_deleting_the_chat_ends_it_also_where_staff_keep_the_chat(
    web: Any, chat: Chat, new_chat: Callable[[], Chat], sit: Sit
) -> None:
    jo, kept = sit("Jo"), new_chat()
    kept.say(KNIFE)
    codes = [code_of(chat), code_of(kept)]
    jo.act(kept, "claim")
    headers = [web.delete(f"/api/conversations/{c.id}", headers=c.headers).headers for c in (chat, kept)]
    assert "X-Kept-For-Staff" not in headers[0] and headers[1]["X-Kept-For-Staff"] == "1"
    assert [enter(web, code).status_code for code in codes] == [404, 404]


def test_it_lives_for_an_hour(web: Any, chat: Chat, new_chat: Callable[[], Chat], clock: Clock) -> None:
    code, other = code_of(chat), code_of(new_chat())
    clock.forward(minutes=59)
    assert enter(web, code).status_code == 200
    clock.forward(minutes=2)
    assert enter(web, other).status_code == 404
    r = web.app.state.resources
    with r.database.write() as session:
        retention.sweep(session, r.settings)
    with r.database.read() as session:
        assert session.scalars(select(Ticket).where(Ticket.kind == "return")).all() == []


@pytest.mark.parametrize(
    "typed", [str.upper, str.title, lambda c: c.replace(" ", ", "), lambda c: f"  {c}. "]
)
def test_capitals_and_commas_do_not_count(web: Any, chat: Chat, typed: Callable[[str], str]) -> None:
    assert enter(web, typed(code_of(chat))).status_code == 200


def test_who_guesses_is_stopped_and_told_where_to_ring(
    web: Any, chat: Chat, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web.app.state.resources.settings, "return_tries_per_hour", 3)
    code = code_of(chat)
    guessed = [enter(web, "acorn acorn acorn acorn acorn acorn") for _ in range(4)]
    assert [g.status_code for g in guessed] == [404, 404, 404, 429]
    assert "999" in guessed[-1].json()["error"]["text"] and int(guessed[-1].headers["Retry-After"]) > 3000
    assert enter(web, code).status_code == 429, "the right one does not show through the limit"
    clock.forward(minutes=59)
    assert enter(web, code).status_code == 429
    code = code_of(chat)
    clock.forward(minutes=2)
    assert enter(web, code).status_code == 200


def test_danger_in_the_field_is_seen(web: Any) -> None:
    """Whoever writes into the wrong box is told what to do now."""
    told = enter(web, KNIFE).json()
    assert told["messages"][0]["author"] == "safety" and "999" in told["messages"][0]["text"]
    assert "999" in web.post("/return", data={"code": KNIFE}).text.split('id="return-said"')[1]


def test_what_an_old_client_id_was_used_for_is_not_shown(web: Any, chat: Chat) -> None:
    chat.say("my secret", client_id="1")
    again = back(web, code_of(chat))
    turn = again.say("hello", client_id="1")
    assert turn["messages"][0]["text"] == "hello" and "my secret" not in str(turn)


def test_a_call_that_was_being_arranged_is_not_gone_on_with(web: Any, chat: Chat) -> None:
    chat.choose("person")
    chat.choose("callback:start")
    again = back(web, code_of(chat))
    assert "Which number" not in str(again.say("yes")["messages"])


def test_without_javascript(web: Any) -> None:
    def ticket(page: str) -> str:
        return str(re.search(r'action="/chat/([^"#/]+)', page)[1])  # type: ignore[index]

    page = web.post("/chat").text
    page = web.post(f"/chat/{ticket(page)}", data={"text": STALKED}).text
    shown = web.post(f"/chat/{ticket(page)}", data={"choice": "return"}).text
    code = words_in(shown)
    reloaded = web.get(f"/chat/{ticket(shown)}").text
    assert code not in reloaded, "shown once"
    start = web.get("/").text
    assert 'action="/return"' in start and return_words().page.title in start
    wrong = web.post("/return", data={"code": "acorn"})
    assert (
        wrong.status_code == 404
        and "does not open a chat" in wrong.text
        and 'aria-invalid="true"' in wrong.text
    )
    came = web.post("/return", data={"code": code})
    assert came.status_code == 200 and "You are back" in came.text and STALKED not in html.unescape(came.text)
    assert web.get(f"/chat/{ticket(reloaded)}").status_code == 404, "the page of before is over"
    assert web.get(f"/chat/{ticket(came.text)}").status_code == 200


def test_words_typed_into_the_chat_raise_no_alarm(new_chat: Callable[[], Chat]) -> None:
    words = code_words().words
    for n in range(0, 60, 6):
        assert new_chat().say(" ".join(words[n * 8 : n * 8 + 6]))["in_charge"] == "assistant"
