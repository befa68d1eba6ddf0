"""What a desk's event stream tells its person: what changed in their team's queue and in their own chats."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import and_, select
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
    "call": lambda change: [event("queue", {}, change.id), event("calls", {}, change.id)],
}


def news(session: Session, vault: Vault, seat: Seat, progress: Progress) -> list[ServerSentEvent] | None:
    """The events since the last look, oldest first; None once this person may not see any more."""
    if access.sitting(session, seat.session) is None:
        return None
    changes = progress.news(session)
    others, own = _reach(session, seat.staff, {change.conversation_id for change in changes})
    found: list[ServerSentEvent] = []
    for change in changes:
        if change.conversation_id in others:
            continue
        if change.kind in QUIET:
            found += QUIET[change.kind](change)
        elif change.kind != "message":
            where = {"conversation": change.conversation_id}
            found += [event("state", where, change.id), event("queue", {}, change.id)]
        elif change.message_id and change.conversation_id in own:
            found += _said(session, vault, change)
    last = {one.event: one.id for one in found if one.event in ONCE}
    return [one for one in found if one.event not in ONCE or last[one.event] == one.id]


def _reach(session: Session, staff: Staff, ids: Iterable[str]) -> tuple[set[str], set[str]]:
    """Of these: those of other teams, and those in which this person takes part. An erased one is neither."""
    query = (
        select(
            Conversation.id, Conversation.team, Conversation.area, Conversation.staff_id, Handoff.joined_id
        )
        .outerjoin(Handoff, and_(Handoff.conversation_id == Conversation.id, Handoff.closed_at.is_(None)))
        .where(Conversation.id.in_(ids))
    )
    others, own = set[str](), set[str]()
    for id, team, area, holder, joined in session.execute(query):
        if (team, area) != (staff.team, staff.area):
            others.add(id)
        elif staff.id in (holder, joined):
            own.add(id)
    return others, own


def _said(session: Session, vault: Vault, change: Change) -> list[ServerSentEvent]:
    message = session.get(Message, change.message_id)
    said = store.opened(vault, [message]) if message else []
    where = {"conversation": change.conversation_id}
    return [event("message", {**where, **message_json(m, "html")}, change.id) for m in said]
