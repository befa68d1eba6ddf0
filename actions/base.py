"""What all actions share: the turn they see, the reply they give, and silence about texts when they fail."""

from __future__ import annotations

import logging
import traceback
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.libraries import Libraries, libraries
from bot.messages import Reply

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Turn:
    """The visitor's message and what is remembered of the conversation."""

    text: str
    intent: str
    confidence: float
    slots: dict[str, Any]
    chosen: str | None = None

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
        )

    def saying(self, text: str) -> Turn:
        """The same turn with other words, as if they had been typed."""
        return replace(self, text=text, chosen=None)

    @property
    def pending(self) -> list[str]:
        """Values of the choices under the last reply, in the order shown."""
        return list(self.slots.get("pending") or [])


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


class ReplyAction(Action, ABC):  # type: ignore[misc]
    """An action that gives one reply. A failure gives none, so that `web` says its static answer instead."""

    action: str

    def __init__(self) -> None:
        self.libraries: Libraries = libraries()

    def name(self) -> str:
        """As in domain.yml."""
        return self.action

    @abstractmethod
    def answer(self, turn: Turn) -> Said:
        """The reply to this turn. May raise PersonAsked or PlaceAsked."""

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Give the reply as one JSON message and remember its choices."""
        try:
            said = self.answer(Turn.of(tracker))
        except PersonAsked:
            dispatcher.utter_message(json_message={"request": "person"})
            return []
        except PlaceAsked:
            dispatcher.utter_message(json_message={"request": "place"})
            return []
        except Exception as error:
            # Its message may quote the visitor: only its type and place are logged
            place = traceback.extract_tb(error.__traceback__)[-1]
            log.error(
                "%s failed: %s at %s:%s", self.action, type(error).__name__, place.filename, place.lineno
            )
            return []
        dispatcher.utter_message(json_message=said.reply.model_dump(mode="json"))
        pending = [c.value for c in said.reply.choices] if said.pending is None else said.pending
        return [SlotSet(name, value) for name, value in {**said.slots, "pending": pending}.items()]
