"""What `web` answers by itself, in the transaction that stores the message: declining a person, arranging a call,
a way back.

Neither needs Rasa, and neither may reach it: the words name a number, or what somebody else must not know.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.conversations import beside, callback_talk, handoffs, store
from bot.conversations.callback_words import callback_words
from bot.conversations.handoffs import STAFF, WAITING
from bot.conversations.incoming import Said
from bot.conversations.return_words import return_words
from bot.conversations.tables import Conversation
from bot.conversations.who_is_there import DECLINE, return_offer
from bot.conversations.words import waiting_words
from bot.crypto import Vault
from bot.interface import interface
from bot.messages import Reply
from bot.risk import Level, RiskAssessment
from bot.risk.safety import PERSON
from bot.settings import Settings


def is_ours(said: Said) -> bool:
    """Whether this is a button whose words are ours, so that they say nothing about risk."""
    choice = said.choice or ""
    return choice in (DECLINE, PERSON) or choice.startswith(callback_talk.PREFIX)


def declines(conversation: Conversation, said: Said) -> bool:
    """Whether the visitor, who waits for a person, says that they want none."""
    if conversation.in_charge != WAITING:
        return False
    return said.choice == DECLINE or (said.choice is None and waiting_words().declines(said.text))


def discreet(
    session: Session, conversation: Conversation, said: Said, seen: RiskAssessment
) -> tuple[Said, RiskAssessment]:
    """What may be stored and passed on: a number that a call is arranged with is blacked out first.

    Also what was seen, without a request for a person where the message declines one.
    """
    if declines(conversation, said):
        seen = replace(seen, wants_person=False)
    words = callback_words()
    if callback_talk.current(session, conversation.id) is None and not words.asked_for(said.text):
        return said, seen
    evidence = tuple(replace(e, words=words.masked(e.words)) for e in seen.evidence)
    return replace(said, text=words.masked(said.text)), replace(seen, evidence=evidence)


def answer(
    session: Session,
    vault: Vault,
    conversation: Conversation,
    said: Said,
    seen: RiskAssessment,
    settings: Settings,
) -> Reply | None:
    """The answer, where this is for us to answer; None where it is for Rasa or for staff."""
    if conversation.in_charge == STAFF:
        return None
    if declines(conversation, said):
        beside.decline(session, conversation)
        danger = Level(conversation.level) >= Level.URGENT
        return Reply(text=interface().told["declined_danger" if danger else "declined"])
    if said.choice == DECLINE:
        return Reply(text=interface().told["declined"])
    if seen.level >= Level.URGENT:
        if callback_talk.current(session, conversation.id) is None:
            return None
        callback_talk.leave_off(session, conversation.id)
        return Reply(text=callback_words().alarm) if seen.level < Level.EMERGENCY else None
    if seen.wants_person:
        return None
    back = return_offer(conversation)
    if back and said.choice is None and return_words().asked_for(said.text):
        return Reply(text=return_words().offer, choices=back)
    return callback_talk.answer(session, vault, conversation, said, settings)


def still_declined(session: Session, conversation: Conversation) -> bool:
    """Whether there is danger that no person comes for, as the visitor declined one."""
    handoff = handoffs.open_one(session, conversation.id)
    return handoff is not None and handoff.declined_at is not None and conversation.in_charge != STAFF


def say_still_declined(session: Session, vault: Vault, conversation: Conversation, turn: int) -> None:
    """Instead of who is there: why nobody will join."""
    store.add(session, vault, conversation, Reply(text=interface().told["still_declined"]), turn=turn)
