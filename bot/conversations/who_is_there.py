"""The second message: what is true, at this moment, about a person who could answer."""

from __future__ import annotations

from functools import cache

from sqlalchemy.orm import Session

from bot.clock import local, now
from bot.conversations import queue
from bot.conversations.presence import staffed
from bot.conversations.return_words import return_words
from bot.conversations.tables import Conversation, Handoff
from bot.conversations.words import waiting_words
from bot.directory.hours import Opening, clock_words, parse_hours, status
from bot.directory.wording import default_hours_words
from bot.interface import interface
from bot.messages import Choice, Reply
from bot.risk import Level, RiskAssessment, safety
from bot.settings import Settings

NEAR = ("today", "tomorrow")
DECLINE = "decline"
CALLBACK = "callback:start"
RETURN = "return"


@cache
def _opening(hours: str) -> Opening:
    return parse_hours(hours)


def opens(settings: Settings, team: str | None = None) -> str | None:
    """When the desk of a team opens, in words such as "8 am tomorrow"; None within its hours."""
    at = local(now())
    hours = settings.team_hours.get(team or "", settings.helpline_hours)
    opens_at = status(_opening(hours), at).opens_at
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
    before = queue.position(session, conversation.id)
    place = None if before is None else before + 1
    opening = opens(settings, conversation.team)
    if assessment.level >= Level.URGENT:
        reply = safety.second_message(
            staffed=there,
            position=place,
            opens=opening,
            level=assessment.level,
            categories=assessment.categories,
            child_writing=assessment.child_writing,
        )
    else:
        reply = safety.person_request_reply(staffed=there, position=place, opens=opening)
    # At an emergency the first thing to do is not to arrange a call for later
    call = assessment.level < Level.EMERGENCY and (not there or assessment.wants_person)
    return reply.model_copy(update={"choices": [*reply.choices, *_offers(conversation, settings, call=call)]})


def language_card(
    session: Session, conversation: Conversation, assessment: RiskAssessment, settings: Settings
) -> Reply:
    """The answer to a message that is not in English, true about the desk at this moment."""
    there = staffed(session, conversation.team, conversation.area, settings.presence_s)
    return safety.language_card(assessment.language, staffed=there, opens=opens(settings, conversation.team))


def place_words(session: Session, conversation: Conversation, settings: Settings) -> Reply:
    """Where the visitor stands, asked by themselves: the place, whether anybody is there, what to do meanwhile."""
    before = queue.position(session, conversation.id)
    if before is None:
        choice = Choice(label=interface().labels["person"], value="person")
        return Reply(text=interface().told["no_place"], choices=[choice])
    there = staffed(session, conversation.team, conversation.area, settings.presence_s)
    opening = opens(settings, conversation.team)
    reply = safety.person_request_reply(staffed=there, position=before + 1, opens=opening)
    text = f"{reply.text} {waiting_words().meanwhile}"
    return reply.model_copy(update={"text": text, "choices": _offers(conversation, settings, call=not there)})


def late_words(session: Session, conversation: Conversation, handoff: Handoff, settings: Settings) -> Reply:
    """What is told after a long wait: what is true about the desk, and who can be rung now."""
    late = waiting_words().late
    there = staffed(session, conversation.team, conversation.area, settings.presence_s)
    lines = safety.open_lines(handoff.categories, bool(handoff.child))
    if there:
        before = safety.before_words(1 + (queue.position(session, conversation.id) or 0))
        text = late.staffed.format(before=before, lines=lines.text)
    else:
        text = late.unstaffed.format(lines=lines.text)
    emergency = handoff.level == Level.EMERGENCY.value
    if emergency:
        text = f"{late.emergency} {text}"
    choices = _offers(conversation, settings, call=not emergency)
    return lines.model_copy(update={"text": text, "choices": choices})


def return_offer(conversation: Conversation) -> list[Choice]:
    """The button that shows a return code, where a page can be lost."""
    return [Choice(label=return_words().label, value=RETURN)] if conversation.channel == "web" else []


def _offers(conversation: Conversation, settings: Settings, *, call: bool) -> list[Choice]:
    """What whoever waits can choose: a call instead, a way back if the page is lost, and no person at all."""
    labels = interface().labels
    ring = [Choice(label=labels["callback"], value=CALLBACK)] if call and settings.callbacks else []
    return [*ring, *return_offer(conversation), Choice(label=labels["decline"], value=DECLINE)]
