"""The shape of what is said in a conversation: one definition for channels, Rasa, desk and storage.

`text` alone is complete: a client that shows nothing else loses no fact.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict


class Author(StrEnum):
    """Who said a message."""

    VISITOR = "visitor"
    ASSISTANT = "assistant"
    STAFF = "staff"
    SAFETY = "safety"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Choice(_Part):
    """A button. `value` comes back: "person", "return", "entry:<id>", "need:<id>", "say:<words>", "safety:<id>" or
    "form:<form>[:<question>:<answer>]"."""

    label: str
    value: str


class Source(_Part):
    """Where an answer comes from; `assured_on` only where a named human has checked it."""

    entry: str
    right: int | None = None
    title: str
    reference: str | None = None
    url: str
    read_on: dt.date
    assured_on: dt.date | None = None


class ServiceCard(_Part):
    """A service as a visitor may see it: contacts that are held back are simply not in `phones`."""

    id: str
    name: str
    summary: str
    phones: list[str] = []
    url: str | None = None
    hours: str | None = None
    open_now: bool | None = None
    who: str | None = None
    reason: str | None = None
    seen_on: str | None = None
    assured_on: dt.date | None = None


class Reply(_Part):
    """One message to a visitor before it is stored, from the assistant or the safety step."""

    author: Author = Author.ASSISTANT
    text: str
    lang: str = "en"
    choices: list[Choice] = []
    sources: list[Source] = []
    services: list[ServiceCard] = []

    def as_json(self) -> dict[str, Any]:
        """As both APIs show it (contracts, "A message"): lists only where there is something in them, and
        `assured_on` only where a named human has checked the fact."""
        found = self.model_dump(mode="json")
        for name in ("choices", "sources", "services"):
            found[name] = [{k: v for k, v in p.items() if k != "assured_on" or v} for p in found[name]]
        return {key: value for key, value in found.items() if value != []}
