"""How a turn can end: what was said, or why it could not be, with what must be said all the same."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversations import store
from bot.messages import Reply


class NotSaved(Exception):
    """The database failed: the message is not kept. `replies`: what must be said all the same."""

    def __init__(self, replies: list[Reply]) -> None:
        super().__init__("not saved")
        self.replies = replies


class Unanswered(Exception):
    """The message is kept, but the database failed after that. `replies`: what must be said all the same."""

    def __init__(self, replies: list[Reply]) -> None:
        super().__init__("unanswered")
        self.replies = replies


class TooMany(Exception):
    """The visitor writes faster than the limit; seconds to wait, and what must be said all the same."""

    def __init__(self, wait_s: int, replies: list[Reply]) -> None:
        super().__init__("too many messages")
        self.wait_s = wait_s
        self.replies = replies


@dataclass(frozen=True)
class Turn:
    """What was said in one turn, who is in charge after it, and how many wait before."""

    messages: list[store.Stored]
    in_charge: str
    before: int | None
