"""Conversations and their messages: made, found, written to, read, left and erased.

Every function works in the transaction of the session it is given. What reaches a conversation that was
erased meanwhile raises `Gone`: nothing erased comes back.
"""

from __future__ import annotations

import datetime as dt
import hmac
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations.tables import (
    Change,
    Conversation,
    Message,
    StateChange,
    Ticket,
    Tombstone,
    TrackerEvent,
    TurnLock,
)
from bot.crypto import Vault, new_token
from bot.messages import Author, Reply

TICKET_PAGE = "page"
TICKET_EVENTS = "events"
TICKET_RETURN = "return"
ID = re.compile(r"[0-9a-f]{32}")


class Gone(LookupError):
    """There is no such conversation (any more), or not for this token."""


@dataclass(frozen=True)
class Stored:
    """A stored message, opened: what channels and the desk show."""

    id: int
    at: str
    author: str
    name: str | None
    level: str | None
    reply: Reply

    @property
    def when(self) -> dt.datetime:
        """Its time."""
        return dt.datetime.fromisoformat(self.at)

    def as_json(self) -> dict[str, Any]:
        """The message's shape in both APIs (contracts, "A message")."""
        found = {"id": self.id, "at": self.at, **self.reply.as_json(), "author": self.author}
        return {**found, "name": self.name} if self.name else found


def create(session: Session, *, channel: str, area: str, team: str, vault: Vault) -> tuple[str, str]:
    """A new conversation: its id and the token that opens it, which is kept only as a hash."""
    token, at = new_token(), now()
    conversation = Conversation(
        id=uuid.uuid4().hex,
        token_hash=vault.keyed_hash(token),
        channel=channel,
        area=area,
        team=team,
        created_at=at,
        last_at=at,
    )
    session.add(conversation)
    session.flush()
    return conversation.id, token


def authenticate(session: Session, conversation_id: str, token: str, vault: Vault) -> None:
    """Raise Gone unless the token opens the conversation; the same work is done in either case."""
    # What cannot be an id is not handed to the database, which may refuse its characters
    known = conversation_id if ID.fullmatch(conversation_id) else ""
    kept = session.scalar(select(Conversation.token_hash).where(Conversation.id == known))
    if not hmac.compare_digest(kept or "-" * 64, vault.keyed_hash(token)):
        raise Gone(conversation_id)


def locked(session: Session, conversation_id: str) -> Conversation:
    """The conversation, its row locked until the transaction ends. Raises Gone."""
    query = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    conversation = session.scalar(query)
    if conversation is None:
        raise Gone(conversation_id)
    return conversation


def tell(session: Session, conversation_id: str, kind: str, message_id: int | None = None) -> None:
    """Record what event streams have to tell."""
    session.add(Change(conversation_id=conversation_id, kind=kind, message_id=message_id, at=now()))


def add(
    session: Session,
    vault: Vault,
    conversation: Conversation,
    reply: Reply,
    *,
    name: str | None = None,
    level: str | None = None,
    turn: int | None = None,
    client_id: str | None = None,
) -> Message:
    """Store one message, sealed, and tell the event streams."""
    at = now()
    message = Message(
        conversation_id=conversation.id,
        at=at,
        author=reply.author.value,
        name=name,
        level=level,
        body=vault.seal(reply.model_dump(mode="json", exclude_defaults=True)),
        turn=turn,
        client_id=client_id,
    )
    session.add(message)
    session.flush()
    if reply.author is Author.VISITOR:
        message.turn = message.id
    if reply.author in (Author.VISITOR, Author.STAFF):
        conversation.last_at = at
    tell(session, conversation.id, "message", message.id)
    return message


def add_replies(
    session: Session, vault: Vault, conversation: Conversation, replies: Iterable[Reply], turn: int
) -> list[Message]:
    """Store what was answered in one turn."""
    return [add(session, vault, conversation, reply, turn=turn) for reply in replies]


def opened(vault: Vault, messages: Iterable[Message]) -> list[Stored]:
    """Messages as they are shown."""
    return [
        Stored(m.id, m.at.isoformat(), m.author, m.name, m.level, Reply.model_validate(vault.open(m.body)))
        for m in messages
    ]


def messages(session: Session, vault: Vault, conversation_id: str, after: int = 0) -> list[Stored]:
    """All messages of a conversation in order, or those after an id."""
    query = select(Message).where(Message.conversation_id == conversation_id).where(Message.id > after)
    return opened(vault, session.scalars(query.order_by(Message.id)))


def shown(session: Session, vault: Vault, conversation: Conversation, after: int = 0) -> list[Stored]:
    """What its visitor may see of it: nothing from before they came back with a return code, nor answers to that."""
    since = conversation.shown_after or 0
    asked = or_(Message.turn.is_(None), Message.turn > since)
    mine = and_(Message.conversation_id == conversation.id, Message.id > max(after, since), asked)
    return opened(vault, session.scalars(select(Message).where(mine).order_by(Message.id)))


