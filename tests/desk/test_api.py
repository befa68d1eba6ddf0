"""The desk API: signing in, the queue, one winner per claim, live chat (contracts, "Desk API")."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from bot.clock import now
from bot.conversations import database
from bot.conversations.tables import Audit, Conversation, DeskSession, Message
from bot.desk import accounts
from tests.web import PASSWORD, Chat, Seat

KNIFE = "he's outside with a knife"
Sit = Callable[..., Seat]


def client(app: Any) -> TestClient:
    return TestClient(app, follow_redirects=False)


def said(chat: Chat) -> list[tuple[str, str]]:
    return [(m["author"], m["text"]) for m in chat.look().json()["messages"]]


def sign_in(where: TestClient, user: str, password: str, **more: str) -> Any:
    return where.post("/desk/api/session", json={"user": user, "password": password, **more})


def test_a_new_password_comes_first(app: Any, web: Any) -> None:
    with database.get_database().write() as session:
        once = accounts.first_user(session, "essex")
    assert once
    browser = client(app)
    seat = sign_in(browser, "admin", once).json()
    assert seat["must"] == "password"
    assert browser.get("/desk/api/queue").status_code == 403
    headers = {"X-CSRF-Token": seat["csrf"]}
    for weak in (once, "short"):
        assert browser.post("/desk/api/password", json={"password": weak}, headers=headers).status_code == 422
    changed = browser.post("/desk/api/password", json={"password": PASSWORD}, headers=headers)
    assert "must" not in changed.json()
    assert browser.get("/desk/api/queue").json() == []
    assert sign_in(client(app), "admin", once).status_code == 401


def test_the_second_step(app: Any, web: Any) -> None:
    with database.get_database().write() as session:
        accounts.add(
            session, name="jo", role="staff", area="essex", team="essex", password=PASSWORD, totp=True
        )
    browser = client(app)
    seat = sign_in(browser, "jo", PASSWORD).json()
    assert seat["must"] == "totp"
    secret = browser.get("/desk/api/totp").json()["secret"]
    headers = {"X-CSRF-Token": seat["csrf"]}
    assert browser.post("/desk/api/totp", json={"code": "000000"}, headers=headers).status_code == 422
    code = pyotp.TOTP(secret).now()
    assert "must" not in browser.post("/desk/api/totp", json={"code": code}, headers=headers).json()
    for wrong in ({}, {"code": "000000"}, {"code": code}):
        assert sign_in(client(app), "jo", PASSWORD, **wrong).status_code == 401, "none, wrong, used before"


def test_after_five_wrong_tries_the_account_is_locked(app: Any, web: Any, sit: Sit) -> None:
    sit("jo")
    for _ in range(5):
        assert sign_in(client(app), "jo", "wrong").status_code == 401
    locked = sign_in(client(app), "jo", PASSWORD)
    assert locked.status_code == 401
    assert locked.json()["error"]["code"] == "locked"


def test_no_session_no_desk(app: Any, web: Any, chat: Chat) -> None:
    stranger = client(app)
    assert stranger.get("/desk/api/queue").status_code == 401
    assert stranger.post(f"/desk/api/conversations/{chat.id}/claim", json={}).status_code == 401
    assert stranger.get("/desk").headers["location"] == "/desk/sign-in"


def test_a_writing_call_needs_the_csrf_token(sit: Sit, chat: Chat) -> None:
    jo = sit("jo")
    chat.say(KNIFE)
    url = f"/desk/api/conversations/{chat.id}/claim"
    assert jo.client.post(url, json={}).status_code == 403
    assert jo.client.post(url, json={}, headers={"X-CSRF-Token": "x"}).status_code == 403
    assert jo.post(f"conversations/{chat.id}/claim").status_code == 200


def test_the_cookie_is_for_the_desk_and_no_script(app: Any, web: Any, sit: Sit) -> None:
    sit("jo")
    cookie = sign_in(client(app), "jo", PASSWORD).headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "path=/desk" in cookie
    secure = TestClient(app, base_url="https://testserver")
    assert "secure" in sign_in(secure, "jo", PASSWORD).headers["set-cookie"].lower()


def test_an_editor_takes_no_chats(sit: Sit) -> None:
    assert sit("ed", role="editor").client.get("/desk/api/queue").status_code == 403


def test_the_whole_hand_off(sit: Sit, chat: Chat) -> None:
    jo = sit("Jo")
    chat.say(KNIFE)
    [row] = jo.queue()
    assert (row["id"], row["level"], row["in_charge"], row["staff"]) == (
        chat.id,
        "emergency",
        "waiting",
        None,
    )
    assert "weapon" in row["categories"]
    assert any("knife" in words for words in row["why"])

    assert jo.post(f"conversations/{chat.id}/claim").status_code == 200
    assert chat.look().json()["in_charge"] == "staff"
    assert jo.post(f"conversations/{chat.id}/messages", {"text": "Are you safe to type?"}).status_code == 200
    answer = chat.say("yes")
    assert [m["author"] for m in answer["messages"]] == ["visitor"], "the assistant is silent"
    seen = jo.client.get(f"/desk/api/conversations/{chat.id}/messages").json()
    assert [m["text"] for m in seen["messages"]][-2:] == ["Are you safe to type?", "yes"]
    assert ("staff", "Are you safe to type?") in said(chat)

    assert jo.post(f"conversations/{chat.id}/hand_back").status_code == 200
    assert chat.look().json()["in_charge"] == "assistant"
    assert [m["author"] for m in chat.say("what are my rights")["messages"]] == ["visitor", "assistant"]
    assert jo.queue() == []


def test_two_browsers_claim_at_the_same_moment(sit: Sit, chat: Chat) -> None:
    chat.say(KNIFE)
    seats, gate = [sit("Jo"), sit("Sam")], threading.Barrier(2)
    answers: dict[int, Any] = {}

    def claim(n: int) -> None:
        gate.wait()
        answers[n] = seats[n].post(f"conversations/{chat.id}/claim")

    threads = [threading.Thread(target=claim, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(a.status_code for a in answers.values()) == [200, 409]
    winner, loser = sorted(answers, key=lambda n: answers[n].status_code)
    body = answers[loser].json()
    assert (body["in_charge"], body["staff"]) == ("staff", ("Jo", "Sam")[winner])


def test_a_second_press_of_ones_own_claim_changes_nothing(sit: Sit, chat: Chat) -> None:
    jo = sit("Jo")
    chat.say(KNIFE)
    assert [jo.post(f"conversations/{chat.id}/claim").status_code for _ in range(2)] == [200, 200]
    assert len([text for _, text in said(chat) if "has joined" in text]) == 1


def test_the_second_message_is_true_when_somebody_is_there(sit: Sit, chat: Chat) -> None:
    sit("Jo")
    second = chat.say(KNIFE)["messages"][2]["text"]
    assert "asked a helpline worker" in second
    assert "Nobody" not in second


def test_staff_who_vanish_lose_the_chat_and_the_visitor_is_told(sit: Sit, chat: Chat, web: Any) -> None:
    from bot.conversations.handover import return_vanished

    jo, r = sit("Jo"), web.app.state.resources
    chat.say(KNIFE)
    jo.post(f"conversations/{chat.id}/claim")
    with r.database.write() as session:
        for row in session.scalars(select(DeskSession)):
            row.seen_at = now() - dt.timedelta(seconds=61)
        assert return_vanished(session, r.vault, r.settings) == 1
    looked = chat.look().json()
    assert looked["in_charge"] == "waiting"
    assert "lost the connection" in looked["messages"][-1]["text"]


def test_only_who_has_the_chat_writes_in_it(sit: Sit, chat: Chat) -> None:
    jo, sam = sit("Jo"), sit("Sam")
    chat.say(KNIFE)
    jo.post(f"conversations/{chat.id}/claim")
    assert sam.post(f"conversations/{chat.id}/messages", {"text": "hello"}).status_code == 409
    assert "hello" not in str(said(chat))


def test_another_team_sees_nothing(sit: Sit, chat: Chat) -> None:
    chat.say(KNIFE)
    kent = sit("Kim", team="kent")
    assert kent.queue() == []
    assert kent.client.get(f"/desk/api/conversations/{chat.id}/messages").status_code == 404
    assert kent.post(f"conversations/{chat.id}/claim").status_code == 404


def test_a_chat_that_was_not_handed_off_is_nobodys_to_read(sit: Sit, chat: Chat) -> None:
    chat.say("what are my rights")
    assert sit("Jo").client.get(f"/desk/api/conversations/{chat.id}/messages").status_code == 404


def test_who_opened_what_is_in_the_audit_log(sit: Sit, chat: Chat) -> None:
    jo = sit("Jo")
    chat.say(KNIFE)
    jo.client.get(f"/desk/api/conversations/{chat.id}/messages")
    jo.post(f"conversations/{chat.id}/claim")
    with database.get_database().read() as session:
        rows = [
            (a.staff, a.action)
            for a in session.scalars(select(Audit).where(Audit.conversation_id == chat.id))
        ]
    assert rows == [("Jo", "opened"), ("Jo", "claim")]


def test_a_claimed_emergency_is_kept_for_staff_and_gone_for_the_visitor(sit: Sit, chat: Chat) -> None:
    jo = sit("Jo")
    chat.say(KNIFE)
    jo.post(f"conversations/{chat.id}/claim")
    deleted = chat.client.delete(f"/api/conversations/{chat.id}", headers=chat.headers)
    assert (deleted.status_code, deleted.headers["X-Kept-For-Staff"]) == (204, "1")
    assert chat.look().status_code == 404
    assert KNIFE in jo.client.get(f"/desk/api/conversations/{chat.id}/messages").text
    jo.post(f"conversations/{chat.id}/close", {"outcome": "emergency_services"})
    with database.get_database().read() as session:
        assert session.scalars(select(Conversation)).all() == session.scalars(select(Message)).all() == []


def test_an_unclaimed_emergency_is_erased_at_once(sit: Sit, chat: Chat) -> None:
    jo = sit("Jo")
    chat.say(KNIFE)
    chat.client.delete(f"/api/conversations/{chat.id}", headers=chat.headers)
    assert jo.queue() == []


@pytest.mark.parametrize("outcome", [None, "went home"])
def test_closing_needs_an_outcome_of_the_list(sit: Sit, chat: Chat, outcome: str | None) -> None:
    jo = sit("Jo")
    chat.say(KNIFE)
    jo.post(f"conversations/{chat.id}/claim")
    response = jo.post(f"conversations/{chat.id}/close", {"outcome": outcome} if outcome else {})
    assert response.status_code == 422
    assert chat.look().json()["in_charge"] == "staff"


def test_writing_again_after_the_close_brings_the_assistant_back(sit: Sit, chat: Chat) -> None:
    jo = sit("Jo")
    chat.say(KNIFE)
    jo.post(f"conversations/{chat.id}/claim")
    jo.post(f"conversations/{chat.id}/close", {"outcome": "supported"})
    assert chat.look().json()["in_charge"] == "closed"
    assert chat.say("thank you")["in_charge"] == "assistant"
    assert chat.say(KNIFE)["in_charge"] == "waiting"
