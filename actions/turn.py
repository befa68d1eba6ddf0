"""What an action sees and what it gives: the turn, the reply, and two wishes that only `web` can grant."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from rasa_sdk import Tracker

from bot.messages import Reply

# What a typed number means below a list of services; never the value of a button
SERVICE = "service:"


@dataclass(frozen=True)
class Turn:
    """The visitor's message and what is remembered of the conversation."""

    text: str
    intent: str
    confidence: float
    slots: dict[str, Any]
    chosen: str | None = None
    # What was typed before this message
    earlier: str | None = None

    @classmethod
    def of(cls, tracker: Tracker) -> Turn:
        """From Rasa's tracker; `chosen` is the value of a pressed button."""
        message = tracker.latest_message or {}
        intent = message.get("intent") or {}
        text = message.get("text") or ""
        pressed = (
            next(tracker.get_latest_entity_values("value"), None) if text.startswith("/choose") else None
        )
        return cls(
            text,
            intent.get("name") or "",
            intent.get("confidence") or 0.0,
            tracker.current_slot_values(),
            pressed,
            _typed_before(tracker),
        )

    def saying(self, text: str) -> Turn:
        """The same turn with other words, as if they had been typed."""
        return replace(self, text=text, chosen=None)

    @property
    def pending(self) -> list[str]:
        """Values of the choices under the last reply, in the order shown."""
        return list(self.slots.get("pending") or [])


def _typed_before(tracker: Tracker) -> str | None:
    said = [event.get("text") or "" for event in tracker.events if event.get("event") == "user"]
    return next((text for text in reversed(said[:-1]) if text and not text.startswith("/")), None)


@dataclass(frozen=True)
class Said:
    """A reply and the slots that it leaves behind. `pending`: what numbers mean now; by default the reply's choices."""

    reply: Reply
    slots: dict[str, Any] = field(default_factory=dict)
    pending: list[str] | None = None


class PersonAsked(Exception):
    """The visitor wants a person: `web` opens the hand-off, the assistant promises nothing."""


class PlaceAsked(Exception):
    """The visitor asks where they stand in the queue: `web` says it."""
