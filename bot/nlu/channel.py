"""The only channel of the dialogue model: Rasa's REST channel, strict about input and silent about texts.

Rasa's own logs a message's text when a turn fails and answers 200 with an empty list; this one answers 500, so
that `web` gives the static answer.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

COMMAND = "/choose{"
log = logging.getLogger(__name__)


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    sender: str = Field(min_length=1, max_length=64)
    message: str = Field(min_length=1, max_length=8000)
    metadata: dict[str, Any] | None = None


def safe_text(text: str) -> str:
    """The message as Rasa may read it: of all commands only the choice, so that nobody types `/restart`."""
    return text if text.startswith(COMMAND) else text.lstrip("/ \n\t") or "?"


class RestChannel(RestInput):  # type: ignore[misc]
    """`POST /webhooks/rest/webhook {sender, message, metadata?}` -> the list of what the assistant says."""

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[None]]) -> Blueprint:
        """Routes below /webhooks/rest."""
        routes = Blueprint("rest_channel", __name__)

        @routes.route("/", methods=["GET"])  # type: ignore[untyped-decorator]
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.route("/webhook", methods=["POST"])  # type: ignore[untyped-decorator]
        async def receive(request: Request) -> HTTPResponse:
            try:
                body = _Body.model_validate_json(request.body)
            except ValidationError:
                return response.json({"error": "not a message"}, status=422)
            said = CollectingOutputChannel()
            try:
                await on_new_message(
                    UserMessage(
                        safe_text(body.message),
                        said,
                        body.sender,
                        input_channel=self.name(),
                        metadata=body.metadata,
                    )
                )
            except Exception as error:  # whatever fails in there, its message may quote the visitor
                log.error("a turn failed: %s", type(error).__name__)
                return response.json({"error": "the turn failed"}, status=500)
            return response.json(said.messages)

        return routes
