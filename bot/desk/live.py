"""What a desk's event stream tells its person: what changed in their team's queue and in their own chats."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import and_, not_, or_, select
from sqlalchemy.orm import Session
from sse_starlette import ServerSentEvent

from bot.channels.render import message_json
from bot.channels.streams import event
from bot.conversations import store
from bot.conversations.events import Progress
from bot.conversations.tables import Change, Conversation, Handoff, Message, Staff
from bot.crypto import Vault
from bot.desk import access
from bot.desk.access import Seat

# Of these one word is enough, however often it happened
ONCE = ("queue", "calls")
QUIET: dict[str, Callable[[Change], list[ServerSentEvent]]] = {
    "typing": lambda change: [],
    "read": lambda change: [event("queue", {}, change.id)],
    "alert": lambda change: [event("queue", {}, change.id)],
    "call": lambda change: [event("queue", {}, change.id), event("calls", {}, change.id)],
}


class Live:
    """What one stream has told so far, and in which chats its person takes part (`own`)."""

    def __init__(self, vault: Vault, seat: Seat, progress: Progress) -> None:
        self._vault, self._seat, self._progress = vault, seat, progress
        self.own: frozenset[str] = frozenset()

    def news(self, session: Session) -> list[ServerSentEvent] | None:
        """The events since the last look, oldest first; None once this person may not see any more."""
        if access.sitting(session, self._seat.session) is None:
            return None
        changes = self._progress.news(session)
        self.own = _own(session, self._seat.staff)
        others = _others(session, self._seat.staff, {change.conversation_id for change in changes})
        found: list[ServerSentEvent] = []
        for change in changes:
            if change.conversation_id in others:
                continue
            if change.kind in QUIET:
                found += QUIET[change.kind](change)
            elif change.kind != "message":
                where = {"conversation": change.conversation_id}
                found += [event("state", where, change.id), event("queue", {}, change.id)]
            elif change.message_id and change.conversation_id in self.own:
                found += _said(session, self._vault, change)
        last = {one.event: one.id for one in found if one.event in ONCE}
        return [one for one in found if one.event not in ONCE or last[one.event] == one.id]


def _own(session: Session, staff: Staff) -> frozenset[str]:
    """The chats that this person has, or has joined."""
    query = (
        select(Handoff.conversation_id)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(Handoff.closed_at.is_(None))
        .where(and_(Conversation.team == staff.team, Conversation.area == staff.area))
        .where(or_(Conversation.staff_id == staff.id, Handoff.joined_id == staff.id))
    )
    return frozenset(session.scalars(query))


def _others(session: Session, staff: Staff, ids: set[str]) -> set[str]:
    """Of these conversations those of other teams; an erased one is nobody's."""
    if not ids:
        return set()
    team = and_(Conversation.team == staff.team, Conversation.area == staff.area)
    query = select(Conversation.id).where(and_(Conversation.id.in_(ids), not_(team)))
    return set(session.scalars(query))


def _said(session: Session, vault: Vault, change: Change) -> list[ServerSentEvent]:
    message = session.get(Message, change.message_id)
    said = store.opened(vault, [message]) if message else []
    where = {"conversation": change.conversation_id}
    return [event("message", {**where, **message_json(m, "html")}, change.id) for m in said]
