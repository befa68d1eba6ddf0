"""Changes of hands as a whole: the passage, what the visitor is told of it, and the audit log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Literal

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations import alerts, beside, handoffs, marks, room, store
from bot.conversations.presence import present
from bot.conversations.tables import Audit, Conversation, Staff
from bot.crypto import Vault
from bot.interface import interface
from bot.messages import Author, Reply
from bot.settings import Settings

Action = Literal[
    "claim",
    "release",
    "transfer",
    "take_over",
    "hand_back",
    "close",
    "call_supervisor",
    "join",
    "put_away",
]
MISUSE = "misuse"
CLOCK = "clock"
TOO_HIGH: marks.Judged = "too_high"


@dataclass(frozen=True)
class Details:
    """What some actions need: a colleague's name, an outcome, what staff think of the alarm."""

    to: str | None = None
    outcome: str | None = None
    mark: str | None = None


@dataclass(frozen=True)
class _Doing(Details):
    vault: Vault = field(kw_only=True)


def audit(session: Session, staff: Staff, action: str, conversation_id: str | None = None) -> None:
    """Write down who did what; never what was said."""
    _note(session, staff.name, action, conversation_id)


def _note(session: Session, name: str, action: str, conversation_id: str | None) -> None:
    session.add(Audit(at=now(), staff=name, action=action, conversation_id=conversation_id))


def _tell(session: Session, vault: Vault, conversation_id: str, key: str, name: str) -> None:
    conversation = session.get(Conversation, conversation_id)
    if conversation is not None:
        words = interface().told[key].format(name=name)
        store.add(session, vault, conversation, Reply(author=Author.ASSISTANT, text=words))


def _claim(session: Session, chat: str, staff: Staff, details: _Doing) -> str:
    handoffs.claim(session, chat, staff)
    return "claimed"


def _release(session: Session, chat: str, staff: Staff, details: _Doing) -> str:
    handoffs.release(session, chat, staff)
    return "released"


def _transfer(session: Session, chat: str, staff: Staff, details: _Doing) -> str:
    handoffs.transfer(session, chat, staff, details.to or "")
    return "transferred"


def _take_over(session: Session, chat: str, staff: Staff, details: _Doing) -> str:
    handoffs.take_over(session, chat, staff)
    return "taken_over"


def _hand_back(session: Session, chat: str, staff: Staff, details: _Doing) -> str:
    _mark(session, chat, details)
    handoffs.hand_back(session, chat, staff)
    return "handed_back"


def _close(session: Session, chat: str, staff: Staff, details: _Doing) -> str:
    _mark(session, chat, details)
    handoffs.close(session, chat, staff, details.outcome or "")
    return "closed_misuse" if details.outcome == MISUSE else "closed"


def _call_supervisor(session: Session, chat: str, staff: Staff, details: _Doing) -> str:
    beside.call_supervisor(session, chat, staff)
    return "called"


def _join(session: Session, chat: str, staff: Staff, details: _Doing) -> str:
    beside.join(session, chat, staff)
    return "joined"


def _put_away(session: Session, chat: str, staff: Staff, details: _Doing) -> str:
    _mark(session, chat, details)
    beside.put_away(session, chat, staff)
    return ""


def _mark(session: Session, chat: str, details: _Doing) -> None:
    handoff = handoffs.open_one(session, chat)
    if details.mark and handoff is not None:
        marks.mark(session, details.vault, handoff, details.mark, details.outcome)
        if details.mark == TOO_HIGH:
            handoffs.forget_level(session, chat)


ACTS: dict[Action, Callable[[Session, str, Staff, _Doing], str]] = {
    "claim": _claim,
    "release": _release,
    "transfer": _transfer,
    "take_over": _take_over,
    "hand_back": _hand_back,
    "close": _close,
    "call_supervisor": _call_supervisor,
    "join": _join,
    "put_away": _put_away,
}


def act(
    session: Session,
    vault: Vault,
    staff: Staff,
    conversation_id: str,
    action: Action,
    details: Details | None = None,
) -> None:
    """Do one change of hands.

    Raises handoffs.Taken, room.OneEmergency, store.Gone, PermissionError, LookupError (`to`), ValueError (the rest).
    """
    details = details or Details()
    told = ACTS[action](session, conversation_id, staff, _Doing(**asdict(details), vault=vault))
    if told:
        name = staff.shown
        if action == "transfer":
            name = room.colleague(session, staff, details.to or "").shown
        _tell(session, vault, conversation_id, told, name)
    audit(session, staff, action, conversation_id)


def write(
    session: Session,
    vault: Vault,
    staff: Staff,
    conversation_id: str,
    text: str,
    client_id: str | None = None,
) -> store.Stored:
    """A message by staff; the same `client_id` twice is one message.

    Raises handoffs.Taken unless the conversation is in this person's hands, store.Gone.
    """
    conversation = store.locked(session, conversation_id)
    if (conversation.team, conversation.area) != (staff.team, staff.area):
        raise store.Gone(conversation_id)
    if client_id and (known := store.by_client_id(session, conversation_id, client_id)):
        return store.opened(vault, [known])[0]
    handoff = handoffs.open_one(session, conversation_id)
    joined = handoff is not None and handoff.joined_id == staff.id
    if (conversation.staff_id != staff.id and not joined) or conversation.in_charge != handoffs.STAFF:
        holder = session.get(Staff, conversation.staff_id) if conversation.staff_id else None
        raise handoffs.Taken(conversation.in_charge, holder.name if holder else None)
    reply = Reply(author=Author.STAFF, text=text)
    added = store.add(session, vault, conversation, reply, name=staff.shown, client_id=client_id)
    return store.opened(vault, [added])[0]


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
        store.change_state(session, conversation, handoffs.WAITING, by=CLOCK, reason="staff_vanished")
        handoffs.back_in_line(session, conversation.id)
        _tell(session, vault, conversation.id, "vanished", "")
        _note(session, CLOCK, "staff_vanished", conversation.id)
        handoff = handoffs.open_one(session, conversation.id)
        if handoff is not None:
            session.refresh(handoff)
            alerts.raise_alert(session, "returned", handoff, str(handoff.returned_at))
    return len(lost)
