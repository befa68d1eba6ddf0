"""Greetings, thanks, goodbyes and a plain "no"."""

from __future__ import annotations

from actions.base import ReplyAction, Said, Turn
from actions.content import SETTLED, SURE, from_knowledge, if_more_than_talk, knowledge


class Talk(ReplyAction):
    """The phrase for the intent, unless there is more in the message ("thanks, but when will they tell me")."""

    action = "action_talk"

    def answer(self, turn: Turn) -> Said:
        """A short phrase, or the answer to what else was said."""
        more = if_more_than_talk(self.libraries, turn)
        if more is None and turn.confidence < SURE:
            answer = knowledge(self.libraries, turn)
            more = from_knowledge(answer) if answer.outcome in SETTLED else None
        return more or Said(self.libraries.dialogue.say(turn.intent))
