"""What is said when risk is seen: chosen from `data/risk/responses.yml` and `second.yml`, never made up.

Two steps. First, at once: `safety_reply`. Then, after a look at who is at the desk: `second_message`, which alone
says whether a person is there. Works with everything else down: standard library, yaml and pydantic only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from bot.content import FileContent
from bot.interface import interface
from bot.messages import Author, Choice, Reply
from bot.risk.model import ENGLISH, Level, RiskAssessment
from bot.risk.wording import Responses, Said, Second, Wording, load_wording, sources_of

S = TypeVar("S", bound=Said)
PREFIX = "safety:"
PERSON = "person"


@cache
def wording() -> Wording:
    """The wording of this process, read on first use. Raises ContentError."""
    return load_wording(FileContent())


def safety_reply(assessment: RiskAssessment) -> Reply | None:
    """The safety message for this assessment; None below urgent."""
    if assessment.level < Level.URGENT:
        return None
    responses = wording().responses
    entries = [entry for entry in responses.safety if entry.level is assessment.level]
    foreign = [entry for entry in entries if entry.other_language]
    if assessment.language != ENGLISH and foreign:
        entry = foreign[0]
    else:
        native = [entry for entry in entries if not entry.other_language]
        entry = _best(native, assessment.categories, assessment.child_writing)
    text = _with_card(entry.text, assessment.language)
    return _reply(entry, text, _choices(responses, entry.choices))


def language_card(language: str, *, staffed: bool, opens: str | None) -> Reply:
    """The short answer to a message that is not in English and shows no danger. Author is the assistant."""
    cards = wording().cards
    if staffed:
        presence = cards.presence.staffed
    else:
        presence = (cards.presence.unstaffed if opens else cards.presence.unknown).format(opens=opens)
    text = _with_card(cards.english.text.format(presence=presence), language)
    return Reply(
        author=Author.ASSISTANT,
        text=text,
        choices=[_person()],
        sources=sources_of(cards.english, "card"),
    )


def concern_sentence(assessment: RiskAssessment) -> str | None:
    """One kind sentence to go with an answer at `concern`; None at any other level."""
    if assessment.level is not Level.CONCERN:
        return None
    return _best(wording().responses.concern, assessment.categories, assessment.child_writing).text


def safety_choice(choice: str) -> Reply | None:
    """What a button of a safety message answers, by its id with or without "safety:"; None if unknown."""
    wanted = choice.removeprefix(PREFIX)
    found = next((answer for answer in wording().responses.choices if answer.id == wanted), None)
    return _reply(found, found.text, []) if found else None


def second_message(
    *,
    staffed: bool,
    position: int | None,
    opens: str | None,
    level: Level,
    categories: Sequence[str] = (),
    child_writing: bool = False,
) -> Reply:
    """What is true about the desk. `position`: place in the queue, 1 is next. `opens`: "8 tomorrow", "Monday 8"."""
    second = wording().second
    if staffed:
        text = second.staffed.text.format(before=_before(second, position))
        if level is Level.EMERGENCY:
            text = f"{text.strip()} {second.staffed.emergency}"
        return Reply(author=Author.SAFETY, text=text.strip())
    line = _best(second.lines, categories, child_writing)
    shape = second.unstaffed.text if opens else second.unstaffed.unknown
    return _reply(line, shape.format(opens=opens, lines=line.text), [])


def before_words(position: int) -> str:
    """How many are before whoever has this place in the queue, 1 for the next."""
    return _before(wording().second, position)


def open_lines(categories: Sequence[str], child_writing: bool = False) -> Reply:
    """Who can be rung now, for these categories."""
    line = _best(wording().second.lines, categories, child_writing)
    return _reply(line, line.text, [])


def person_request_reply(
    *,
    staffed: bool,
    position: int | None,
    opens: str | None,
    categories: Sequence[str] = (),
    child_writing: bool = False,
) -> Reply:
    """The answer to a request for a person, as true as `second_message`. Author is the assistant."""
    second = wording().second
    line = _best(second.lines, categories, child_writing)
    if staffed:
        text = second.person.staffed.format(before=_before(second, position))
        return Reply(author=Author.ASSISTANT, text=" ".join(text.split()))
    shape = second.person.unstaffed if opens else second.person.unknown
    reply = _reply(line, shape.format(opens=opens, lines=line.text), [])
    return reply.model_copy(update={"author": Author.ASSISTANT})


def static_reply() -> Reply:
    """The answer when the dialogue is down or slow: 999, the lines open day and night, ask for a person."""
    static = wording().second.static
    return Reply(
        author=Author.ASSISTANT, text=static.text, choices=[_person()], sources=sources_of(static, "static")
    )


def _person() -> Choice:
    return Choice(label=interface().labels[PERSON], value=PERSON)


def _with_card(text: str, language: str) -> str:
    """`text` with the card of this language above it, where a native speaker has checked it."""
    checked = (c.text for c in wording().cards.cards if c.language == language and c.assurance)
    return "\n\n".join([*checked, text])


def _best(entries: Sequence[S], categories: Sequence[str], child: bool) -> S:
    """The entry that fits best: child and category, then child, then the most serious category, then any."""
    own = [entry for entry in entries if entry.child] if child else []
    others = [entry for entry in entries if not entry.child]
    for group in (own, others):
        for category in categories:
            for entry in group:
                if category in entry.categories:
                    return entry
        for entry in group:
            if not entry.categories:
                return entry
    raise LookupError("data/risk: no wording without categories")


def _choices(responses: Responses, wanted: Sequence[str]) -> list[Choice]:
    labels = {answer.id: answer.label for answer in responses.choices}
    return [Choice(label=labels[choice], value=f"{PREFIX}{choice}") for choice in wanted]


def _before(second: Second, position: int | None) -> str:
    if position is None:
        return ""
    if position <= 1:
        return second.staffed.next
    return second.staffed.one if position == 2 else second.staffed.many.format(n=position - 1)


def _reply(entry: Said, text: str, choices: list[Choice]) -> Reply:
    return Reply(author=Author.SAFETY, text=text, choices=choices, sources=sources_of(entry, entry.id))
