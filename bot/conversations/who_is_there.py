"""The second message: what is true, at this moment, about a person who could answer."""

from __future__ import annotations

from functools import cache

from sqlalchemy.orm import Session

from bot.clock import local, now
from bot.conversations import handoffs
from bot.conversations.presence import staffed
from bot.conversations.tables import Conversation
from bot.directory.hours import Opening, clock_words, parse_hours, status
from bot.directory.wording import default_hours_words
from bot.interface import interface
from bot.messages import Reply
from bot.risk import Level, RiskAssessment, safety
from bot.settings import Settings

NEAR = ("today", "tomorrow")


@cache
def _opening(hours: str) -> Opening:
    return parse_hours(hours)


def opens(settings: Settings) -> str | None:
    """When the desk opens, in words such as "8 am tomorrow"; None within its hours."""
    at = local(now())
    opens_at = status(_opening(settings.helpline_hours), at).opens_at
    if opens_at is None:
        return None
    then, words = local(opens_at), default_hours_words()
    days = (then.date() - at.date()).days
    template = interface().opens[NEAR[days] if days < len(NEAR) else "day"]
    return template.format(time=clock_words(then.time(), words), day=words.days[then.weekday()])


def second_words(
    session: Session, conversation: Conversation, assessment: RiskAssessment, settings: Settings
) -> Reply:
    """What a visitor who waits is told: is somebody there, how many are before them, else who can be rung."""
    there = staffed(session, conversation.team, conversation.area, settings.presence_s)
    before = handoffs.position(session, conversation.id)
    place = None if before is None else before + 1
    if assessment.level >= Level.URGENT:
        return safety.second_message(
            staffed=there,
            position=place,
            opens=opens(settings),
            level=assessment.level,
            categories=assessment.categories,
            child_writing=assessment.child_writing,
        )
    return safety.person_request_reply(staffed=there, position=place, opens=opens(settings))


def language_card(
    session: Session, conversation: Conversation, assessment: RiskAssessment, settings: Settings
) -> Reply:
    """The answer to a message that is not in English, true about the desk at this moment."""
    there = staffed(session, conversation.team, conversation.area, settings.presence_s)
    return safety.language_card(assessment.language, staffed=there, opens=opens(settings))
