"""What follows from an assessment: who must be called, what must be said, what the assistant may add."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.conversations import handoffs, store
from bot.conversations.handoffs import ASSISTANT, CLOSED, Alarm
from bot.conversations.tables import Conversation
from bot.crypto import Vault
from bot.interface import interface
from bot.messages import Choice, Reply
from bot.risk import Level, RiskAssessment, safety
from bot.risk.safety import PERSON


def needs_person(assessment: RiskAssessment) -> bool:
    """Emergency, urgent and any request for a person lead to the queue."""
    return assessment.level >= Level.URGENT or assessment.wants_person


def answers(assessment: RiskAssessment) -> bool:
    """Whether the assistant adds an answer of its own: not at emergency, nor to a request for a person."""
    return assessment.level < Level.EMERGENCY and not assessment.wants_person


def is_news(conversation: Conversation, assessment: RiskAssessment) -> bool:
    """Whether this says more than what was seen before: only an emergency is told again at every line.

    What opens a hand-off is always told, also where an earlier one was about the same.
    """
    opens = assessment.level >= Level.URGENT and conversation.in_charge in (ASSISTANT, CLOSED)
    return opens or assessment.level >= Level.EMERGENCY or _more(conversation, assessment)


def spoken(assessment: RiskAssessment) -> list[Reply]:
    """What must be said although nothing could be stored."""
    safe = safety.safety_reply(assessment)
    return [safe] if safe else []


def with_concern(replies: list[Reply], assessment: RiskAssessment) -> list[Reply]:
    """The answer first, then the kind sentence and the offer of a person."""
    sentence = safety.concern_sentence(assessment)
    if not sentence or not replies:
        return replies
    last = replies[-1]
    choices = [c for c in last.choices if c.value != PERSON]
    choices.append(Choice(label=interface().labels[PERSON], value=PERSON))
    return [*replies[:-1], last.model_copy(update={"text": f"{last.text}\n\n{sentence}", "choices": choices})]


def pass_on(session: Session, vault: Vault, conversation: Conversation, assessment: RiskAssessment) -> None:
    """Open or raise the hand-off where a person is needed, whoever is in charge; else keep the level seen."""
    urgent = assessment.level >= Level.URGENT
    quiet = Alarm(assessment.level, assessment.categories, child=assessment.child_writing)
    alarm = Alarm.of(assessment) if urgent else quiet
    if needs_person(assessment):
        handoffs.open_handoff(session, vault, conversation, alarm)
    elif _more(conversation, assessment):
        handoffs.raise_level(conversation, assessment.level, assessment.categories)
        if not handoffs.raise_open(session, vault, conversation.id, alarm):
            store.tell(session, conversation.id, "state")


def _more(conversation: Conversation, assessment: RiskAssessment) -> bool:
    return assessment.level > Level(conversation.level) or not set(assessment.categories) <= set(
        conversation.categories
    )
