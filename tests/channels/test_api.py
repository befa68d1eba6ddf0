"""The visitor API with Rasa down: alarm first, nothing lost, nothing leaked (contracts, "Visitor API")."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.schema import DropTable

from bot.conversations import database
from bot.conversations.tables import Conversation, Message
from tests.web import Chat

KNIFE = "he's outside with a knife"


def authors(body: dict[str, Any]) -> list[str]:
    return [m["author"] for m in body["messages"]]


def count(table: Any) -> int:
    with database.get_database().read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_an_emergency_gets_its_safety_message_and_the_truth_about_an_empty_desk(chat: Chat) -> None:
    said = chat.say(KNIFE)
    assert authors(said) == ["visitor", "safety", "safety"]
    first, second = (m["text"] for m in said["messages"][1:])
    assert "999" in first and "bot" in first
    assert "55" in first and "999 55" not in first.replace(",", "")
    assert "Nobody" in second
    assert (said["in_charge"], said["queue_position"]) == ("waiting", 1)


def test_a_question_gets_the_static_answer_while_rasa_is_down(chat: Chat) -> None:
    said = chat.say("what are my rights?")
    assert authors(said) == ["visitor", "assistant"]
    assert "999" in said["messages"][1]["text"]
    assert said["in_charge"] == "assistant"


@pytest.mark.parametrize("request_", [{"text": "can i talk to a real person please"}, {"choice": "person"}])
def test_a_request_for_a_person_is_understood_with_rasa_down(chat: Chat, request_: dict[str, str]) -> None:
    said = chat.post(**request_).json()
    assert said["in_charge"] == "waiting"
    assert len(said["messages"]) == 2


def test_the_same_message_twice_is_one_message(chat: Chat) -> None:
    first = chat.say("hello", client_id="a1")
    again = chat.say("hello", client_id="a1")
    assert first["messages"] == again["messages"]
    assert authors(chat.look().json()).count("visitor") == 1


@pytest.mark.parametrize("text", ["", "   ", "\x00\x07", "\u200b"], ids=["none", "spaces", "control", "zero"])
def test_nothing_typed(chat: Chat, text: str) -> None:
    response = chat.post(text=text)
    assert response.status_code == 422
    assert response.json()["error"] == {"code": "empty", "field": "text", "text": "Type a message."}
    assert authors(chat.look().json()) == ["assistant"], "nothing is stored"


def test_too_long_is_refused_but_its_risk_is_seen(chat: Chat) -> None:
    response = chat.post(text=f"{'and then he shouted. ' * 120} {KNIFE}")
    assert response.status_code == 422
    body = response.json()
    assert "2000" in body["error"]["text"]
    assert "999" in body["messages"][0]["text"]
    assert chat.look().json()["in_charge"] == "waiting", "a person is called all the same"


@pytest.mark.parametrize(
    "text",
    ["\ud800hello", "\u202ehello\u0000", "h\u0336" * 400, "\U0001f52a" * 10_000, "\ufeff\u2066x\u2069"],
    ids=["surrogate", "override", "zalgo", "emoji", "invisible"],
)
def test_strange_characters_never_break_anything(chat: Chat, text: str) -> None:
    response = chat.client.post(
        f"/api/conversations/{chat.id}/messages",
        content=json.dumps({"text": text}, ensure_ascii=text.isascii() or "\ud800" in text).encode(),
        headers={**chat.headers, "Content-Type": "application/json"},
    )
    assert response.status_code in (200, 422)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": 5}, "text"),
        ({"text": "hi", "secret-field": "my address"}, "secret-field"),
        ({"text": "hi", "choice": "person"}, "body"),
        ({}, "body"),
        ({"choice": "entry:made-up"}, "choice"),
    ],
)
def test_a_wrong_body_is_told_by_field_never_by_value(chat: Chat, body: dict[str, Any], field: str) -> None:
    response = chat.post(**body)
    assert response.status_code == 422
    assert response.json()["error"]["field"] == field
    assert "my address" not in response.text


def test_the_risk_in_a_wrong_body_is_seen(chat: Chat) -> None:
    response = chat.post(text=KNIFE, lang="en")
    assert response.status_code == 422
    assert "999" in response.json()["messages"][0]["text"]


@pytest.mark.parametrize("odd", ["{id}x", "{id}%00", "%00", "%ff", "..%2f", "x" * 5000])
def test_an_odd_id_is_nobodys(chat: Chat, odd: str) -> None:
    path = f"/api/conversations/{odd.format(id=chat.id)}"
    for answer in (
        chat.client.get(f"{path}/messages", headers=chat.headers),
        chat.client.post(f"{path}/ticket", headers=chat.headers),
        chat.client.get(f"{path}/events", headers={**chat.headers, "Last-Event-ID": "1"}),
    ):
        assert answer.status_code == 404


def test_not_json(chat: Chat) -> None:
    response = chat.client.post(
        f"/api/conversations/{chat.id}/messages", content=b"{nope", headers=chat.headers
    )
    assert response.status_code == 422


def test_without_the_right_token_there_is_nothing(chat: Chat, new_chat: Callable[[], Chat]) -> None:
    other = new_chat()
    url = f"/api/conversations/{chat.id}/messages"
    bodies = set()
    for headers in ({}, {"Authorization": "Bearer nonsense"}, other.headers, {"Authorization": chat.token}):
        for response in (
            chat.client.get(url, headers=headers),
            chat.client.post(url, json={"text": "hi"}, headers=headers),
            chat.client.delete(f"/api/conversations/{chat.id}", headers=headers),
        ):
            assert response.status_code == 404
            bodies.add(response.text)
    bodies.add(chat.client.get("/api/conversations/nothing/messages", headers=chat.headers).text)
    assert len(bodies) == 1


def test_a_body_over_64_kib_is_refused(chat: Chat) -> None:
    response = chat.post(text="x" * 70_000)
    assert response.status_code == 413


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_a_body_over_64_kib_that_did_not_say_so_is_refused(chat: Chat, kind: str) -> None:
    path = f"/api/conversations/{chat.id}/messages" if "json" in kind else "/chat/ticket"
    pieces = (b"x" * 1000 for _ in range(70))
    response = chat.client.post(path, content=pieces, headers={**chat.headers, "Content-Type": kind})
    assert response.status_code == 413


def test_more_than_30_messages_a_minute(chat: Chat) -> None:
    for n in range(30):
        chat.say(f"line {n}")
    response = chat.post(text=KNIFE)
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 61
    assert "999" in response.json()["messages"][0]["text"], "risk is seen beyond the limit"
    assert chat.look().json()["in_charge"] == "waiting"


def test_new_chats_are_limited_per_address(web: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.app.state.resources.settings, "new_chats_per_hour", 3)
    assert [web.post("/api/conversations").status_code for _ in range(4)] == [201, 201, 201, 429]
    forged = {"X-Forwarded-For": "203.0.113.9"}
    refused = web.post("/api/conversations", headers=forged)
    assert refused.status_code == 429, "a forwarded address counts behind a trusted proxy only"
    assert "Retry-After" in refused.headers


def test_behind_a_trusted_proxy_a_forged_address_does_not_count(
    web: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some proxies add their line below the visitor's own instead of to it."""
    settings = web.app.state.resources.settings
    monkeypatch.setattr(settings, "new_chats_per_hour", 1)
    monkeypatch.setattr(settings, "trusted_proxies", ["testclient"])

    def begin(forged: str, real: str) -> int:
        lines = [("X-Forwarded-For", forged), ("X-Forwarded-For", real)]
        return int(web.post("/api/conversations", headers=lines).status_code)

    assert [begin("203.0.113.1", "198.51.100.7"), begin("203.0.113.2", "198.51.100.7")] == [201, 429]
    assert begin("203.0.113.2", "198.51.100.8") == 201


