"""What changes about a hand-off beside who is in charge: a supervisor called or joined, a person declined, read."""

from __future__ import annotations

from sqlalchemy import and_, exists, or_
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations import alerts, handoffs, store
from bot.conversations.database import changed
from bot.conversations.presence import MAY_TAKE_OVER
from bot.conversations.tables import Conversation, Handoff, Message, Staff
from bot.risk import Level


def decline(session: Session, conversation: Conversation) -> bool:
    """`waiting -> assistant`: the visitor wants no person. False where they do not wait.

    Where there was danger, the queue keeps the hand-off in sight as declined; a mere request is over.
    `conversation` must be locked.
    """
    handoff = handoffs.open_one(session, conversation.id)
    if handoff is None or conversation.in_charge != handoffs.WAITING:
        return False
    handoff.declined_at = now()
    if Level(handoff.level) < Level.URGENT:
        handoff.closed_at, handoff.outcome = now(), "declined"
    store.change_state(session, conversation, handoffs.ASSISTANT, by="visitor", reason="declined")
    return True


def note_read(session: Session, conversation_id: str, message_id: int, staff: Staff) -> None:
    """The worker who has a chat has read it up to this message; others read nothing, and nothing is unread again."""
    theirs = and_(handoffs.in_reach(conversation_id, staff), handoffs.mine(staff))
    known = and_(Message.id == message_id, Message.conversation_id == conversation_id)
    further = handoffs.open_of(conversation_id).where(
        and_(
            or_(Handoff.read_id.is_(None), Handoff.read_id < message_id),
            exists().where(theirs),
            exists().where(known),
        )
    )
    if changed(session, further.values(read_id=message_id)):
        store.tell(session, conversation_id, "read")


def call_supervisor(session: Session, conversation_id: str, staff: Staff) -> None:
    """Ask for a supervisor in a chat of one's own. Raises Taken, store.Gone."""
    mine = exists().where(
        and_(
            handoffs.in_reach(conversation_id, staff),
            Conversation.in_charge == handoffs.STAFF,
            handoffs.mine(staff),
        )
    )
    calling = handoffs.open_of(conversation_id).where(mine).values(supervisor_called_at=now())
    if changed(session, calling) != 1:
        raise handoffs.taken(session, conversation_id, staff)
    handoff = handoffs.open_one(session, conversation_id)
    if handoff is not None:
        session.refresh(handoff)
        alerts.raise_alert(session, "supervisor", handoff, str(handoff.supervisor_called_at))
    store.tell(session, conversation_id, "state")


def join(session: Session, conversation_id: str, staff: Staff) -> None:
    """A supervisor writes along in a chat that a colleague has. Raises PermissionError, Taken, store.Gone."""
    if staff.role not in MAY_TAKE_OVER:
        raise PermissionError
    held = and_(
        handoffs.in_reach(conversation_id, staff),
        Conversation.in_charge == handoffs.STAFF,
        ~handoffs.mine(staff),
    )
    joined = handoffs.open_of(conversation_id).where(exists().where(held))
    if changed(session, joined.values(joined_id=staff.id, supervisor_called_at=None)) != 1:
        raise handoffs.taken(session, conversation_id, staff)
    store.tell(session, conversation_id, "state")


def put_away(session: Session, conversation_id: str, staff: Staff) -> None:
    """End a hand-off that its visitor declined. Raises Taken, store.Gone."""
    quiet = exists().where(
        and_(handoffs.in_reach(conversation_id, staff), Conversation.in_charge == handoffs.ASSISTANT)
    )
    declined = handoffs.open_of(conversation_id).where(and_(Handoff.declined_at.is_not(None), quiet))
    if changed(session, declined.values(closed_at=now(), outcome="declined")) != 1:
        raise handoffs.taken(session, conversation_id, staff)
    store.tell(session, conversation_id, "state")
