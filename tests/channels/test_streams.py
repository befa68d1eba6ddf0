"""The event stream: opened by header or single-use ticket, resumed by the last id, ended by erasure."""

from __future__ import annotations

import asyncio
import json
import queue
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.web import Chat, Seat

PATIENCE_S = 30


class Stream:
    """An open event stream, read as it comes."""

    def __init__(self, chat: Chat, headers: dict[str, str] | None = None, query: str = "") -> None:
        self._sent: queue.Queue[dict[str, Any]] = queue.Queue()
        sent_headers = chat.headers if headers is None else headers
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": f"/api/conversations/{chat.id}/events",
            "raw_path": b"",
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(k.lower().encode(), v.encode()) for k, v in sent_headers.items()],
            "client": ("testclient", 1),
            "server": ("testserver", 80),
        }
        assert chat.client.portal
        self._running = chat.client.portal.start_task_soon(self._run, chat.client.app)
        self.status: int = self._sent.get(timeout=PATIENCE_S)["status"]

    async def _run(self, app: Any) -> None:
        begun = False

        async def receive() -> dict[str, Any]:
            nonlocal begun
            if begun:
                await asyncio.Event().wait()
            begun = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            self._sent.put(message)

        await app(self._scope, receive, send)

    def next(self) -> dict[str, str] | None:
        """The next event, or None when the server has closed the stream."""
        message = self._sent.get(timeout=PATIENCE_S)
        if not message.get("more_body"):
            self._running.result(PATIENCE_S)
            return None
        lines = message["body"].decode().splitlines()
        found = {key: value for key, _, value in (line.partition(": ") for line in lines) if key}
        return found if "event" in found else self.next()

    def texts(self, wanted: int) -> list[str]:
        """The texts of the next messages."""
        found: list[str] = []
        while len(found) < wanted:
            event = self.next()
            assert event, "the stream goes on"
            self.last = event["id"]
            if event["event"] == "message":
                found.append(json.loads(event["data"])["text"])
        return found

    def close(self) -> None:
        """The client goes away."""
        self._running.cancel()


@pytest.fixture
def listen(web: Any) -> Iterator[Callable[..., Stream]]:
    """Open streams that are closed at the end."""
    streams: list[Stream] = []

    def make(chat: Chat, headers: dict[str, str] | None = None, query: str = "") -> Stream:
        streams.append(Stream(chat, headers, query))
        return streams[-1]

    yield make
    for stream in streams:
        stream.close()


def erase(chat: Chat) -> None:
    assert chat.client.delete(f"/api/conversations/{chat.id}", headers=chat.headers).status_code == 204


Listen = Callable[..., Stream]


def events_ticket(chat: Chat) -> str:
    made = chat.client.post(f"/api/conversations/{chat.id}/ticket", headers=chat.headers)
    return str(made.json()["ticket"])


def test_a_stream_tells_what_is_said_and_resumes_where_it_was(listen: Listen, chat: Chat) -> None:
    stream = listen(chat)
    said = [m["text"] for m in chat.say("one")["messages"]]
    assert stream.texts(2) == said
    missed = [m["text"] for m in chat.say("two")["messages"]]
    again = listen(chat, {**chat.headers, "Last-Event-ID": stream.last})
    assert again.texts(2) == missed


@pytest.mark.parametrize("how", ["delete", "leave"])
def test_a_stream_ends_when_its_visitor_deletes_or_leaves(listen: Listen, chat: Chat, how: str) -> None:
    stream = listen(chat)
    if how == "delete":
        erase(chat)
    else:
        chat.client.post(f"/api/conversations/{chat.id}/leave", json={"token": chat.token})
    assert stream.next() is None
    assert listen(chat).status == 404


@pytest.mark.parametrize("odd", ["9" * 18, "9" * 40, "9" * 5000, "\u0662", "-1", "x"])
def test_after_an_odd_last_id_a_stream_goes_on_from_now(listen: Listen, chat: Chat, odd: str) -> None:
    stream = listen(chat, {**chat.headers, "Last-Event-ID": odd})
    said = [m["text"] for m in chat.say("one")["messages"]]
    assert stream.texts(2) == said


def test_a_ticket_opens_one_stream_of_its_own_chat(
    listen: Listen, chat: Chat, new_chat: Callable[[], Chat]
) -> None:
    once = events_ticket(chat)
    stream = listen(chat, {}, f"ticket={once}")
    assert stream.status == 200
    assert listen(chat, {}, f"ticket={once}").status == 404
    assert listen(new_chat(), {}, f"ticket={events_ticket(chat)}").status == 404
    assert stream.texts(0) == []
    erase(chat)
    assert stream.next() is None


def come_back(chat: Chat) -> Chat:
    """The same chat on another device, by its return code."""
    shown = chat.choose("return")["messages"][-1]["text"]
    code = shown.split("\n\n")[1]
    made = chat.client.post("/api/conversations/return", json={"code": code}).json()
    return Chat(chat.client, made["id"], made["token"])


@pytest.mark.parametrize("way", ["header", "ticket"])
def test_a_stream_ends_when_its_visitor_comes_back_elsewhere(listen: Listen, chat: Chat, way: str) -> None:
    """Somebody else may hold the old phone."""
    stream = listen(chat, *([] if way == "header" else [{}, f"ticket={events_ticket(chat)}"]))
    again = come_back(chat)
    assert stream.next() is None
    said = [m["text"] for m in again.say("one")["messages"]]
    assert listen(again, {**again.headers, "Last-Event-ID": "0"}).texts(3)[1:] == said


def test_who_comes_back_cannot_ask_a_stream_for_what_was_before(listen: Listen, chat: Chat) -> None:
    chat.say("my secret")
    again = come_back(chat)
    assert "You are back" in listen(again, {**again.headers, "Last-Event-ID": "0"}).texts(1)[0]


def test_typing_is_told_to_visitors_only_where_the_settings_allow_it(
    listen: Listen, chat: Chat, sit: Callable[..., Seat], web: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And only by who has the chat. A visitor's is told to nobody: there is nothing that could."""
    jo, sam = sit("Jo"), sit("Sam")
    chat.choose("person")
    jo.act(chat, "claim")
    stream = listen(chat)

    def next_after_typing(who: Seat) -> str:
        assert who.act(chat, "typing") == 200
        jo.post(f"conversations/{chat.id}/messages", {"text": "hello"})
        event = stream.next()
        assert event
        return event["event"]

    assert next_after_typing(jo) == "message", "off by default"
    monkeypatch.setattr(web.app.state.resources.settings, "typing_hints", True)
    assert next_after_typing(sam) == "message", "another's chat"
    assert "data-typing" in jo.client.get(f"/desk?c={chat.id}").text
    assert next_after_typing(jo) == "typing"
    typed = chat.client.post(f"/api/conversations/{chat.id}/typing", headers=chat.headers)
    assert typed.status_code == 404