def test_delete_erases_and_the_old_token_opens_nothing(chat: Chat) -> None:
    chat.say(KNIFE)
    response = chat.client.delete(f"/api/conversations/{chat.id}", headers=chat.headers)
    assert response.status_code == 204
    assert chat.look().status_code == 404
    assert chat.post(text="hello?").status_code == 404
    assert count(Conversation) == count(Message) == 0


@pytest.mark.parametrize("kind", ["application/json", "text/plain;charset=UTF-8", None])
def test_leaving_closes_the_door_behind_the_visitor(chat: Chat, kind: str | None) -> None:
    """A beacon carries the content type that the browser or the page gave it."""
    chat.say(KNIFE)
    left = chat.client.post(
        f"/api/conversations/{chat.id}/leave",
        content=f'{{"token": "{chat.token}"}}',
        headers={"Content-Type": kind} if kind else {},
    )
    assert left.status_code == 204
    assert '"storage"' in left.headers["Clear-Site-Data"]
    assert chat.look().status_code == 404
    assert count(Conversation) == 1, "the hand-off lives on for ten minutes"


def test_the_database_fails(chat: Chat) -> None:
    """Risk is still assessed, the safety text is still given, and it says what was not saved."""
    with database.get_database().write() as session:
        session.execute(DropTable(Message.__table__))
    response = chat.post(text=KNIFE)
    assert response.status_code == 503
    body = response.json()
    assert body["error"]["code"] == "not_saved"
    assert "999" in body["messages"][0]["text"]


def test_an_answer_to_a_choice_needs_no_rasa(chat: Chat) -> None:
    offered = chat.say(KNIFE)["messages"][1]["choices"]
    deaf = next(c for c in offered if c["value"].startswith("safety:"))
    said = chat.post(choice=deaf["value"]).json()
    assert said["messages"][0]["text"] == deaf["label"]
    assert "999" in said["messages"][1]["text"]


def test_what_everybody_gets(web: Any) -> None:
    for path in ("/", "/api/nothing", "/static/page.css", "/healthz"):
        headers = web.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "set-cookie" not in headers
