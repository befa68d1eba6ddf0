"""Changes of hands as a whole: the passage, what the visitor is told of it, and the audit log."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations import handoffs, store
from bot.conversations.presence import present
from bot.conversations.tables import Audit, Conversation, Staff
from bot.crypto import Vault
from bot.interface import interface
from bot.messages import Author, Reply
from bot.settings import Settings

Action = Literal["claim", "release", "transfer", "hand_back", "close"]
TOLD: dict[Action, str] = {
    "claim": "claimed",
    "release": "released",
    "transfer": "transferred",
    "hand_back": "handed_back",
    "close": "closed",
}


def audit(session: Session, staff: Staff, action: str, conversation_id: str | None = None) -> None:
    """Write down who did what; never what was said."""
    session.add(Audit(at=now(), staff=staff.name, action=action, conversation_id=conversation_id))


def _tell(session: Session, vault: Vault, conversation_id: str, key: str, name: str) -> None:
    conversation = session.get(Conversation, conversation_id)
    if conversation is not None:
        words = interface().told[key].format(name=name)
        store.add(session, vault, conversation, Reply(author=Author.ASSISTANT, text=words))


def act(
    session: Session,
    vault: Vault,
    staff: Staff,
    conversation_id: str,
    action: Action,
    *,
    to: str | None = None,
    outcome: str | None = None,
) -> None:
    """Do one change of hands. Raises handoffs.Taken, store.Gone, LookupError (`to`), ValueError (`outcome`)."""
    if action == "claim":
        handoffs.claim(session, conversation_id, staff)
    elif action == "release":
        handoffs.release(session, conversation_id, staff)
    elif action == "transfer":
        handoffs.transfer(session, conversation_id, staff, to or "")
    elif action == "hand_back":
        handoffs.hand_back(session, conversation_id, staff)
    else:
        handoffs.close(session, conversation_id, staff, outcome or "")
    _tell(session, vault, conversation_id, TOLD[action], to or staff.name)
    audit(session, staff, action, conversation_id)


def write(session: Session, vault: Vault, staff: Staff, conversation_id: str, text: str) -> store.Stored:
    """A message by staff. Raises handoffs.Taken unless the conversation is in this person's hands, store.Gone."""
    conversation = store.locked(session, conversation_id)
    if (conversation.team, conversation.area) != (staff.team, staff.area):
        raise store.Gone(conversation_id)
    if conversation.staff_id != staff.id or conversation.in_charge != handoffs.STAFF:
        holder = session.get(Staff, conversation.staff_id) if conversation.staff_id else None
        raise handoffs.Taken(conversation.in_charge, holder.name if holder else None)
    reply = Reply(author=Author.STAFF, text=text)
    return store.opened(vault, [store.add(session, vault, conversation, reply, name=staff.name)])[0]


def return_vanished(session: Session, vault: Vault, settings: Settings) -> int:
    """Return the conversations of staff without a sign of life to the queue, and tell their visitors."""
    seen_after = now() - dt.timedelta(seconds=settings.presence_s)
    absent = Conversation.staff_id.not_in(present(seen_after))
    lost = session.scalars(
        select(Conversation)
        .where(and_(Conversation.in_charge == handoffs.STAFF, absent))
        .with_for_update(skip_locked=True)
    ).all()
    for conversation in lost:
        conversation.staff_id = None
        store.change_state(session, conversation, handoffs.WAITING, by="clock", reason="staff_vanished")
        session.execute(handoffs.open_of(conversation.id).values(staff_id=None, claimed_at=None))
        _tell(session, vault, conversation.id, "vanished", "")
    return len(lost)
