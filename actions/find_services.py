"""Looking for someone who helps, and saying where one is."""

from __future__ import annotations

from actions.also import with_the_rest
from actions.base import ReplyAction, Said, Turn
from actions.content import directory_first


class FindServices(ReplyAction):
    """The directory first, with the need and the place of earlier turns."""

    action = "action_find_services"

    def answer(self, turn: Turn) -> Said:
        """The services that fit, or a question for what is missing."""
        return with_the_rest(self.libraries, turn, directory_first(self.libraries, turn))
