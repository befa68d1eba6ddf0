"""Where one stands in the queue. `web` knows, and says what is true at that moment."""

from __future__ import annotations

from actions.base import PlaceAsked, ReplyAction, Said, Turn


class AskQueue(ReplyAction):
    """Leaves the answer to `web`."""

    action = "action_ask_queue"

    def answer(self, turn: Turn) -> Said:
        """Raises PlaceAsked."""
        raise PlaceAsked
