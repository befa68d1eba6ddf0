"""Greetings, thanks, goodbyes and a plain "no"."""

from __future__ import annotations

from actions.base import ReplyAction, Said, Turn
from actions.content import if_more_than_talk


class Talk(ReplyAction):
    """The phrase for the intent, unless there is more in the message ("thanks, but when will they tell me")."""

    action = "action_talk"

    def answer(self, turn: Turn) -> Said:
        """A short phrase, or the answer to what else was said."""
        more = if_more_than_talk(self.libraries, turn)
        return more or Said(self.libraries.dialogue.say(turn.intent))
