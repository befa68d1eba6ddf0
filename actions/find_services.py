"""Looking for someone who helps, and saying where one is."""

from __future__ import annotations

from actions.base import ReplyAction, Said, Turn
from actions.content import directory_first


class FindServices(ReplyAction):
    """The directory first, with the need and the place of earlier turns."""

    action = "action_find_services"

    def answer(self, turn: Turn) -> Said:
        """The services that fit, or a question for what is missing."""
        return directory_first(self.libraries, turn)
