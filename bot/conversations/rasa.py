"""Asking the dialogue model: HTTP on loopback, within a time limit, with its answer checked."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.conversations.incoming import Said
from bot.messages import Reply


class RasaUnavailable(Exception):
    """Rasa is down, slow or answered rubbish; holds no text of the conversation."""


@dataclass
class RasaAnswer:
    """What the dialogue model wants said; it may have understood a request for a `person`, or where one stands.

    `place`: the place in the queue, which only `web` knows.
    """

    replies: list[Reply] = field(default_factory=list)
    person: bool = False
    place: bool = False


class _Item(BaseModel):
    model_config = ConfigDict(extra="ignore")

    text: str | None = None
    custom: dict[str, object] | None = None


def wire_text(said: Said) -> str:
    """The message as Rasa reads it: a choice is a command, typed words never are."""
    if said.choice is not None:
        return "/choose" + json.dumps({"value": said.choice})
    return said.text.lstrip("/ \n\t") or "?"


def _read(items: object) -> RasaAnswer:
    if not isinstance(items, list):
        raise RasaUnavailable("not a list")
    answer = RasaAnswer()
    try:
        for item in map(_Item.model_validate, items):
            if item.custom is not None and item.custom.get("request") == "person":
                answer.person = True
            elif item.custom is not None and item.custom.get("request") == "place":
                answer.place = True
            elif item.custom is not None:
                answer.replies.append(Reply.model_validate(item.custom))
            elif item.text:
                answer.replies.append(Reply(text=item.text))
    except ValidationError:
        # Without the cause: pydantic's message would quote the text
        raise RasaUnavailable("not a reply") from None
    if not (answer.replies or answer.person or answer.place):
        raise RasaUnavailable("nothing said")
    return answer


class RasaClient:
    """One per `web` process."""

    def __init__(self, url: str | None, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self.answered_at: float | None = None
        self._url = url
        self._http = httpx.AsyncClient(timeout=timeout_s, trust_env=False)

    async def ask(self, conversation_id: str, said: Said) -> RasaAnswer:
        """One turn of the dialogue. Raises RasaUnavailable."""
        if not self._url:
            raise RasaUnavailable("no address")
        body = {"sender": conversation_id, "message": wire_text(said)}
        try:
            response = await self._http.post(f"{self._url}/webhooks/rest/webhook", json=body)
            response.raise_for_status()
            answer = _read(response.json())
        except (httpx.HTTPError, ValueError) as error:
            raise RasaUnavailable(type(error).__name__) from None
        self.answered_at = time.monotonic()
        return answer

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()
