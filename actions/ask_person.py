"""A person is asked for. `web` understands that before Rasa; this is for words that it did not."""

from __future__ import annotations

from actions.base import PersonAsked, ReplyAction, Said, Turn
from actions.content import from_knowledge, knowledge


class AskPerson(ReplyAction):
    """Hands over, unless the message is a question that has an answer ("can i talk to the prosecutor")."""

    action = "action_ask_person"

    def answer(self, turn: Turn) -> Said:
        """The answer to such a question. Raises PersonAsked otherwise."""
        found = knowledge(self.libraries, turn)
        if found.outcome == "answer":
            return from_knowledge(found)
        raise PersonAsked
