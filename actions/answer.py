"""A question about rights, about the assistant or about privacy."""

from __future__ import annotations

from actions.also import with_the_rest
from actions.base import ReplyAction, Said, Turn
from actions.content import knowledge_first


class Answer(ReplyAction):
    """Knowledge first; the directory where knowledge sends there or has nothing."""

    action = "action_answer"

    def answer(self, turn: Turn) -> Said:
        """The reply to a question."""
        return with_the_rest(self.libraries, turn, knowledge_first(self.libraries, turn))
