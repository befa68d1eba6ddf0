"""The database fails, in part or whole, before or after the message: the safety text is given in every case."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.schema import DropTable

from bot.conversations import database, turn
from bot.conversations.tables import Change, Conversation, Message, Ticket
from tests.web import Chat

KNIFE = "he's outside with a knife"


def lose(*tables: Any) -> None:
    with database.get_database().write() as session:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for table in tables:
            session.execute(DropTable(table.__table__))


@contextmanager
def refusing(what: str) -> Iterator[None]:
    """The database refuses a kind of write for a while."""
    with database.get_database().write() as session:
        session.connection().exec_driver_sql(
            f"CREATE TRIGGER refuse BEFORE {what} BEGIN SELECT RAISE(ABORT, 'disk'); END"
        )
    yield
    with database.get_database().write() as session:
        session.connection().exec_driver_sql("DROP TRIGGER refuse")


def safety_text(body: dict[str, Any]) -> str:
    return " ".join(m["text"] for m in body["messages"] if m["author"] == "safety")


def ticket(page: str) -> str:
    found = re.search(r'action="/chat/([^"#/]+)', page)
    assert found
    return found[1]


def test_not_even_the_token_can_be_checked(chat: Chat) -> None:
    lose(Message, Conversation)
    response = chat.post(text=KNIFE)
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "not_saved"
    assert "999" in safety_text(response.json())
    assert chat.look().json()["error"]["code"] == "broken"


def test_a_choice_of_a_safety_message_is_answered(chat: Chat) -> None:
    offered = chat.say(KNIFE)["messages"][1]["choices"]
    deaf = next(c["value"] for c in offered if c["value"].startswith("safety:"))
    lose(Message)
    response = chat.post(choice=deaf)
    assert response.status_code == 503
    assert "999" in safety_text(response.json())


@pytest.mark.parametrize("text", [KNIFE, "what are my rights?"])
def test_after_the_message_was_stored(chat: Chat, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What is said is 999 at least, and the same message sent again gets the rest."""
    second = "NEW.author = 'safety' AND EXISTS (SELECT 1 FROM messages WHERE author = 'safety')"
    with refusing(f"INSERT ON messages WHEN NEW.author = 'assistant' OR ({second})"):
        response = chat.post(text=text, client_id="1")
    assert response.status_code == 503
    assert "999" in response.json()["messages"][0]["text"]
    monkeypatch.setattr(turn, "STORE_WITHIN_S", 0.5)
    monkeypatch.setattr(chat.client.app.state.resources.settings, "rasa_timeout_s", 0.1)  # type: ignore[attr-defined]
    again = chat.say(text, client_id="1")
    assert "999" in again["messages"][1]["text"]
    assert [m["author"] for m in chat.look().json()["messages"]].count("visitor") == 1


def test_a_page_cannot_open_its_ticket(web: Any) -> None:
    page = web.post("/chat").text
    lose(Ticket)
    refused = web.post(f"/chat/{ticket(page)}", data={"text": KNIFE})
    assert refused.status_code == 503
    assert "999" in html.unescape(refused.text) and "could not be saved" in refused.text


@pytest.mark.parametrize("lost", [[Message], [Change]], ids=["messages", "changes"])
def test_a_page_cannot_be_shown_again(web: Any, lost: list[Any]) -> None:
    page = web.post("/chat").text
    lose(*lost)
    refused = web.post(f"/chat/{ticket(page)}", data={"text": KNIFE})
    assert refused.status_code == 503
    assert "tel:999" in refused.text


def test_the_chat_is_not_lost_with_a_page_that_failed(web: Any) -> None:
    page = web.post("/chat").text
    with refusing("DELETE ON tickets"):
        failed = web.post(f"/chat/{ticket(page)}", data={"text": KNIFE, "client_id": "1"})
    assert failed.status_code == 503
    assert "tel:999" in failed.text
    again = web.post(f"/chat/{ticket(page)}", data={"text": KNIFE, "client_id": "1"})
    assert again.status_code == 200
    assert html.unescape(again.text).count(KNIFE) == 1


def test_a_locked_database_is_not_waited_for(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "STORE_WITHIN_S", 0.05)
    with database.get_database().write() as session:
        # The lock is taken with the first statement
        session.scalar(select(Conversation.level))
        response = chat.post(text=KNIFE)
    assert (response.status_code, response.json()["error"]["code"]) == (503, "not_saved")
    assert "999" in safety_text(response.json())
