"""Changes of hands as a whole: the passage, what the visitor is told of it, and the audit log."""

from __future__ import annotations

import datetime as dt
from typing import Literal

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
    if conversation.staff_id != staff.id or conversation.in_charge != handoffs.STAFF:
        raise handoffs.Taken(conversation.in_charge, None)
    reply = Reply(author=Author.STAFF, text=text)
    return store.opened(vault, [store.add(session, vault, conversation, reply, name=staff.name)])[0]


def return_vanished(session: Session, vault: Vault, settings: Settings) -> int:
    """Return the conversations of staff without a sign of life to the queue, and tell their visitors."""
    seen_after = now() - dt.timedelta(seconds=settings.presence_s)
    returned = handoffs.return_vanished(session, seen_after, present)
    for conversation_id in returned:
        _tell(session, vault, conversation_id, "vanished", "")
    return len(returned)
