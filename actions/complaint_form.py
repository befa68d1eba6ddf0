"""Help with a complaint about an organisation: the short form that ends with who, until when, and a draft."""

from __future__ import annotations

from actions import forms
from actions.base import ReplyAction, Said, Turn
from bot.knowledge.complaint_form import NAME


class ComplaintForm(ReplyAction):
    """Starts the form, from the beginning if it was open."""

    action = "action_complaint_form"

    def answer(self, turn: Turn) -> Said:
        """The introduction and the first question."""
        return forms.start(self.libraries, NAME)
