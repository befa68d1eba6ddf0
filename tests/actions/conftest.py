"""A chat that runs the real actions on the real content, without Rasa."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from bot.messages import Reply


class Chat:
    """Runs actions in turn and keeps the slots that they leave, as Rasa does."""

    def __init__(self, executor: ActionExecutor) -> None:
        self.executor = executor
        self.slots: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []

    def raw(self, action: str, text: str, intent: str = "", confidence: float = 0.9) -> list[dict[str, Any]]:
        """The custom messages that an action gives to a message."""
        entities = []
        if text.startswith("/choose"):
            entities = [{"entity": "value", "value": text.split('"')[3]}]
        message = {"text": text, "intent": {"name": intent, "confidence": confidence}, "entities": entities}
        self.events.append({"event": "user", "text": text})
        tracker = Tracker(
            "chat", dict(self.slots), message, list(self.events), False, None, {}, "action_listen"
        )
        dispatcher = CollectingDispatcher()
        for event in self.executor.actions[action](dispatcher, tracker, {}):
            self.slots[event["name"]] = event["value"]
        return [message["custom"] for message in dispatcher.messages]

    def say(self, action: str, text: str, intent: str = "", confidence: float = 0.9) -> Reply:
        """The one reply of an action, checked against the shape that `web` expects."""
        (only,) = self.raw(action, text, intent, confidence)
        return Reply.model_validate(only)

    def press(self, value: str) -> Reply:
        """The reply to a pressed button."""
        return self.say("action_choose", f'/choose{{"value": "{value}"}}', "choose", 1.0)


@pytest.fixture(scope="session")
def executor() -> ActionExecutor:
    executor = ActionExecutor()
    executor.register_package("actions")
    return executor


@pytest.fixture
def chat(executor: ActionExecutor) -> Chat:
    return Chat(executor)
