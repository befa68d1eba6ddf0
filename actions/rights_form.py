""" "Which rights apply to me": the short form that ends with the rights that matter now."""

from __future__ import annotations

from actions import forms
from actions.base import ReplyAction, Said, Turn
from bot.knowledge.rights_form import NAME


class RightsForm(ReplyAction):
    """Starts the form, from the beginning if it was open."""

    action = "action_rights_form"

    def answer(self, turn: Turn) -> Said:
        """The introduction and the first question."""
        return forms.start(self.libraries, NAME)
