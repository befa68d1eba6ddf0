"""The last reply was wrong or of no use."""

from __future__ import annotations

from actions.base import ReplyAction, Said, Turn
from actions.content import if_more_than_talk


class Complaint(ReplyAction):
    """Says sorry once, asks for other words, and forgets the thread that led astray."""

    action = "action_complaint"

    def answer(self, turn: Turn) -> Said:
        """An apology with the offer of a person."""
        more = if_more_than_talk(self.libraries, turn)
        return more or Said(self.libraries.dialogue.say("complaint"), {"last_entry": None})
