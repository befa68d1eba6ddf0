"""What all actions share: the turn they see, the reply they give, and silence about texts when they fail."""

from __future__ import annotations

import logging
import traceback
from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import forms
from actions.correction import corrected
from actions.libraries import Libraries, libraries
from actions.turn import PersonAsked, PlaceAsked, Said, Turn

__all__ = ["PersonAsked", "PlaceAsked", "ReplyAction", "Said", "Turn"]

log = logging.getLogger(__name__)


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

    def reply(self, turn: Turn) -> Said:
        """What answers an open form or puts the last message right goes first, whatever Rasa made of it."""
        if said := forms.take(self.libraries, turn):
            return said
        said = corrected(self.libraries, turn) or self.answer(turn)
        return forms.returning(self.libraries, turn, said)

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Give the reply as one JSON message and remember its choices."""
        try:
            said = self.reply(Turn.of(tracker))
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
