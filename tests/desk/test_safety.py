"""What the desk must never get wrong: levels that rise in somebody's hands, promises to visitors, kept chats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from bot.clock import now
from bot.conversations import database
from bot.conversations.handover import return_vanished
from bot.conversations.tables import Conversation, DeskSession
from bot.desk import accounts
from tests.web import PASSWORD, Chat, Seat

KNIFE = "he's outside with a knife"
STALKED = "my ex keeps following me"
Sit = Callable[..., Seat]


def claimed(jo: Seat, chat: Chat, text: str = KNIFE) -> None:
    chat.say(text)
    assert jo.post(f"conversations/{chat.id}/claim").status_code == 200


def delete(chat: Chat) -> bool:
    done = chat.client.delete(f"/api/conversations/{chat.id}", headers=chat.headers)
    assert done.status_code == 204
    return "X-Kept-For-Staff" in done.headers


def vanish(web: Any) -> None:
    r = web.app.state.resources
    with r.database.write() as session:
        for row in session.scalars(select(DeskSession)):
            row.seen_at = now() - dt.timedelta(minutes=2)
        session.flush()
        assert return_vanished(session, r.vault, r.settings) == 1


def chats() -> int:
    with database.get_database().read() as session:
        return session.scalar(select(func.count()).select_from(Conversation)) or 0


def test_an_emergency_in_somebodys_hands_raises_what_the_desk_sees(sit: Sit, chat: Chat, web: Any) -> None:
    jo = sit("Jo")
    claimed(jo, chat, STALKED)
    assert jo.queue()[0]["level"] == "urgent"
    chat.say(KNIFE)
    vanish(web)
    [row] = jo.queue()
    assert (row["level"], row["in_charge"]) == ("emergency", "waiting")
    assert any("knife" in words for words in row["why"])


def test_a_concern_raises_a_request_for_a_person(sit: Sit, chat: Chat) -> None:
    chat.post(choice="person")
    chat.say("how long after he strangled me can i still report it")
    assert sit("Jo").queue()[0]["level"] == "concern"


def test_the_same_danger_again_after_the_end_is_told_again(sit: Sit, chat: Chat) -> None:
    """Nobody is put in the queue without a word."""
    jo = sit("Jo")
    claimed(jo, chat, STALKED)
    jo.post(f"conversations/{chat.id}/hand_back")
    again = chat.say(STALKED)
    assert again["in_charge"] == "waiting"
    assert [m["author"] for m in again["messages"]][:3] == ["visitor", "safety", "safety"]


def test_alarms_without_end_do_not_fill_the_queue(sit: Sit, chat: Chat) -> None:
    for n in range(40):
        chat.post(text=f"{KNIFE} {n} " + "x" * 2000)
    why = sit("Jo").queue()[0]["why"]
    assert 0 < len(why) <= 20


def test_a_chat_kept_for_staff_is_erased_when_they_hand_it_back(sit: Sit, chat: Chat) -> None:
    jo = sit("Jo")
    claimed(jo, chat)
    assert delete(chat)
    assert jo.post(f"conversations/{chat.id}/hand_back").status_code == 200
    assert chats() == 0


def test_a_claimed_emergency_is_kept_when_its_worker_lost_the_connection(
    sit: Sit, chat: Chat, web: Any
) -> None:
    """Someone else may be holding the phone; another worker takes over."""
    jo = sit("Jo")
    claimed(jo, chat)
    vanish(web)
    assert delete(chat)
    assert jo.post(f"conversations/{chat.id}/claim").status_code == 200
    assert jo.post(f"conversations/{chat.id}/close", {"outcome": "emergency_services"}).status_code == 200
    assert chats() == 0


def test_an_emergency_that_is_over_does_not_keep_a_later_chat(sit: Sit, chat: Chat) -> None:
    jo = sit("Jo")
    claimed(jo, chat)
    jo.post(f"conversations/{chat.id}/hand_back")
    chat.post(choice="person")
    jo.post(f"conversations/{chat.id}/claim")
    assert not delete(chat)
    assert chats() == 0


def test_who_has_not_set_up_the_second_step_is_not_there(app: Any, web: Any, chat: Chat) -> None:
    with database.get_database().write() as session:
        accounts.add(
            session, name="jo", role="staff", area="essex", team="essex", password=PASSWORD, totp=True
        )
    TestClient(app).post("/desk/api/session", json={"user": "jo", "password": PASSWORD})
    assert "Nobody" in chat.say(KNIFE)["messages"][2]["text"], "they could not claim it"


def test_another_teams_chat_is_not_there_to_write_in(sit: Sit, chat: Chat) -> None:
    jo, kim = sit("Jo"), sit("Kim", team="kent")
    claimed(jo, chat)
    url = f"conversations/{chat.id}/messages"
    assert kim.post(url, {"text": "hello"}).status_code == 404
    refused = sit("Sam").post(url, {"text": "hello"}).json()
    assert (refused["in_charge"], refused["staff"]) == ("staff", "Jo")


@pytest.mark.parametrize("to", ["Ed", "Kim", "Nobody"])
def test_a_chat_passes_only_to_who_can_take_it(sit: Sit, chat: Chat, to: str) -> None:
    jo = sit("Jo")
    sit("Ed", role="editor")
    sit("Kim", team="kent")
    claimed(jo, chat)
    assert jo.post(f"conversations/{chat.id}/transfer", {"to": to}).status_code == 422
    assert jo.queue()[0]["staff"] == "Jo"


def test_behind_a_trusted_tls_proxy_the_cookie_is_secure(
    app: Any, web: Any, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    sit("Jo")

    def cookie() -> str:
        sent = {"user": "Jo", "password": PASSWORD}
        answer = TestClient(app).post("/desk/api/session", json=sent, headers={"X-Forwarded-Proto": "https"})
        return answer.headers["set-cookie"].lower()

    assert "secure" not in cookie(), "anybody can send this header"
    monkeypatch.setattr(web.app.state.resources.settings, "trusted_proxies", ["testclient"])
    assert "secure" in cookie()
