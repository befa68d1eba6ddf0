"""The channel: strict about what comes in, silent about texts."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from bot.nlu.channel import RestChannel, safe_text

SECRET = "he keeps the key under the mat"


class Handler:
    """Answers or fails like Rasa, and remembers what reached it."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.seen: list[tuple[str, str]] = []

    async def __call__(self, message: UserMessage) -> None:
        self.seen.append((message.sender_id, message.text))
        if self.error:
            raise self.error
        await message.output_channel.send_custom_json(message.sender_id, {"text": "an answer"})


class FakeRequest:
    """As much of a request as the channel reads."""

    def __init__(self, body: bytes) -> None:
        self.body = body


def post(handler: Handler, body: bytes) -> tuple[int, Any]:
    """Status and body of one request to the webhook, through the blueprint's own handler."""
    import json

    app = Sanic(f"test_{id(handler)}", configure_logging=False, register=False)
    app.blueprint(RestChannel().blueprint(handler), url_prefix="/webhooks/rest")
    app.finalize()
    route = next(r for r in app.router.routes if r.path.endswith("webhook"))
    answer = asyncio.run(route.handler(FakeRequest(body)))
    return answer.status, json.loads(answer.body)


def test_it_gives_back_what_was_said() -> None:
    status, said = post(Handler(), b'{"sender": "c1", "message": "hello"}')
    assert (status, said) == (200, [{"recipient_id": "c1", "custom": {"text": "an answer"}}])


@pytest.mark.parametrize(
    "body",
    [b"", b"no json", b"[]", b'{"sender": "c1"}', b'{"message": "x"}', b'{"sender": 1, "message": "x"}',
     b'{"sender": "c1", "message": ""}', b'{"sender": "c1", "message": ["x"]}', b"\xff\xfe"],
)  # fmt: skip
def test_rubbish_is_refused_and_does_not_reach_the_model(body: bytes) -> None:
    handler = Handler()
    assert post(handler, body)[0] == 422
    assert handler.seen == []


def test_a_failing_turn_is_an_error_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        status, body = post(
            Handler(RuntimeError(SECRET)), f'{{"sender": "c1", "message": "{SECRET}"}}'.encode()
        )
    assert status == 500
    assert SECRET not in str(body)
    assert "RuntimeError" in caplog.text
    assert SECRET not in caplog.text


def test_of_all_commands_only_a_choice_passes() -> None:
    assert safe_text("/restart") == "restart"
    assert safe_text(" //session_start") == "session_start"
    assert safe_text("/") == "?"
    assert safe_text('/choose{"value": "person"}') == '/choose{"value": "person"}'
