"""A message that Rasa did not recognise, or that this assistant is not for: bot/knowledge decides which."""

from __future__ import annotations

from actions.also import with_the_rest
from actions.base import ReplyAction, Said, Turn
from actions.content import from_knowledge, knowledge, knowledge_first


class Fallback(ReplyAction):
    """Never silence: an answer, a service, or the honest "I don't have a checked answer"."""

    action = "action_fallback"

    def answer(self, turn: Turn) -> Said:
        """The reply to anything else. To the other side, no services for victims of what they are charged with."""
        if turn.intent == "other_side":
            return from_knowledge(knowledge(self.libraries, turn))
        return with_the_rest(self.libraries, turn, knowledge_first(self.libraries, turn))