def by_client_id(session: Session, conversation_id: str, client_id: str) -> Message | None:
    """The visitor's message that was sent with this client id, if it was."""
    query = select(Message).where(Message.conversation_id == conversation_id)
    return session.scalar(query.where(Message.client_id == client_id))


def of_turn(session: Session, vault: Vault, conversation_id: str, turn: int) -> list[Stored]:
    """What was said in one turn: the visitor's message and its answers."""
    query = select(Message).where(Message.conversation_id == conversation_id).where(Message.turn == turn)
    return opened(vault, session.scalars(query.order_by(Message.id)))


def written_since(session: Session, conversation_id: str, since: Any) -> int:
    """How many messages the visitor wrote since a time."""
    query = select(func.count()).select_from(Message).where(Message.conversation_id == conversation_id)
    query = query.where(Message.author == Author.VISITOR.value).where(Message.at > since)
    return session.scalar(query) or 0


def change_state(session: Session, conversation: Conversation, after: str, *, by: str, reason: str) -> int:
    """Pass the conversation on, and write down when, by whom and why; the number of the change, which grows."""
    change = StateChange(
        conversation_id=conversation.id,
        at=now(),
        before=conversation.in_charge,
        after=after,
        by=by,
        reason=reason,
    )
    session.add(change)
    conversation.in_charge = after
    tell(session, conversation.id, "state")
    session.flush()
    return change.id


def new_ticket(session: Session, conversation_id: str, kind: str, vault: Vault) -> str:
    """A single-use ticket for a page or an event stream; a new page ticket ends the ones before."""
    if kind == TICKET_PAGE:
        session.execute(
            delete(Ticket).where(Ticket.conversation_id == conversation_id).where(Ticket.kind == TICKET_PAGE)
        )
    ticket = new_token()
    session.add(
        Ticket(hash=vault.keyed_hash(ticket), conversation_id=conversation_id, kind=kind, made_at=now())
    )
    return ticket


def use_ticket(session: Session, ticket: str, kind: str, vault: Vault) -> str:
    """The conversation that a ticket opens, once. Raises Gone."""
    query = delete(Ticket).where(Ticket.hash == vault.keyed_hash(ticket)).where(Ticket.kind == kind)
    conversation_id = session.scalar(query.returning(Ticket.conversation_id))
    if conversation_id is None:
        raise Gone("ticket")
    return conversation_id


def enter(session: Session, ticket: str, vault: Vault) -> tuple[str, int]:
    """The conversation of a page ticket, which lives until its answer: (id, number of this use). Raises Gone.

    A second press of "Send" comes before the browser has the answer to the first; the last one gets it (`renew`).
    """
    mine = and_(Ticket.hash == vault.keyed_hash(ticket), Ticket.kind == TICKET_PAGE)
    using = update(Ticket).where(mine).values(uses=Ticket.uses + 1)
    row = session.execute(using.returning(Ticket.conversation_id, Ticket.uses)).one_or_none()
    if row is None:
        raise Gone("ticket")
    return row.conversation_id, row.uses


def renew(session: Session, ticket: str, use: int, vault: Vault) -> str:
    """The next page's ticket in place of this one. Raises Gone where it was used up, left, or used again since."""
    mine = and_(Ticket.hash == vault.keyed_hash(ticket), Ticket.kind == TICKET_PAGE, Ticket.uses == use)
    conversation_id = session.scalar(delete(Ticket).where(mine).returning(Ticket.conversation_id))
    if conversation_id is None:
        raise Gone("ticket")
    return new_ticket(session, conversation_id, TICKET_PAGE, vault)


def forget_visitor(session: Session, conversation: Conversation) -> None:
    """End the visitor's way back: neither token nor page opens the conversation now. A return code does."""
    conversation.token_hash = None
    ways = and_(Ticket.conversation_id == conversation.id, Ticket.kind != TICKET_RETURN)
    session.execute(delete(Ticket).where(ways))
    tell(session, conversation.id, "state")


def forget_tracker(session: Session, conversation_id: str) -> None:
    """Erase what the dialogue model remembers of a conversation."""
    session.execute(delete(TrackerEvent).where(TrackerEvent.sender_id == conversation_id))


def erase(session: Session, conversation_ids: Sequence[str]) -> None:
    """Erase conversations everywhere: texts, hand-offs, Rasa's tracker. A tombstone and the audit stay."""
    for conversation_id in conversation_ids:
        # First, as it waits for whoever writes: a tracker saved meanwhile is seen by what follows
        session.execute(delete(Conversation).where(Conversation.id == conversation_id))
        forget_tracker(session, conversation_id)
        session.execute(delete(TurnLock).where(TurnLock.conversation_id == conversation_id))
        session.merge(Tombstone(conversation_id=conversation_id, at=now()))
        tell(session, conversation_id, "gone")
