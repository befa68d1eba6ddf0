"""More of the same: the next services, or the topics that go on from the last answer."""

from __future__ import annotations

from actions.base import ReplyAction, Said, Turn
from actions.content import if_more_than_talk, more_services


class More(ReplyAction):
    """After services the next ones; otherwise it says that there is no more."""

    action = "action_more"

    def answer(self, turn: Turn) -> Said:
        """What else there is."""
        return if_more_than_talk(self.libraries, turn) or more_services(self.libraries, turn)
