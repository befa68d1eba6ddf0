"""What a clock that is set must not break. It jumps on its own: after a wrong start, a pause of the machine, by hand.

Forward: for a while whoever is there looks as if they had vanished, and all that is kept looks old, so neither is acted
on until the clock has been steady. Back: times that lie ahead would hold waits, locks and retention up until the
clock comes there again, so they become the present. The order of the queue rests on no clock.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.clock import now
from bot.conversations import alerts, locks
from bot.conversations.database import changed
from bot.conversations.person_tables import Alert, Callback, CallbackTalk
from bot.conversations.tables import Conversation, DeskSession, Handoff, Ticket, TurnLock

# More than the clocks of two machines differ, and than a busy machine delays one look
TOLERATED = dt.timedelta(seconds=30)
# What happened: cannot lie ahead
PAST: tuple[InstrumentedAttribute[Any], ...] = (
    Conversation.last_at,
    Conversation.left_at,
    Handoff.opened_at,
    Handoff.returned_at,
    Handoff.claimed_at,
    DeskSession.seen_at,
    DeskSession.made_at,
    Ticket.made_at,
    Callback.created_at,
    CallbackTalk.at,
)


class Steady:
    """Notices in one process that the clock was set. `elapsed` counts seconds that nobody can set."""

    def __init__(self, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._elapsed = elapsed
        self._wall, self._counted = now(), elapsed()
        self._jumped_at: float | None = None

    def steady_for(self, seconds: float) -> bool:
        """Whether the clock has not jumped in the last seconds, as far as this process has looked."""
        wall, counted = now(), self._elapsed()
        passed = dt.timedelta(seconds=counted - self._counted)
        if abs(wall - self._wall - passed) > TOLERATED:
            self._jumped_at = counted
        self._wall, self._counted = wall, counted
        return self._jumped_at is None or counted - self._jumped_at >= seconds


def mend(session: Session) -> int:
    """Bring times that lie ahead back to the present; how many."""
    at = now()
    ahead = at + TOLERATED
    found = 0
    for column in PAST:
        found += changed(session, update(column.class_).where(column > ahead).values({column.key: at}))
    waits = and_(Alert.state.in_(alerts.OPEN), Alert.next_at > ahead + alerts.LONGEST_WAIT)
    found += changed(session, update(Alert).where(waits).values(next_at=at))
    held = and_(Alert.state == "sending", Alert.next_at > ahead + alerts.HELD)
    found += changed(session, update(Alert).where(held).values(next_at=at + alerts.HELD))
    leased = TurnLock.until > ahead + locks.LEASE
    return found + changed(session, update(TurnLock).where(leased).values(until=at + locks.LEASE))
