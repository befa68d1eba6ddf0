"""Return codes: six words that bring a visitor back to their chat, once, without showing what was written before.

A code is a ticket like those of pages: only its keyed hash is kept, so that looking it up tells nothing by its time.
Leaving keeps it, as that is what it is for; deleting the chat, a newer code and its use end it.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations import callback_talk, store
from bot.conversations.database import changed
from bot.conversations.return_words import code_words, return_words
from bot.conversations.tables import Conversation, Message, Ticket
from bot.conversations.who_is_there import place_words
from bot.crypto import Vault, new_token
from bot.messages import Author, Reply
from bot.settings import Settings

LENGTH = 6


def issue(session: Session, vault: Vault, conversation_id: str, settings: Settings) -> Reply:
    """A new code in place of the one before, as it is shown, once and in no stored message. Raises store.Gone."""
    # Of two that are asked for at one moment, one is left
    store.locked(session, conversation_id)
    revoke(session, conversation_id)
    code = " ".join(secrets.choice(code_words().words) for _ in range(LENGTH))
    kept = {"hash": _hash(vault, code), "kind": store.TICKET_RETURN, "made_at": now()}
    session.add(Ticket(conversation_id=conversation_id, **kept))
    return Reply(text=return_words().shown.format(code=code, minutes=settings.return_code_minutes))


def rejoin(session: Session, vault: Vault, typed: str, settings: Settings) -> tuple[str, str] | None:
    """The chat that a code opens: its id and new token; None where it opens none. Every older way in is closed."""
    oldest = now() - dt.timedelta(minutes=settings.return_code_minutes)
    mine = and_(
        Ticket.hash == _hash(vault, typed), Ticket.kind == store.TICKET_RETURN, Ticket.made_at > oldest
    )
    conversation_id = session.scalar(select(Ticket.conversation_id).where(mine))
    try:
        # Locked before the code is used, as by whoever deletes the chat: else each could wait for the other
        conversation = store.locked(session, conversation_id or "")
    except store.Gone:
        return None
    if changed(session, delete(Ticket).where(mine)) != 1:
        return None
    token = new_token()
    _start_anew(session, vault, conversation, token)
    store.add(session, vault, conversation, _welcome(session, conversation, settings))
    return conversation.id, token


def revoke(session: Session, conversation_id: str) -> None:
    """No code opens this chat any more."""
    mine = and_(Ticket.conversation_id == conversation_id, Ticket.kind == store.TICKET_RETURN)
    session.execute(delete(Ticket).where(mine))


def forget_old(session: Session, settings: Settings) -> None:
    """Erase codes whose time is over."""
    oldest = now() - dt.timedelta(minutes=settings.return_code_minutes)
    session.execute(delete(Ticket).where(and_(Ticket.kind == store.TICKET_RETURN, Ticket.made_at <= oldest)))


def _hash(vault: Vault, typed: str) -> str:
    """The hash of a code however it is typed: capitals, commas and hyphens do not count."""
    words = re.findall(r"[a-z]+", typed[:200].lower())
    return vault.keyed_hash(f"return {' '.join(words)}")


def _start_anew(session: Session, vault: Vault, conversation: Conversation, token: str) -> None:
    """Whoever comes back may be somebody else: nothing of before can be seen, asked out of the bot or sent again."""
    store.forget_visitor(session, conversation)
    conversation.token_hash = vault.keyed_hash(token)
    conversation.left_at = None
    conversation.rejoined_at = now()
    theirs = Message.conversation_id == conversation.id
    conversation.shown_after = session.scalar(select(func.max(Message.id)).where(theirs)) or 0
    # The same client id on the new device is another message
    said = and_(theirs, Message.author == Author.VISITOR.value)
    session.execute(update(Message).where(said).values(client_id=None))
    callback_talk.leave_off(session, conversation.id)
    store.forget_tracker(session, conversation.id)


def _welcome(session: Session, conversation: Conversation, settings: Settings) -> Reply:
    back = return_words().back
    if conversation.in_charge == "staff":
        return Reply(text=back)
    place = place_words(session, conversation, settings)
    return place.model_copy(update={"text": f"{back} {place.text}"})
