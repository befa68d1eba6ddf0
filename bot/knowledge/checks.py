"""The contract of the entries: what a schema cannot say. Every finding names file, id and field.

Sources of the rules: design, "Rules of the content"; a time limit stands once, in `timescales.yml`, so that
a change of the law is one edit and no answer can contradict another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, permutations

from bot.knowledge.editions import changes
from bot.knowledge.schema import Entry, Kind
from bot.knowledge.text import plain
from bot.knowledge.timescales import PLACEHOLDER, Timescales

MIN_QUESTIONS = 8
MAX_WORDS = 130

_NUMBER = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|twenty|thirty)"
_LIMIT = re.compile(
    rf"\b(?:{_NUMBER}|one(?= working| week| month| year)|(?<=within )one)[\s-]+(?:full |more )?"
    r"(?:(?:working|calendar|business|clear)[\s-]+)?(?:hour|day|week|month|year)s?\b"
    # ages, opening hours and the length of a sentence are no time limits
    r"(?!\s+(?:old|of age|or older|a day|a week|or more|or longer|in prison|in custody|or over)|-old)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Placed:
    """An entry and the file it stands in, for whoever has to mend it."""

    path: str
    entry: Entry


def findings(placed: list[Placed], timescales: Timescales) -> list[str]:
    """Everything that is wrong, one line each: "file: id: field: what"."""
    found = [
        f"{item.path}: {item.entry.id}: {line}" for item in placed for line in _one(item.entry, timescales)
    ]
    found += [
        f"timescales.yml: {item.id}: in_force: two of them on {item.in_force.from_}"
        for item, other in permutations(timescales.items, 2)
        if item.id == other.id and other.in_force.covers(item.in_force.from_)
    ]
    return found + list(_choices(placed)) + list(_same_id(placed)) + list(_same_question(placed))


def _one(entry: Entry, timescales: Timescales) -> Iterator[str]:
    yield from _texts(entry, timescales)
    if (entry.kind is Kind.ANSWER) != (entry.right is not None):
        yield "right: 0 to 12 for kind answer, and only there"
    if entry.kind is Kind.ANSWER and not entry.sources:
        yield "sources: an answer needs at least one"
    if len(entry.questions) < MIN_QUESTIONS:
        yield f"questions: {len(entry.questions)} phrasings, at least {MIN_QUESTIONS} are needed"
    if any(not plain(question) for question in entry.questions):
        yield "questions: one is empty"
    if entry.review_by <= entry.read_on:
        yield "review_by: not after read_on"


def _texts(entry: Entry, timescales: Timescales) -> Iterator[str]:
    for field in ("title", "short"):
        if PLACEHOLDER.search(getattr(entry, field)):
            yield f"{field}: a time limit can only stand in `answer`"
    yield from _limits(entry, timescales)
    for field in ("answer", "title", "short"):
        for limit in limits_in(getattr(entry, field)):
            yield f'{field}: "{limit}" is a time limit: name it from timescales.yml'
    words = len(entry.answer.split()) + len(PLACEHOLDER.findall(entry.answer)) * 2
    if words > MAX_WORDS:
        yield f"answer: {words} words, at most {MAX_WORDS}"


def _limits(entry: Entry, timescales: Timescales) -> Iterator[str]:
    """Whether every limit that it names is there on its first day, and whenever one changes later."""
    names, told = PLACEHOLDER.findall(entry.answer), set[str]()
    first = entry.in_force.from_
    days = [first, *(day for day in changes(timescales.items) if day > first and entry.in_force.covers(day))]
    for day in days:
        limits = timescales.on(day)
        for name in names:
            try:
                limits.span(name)
            except KeyError as error:
                since = "" if day == first else f" from {day} on"
                if name not in told:
                    yield f"answer: {error.args[0]}{since}"
                told.add(name)


def limits_in(text: str) -> list[str]:
    """The time limits that stand in a text as numbers, instead of being named from `timescales.yml`."""
    return [match[0] for match in _LIMIT.finditer(PLACEHOLDER.sub("@", text))]


def _choices(placed: list[Placed]) -> Iterator[str]:
    known = {item.entry.id for item in placed}
    for item in placed:
        for choice in item.entry.choices:
            if choice not in known or choice == item.entry.id:
                why = "leads to itself" if choice == item.entry.id else "no such entry"
                yield f"{item.path}: {item.entry.id}: choices: {choice}: {why}"


def _same_id(placed: list[Placed]) -> Iterator[str]:
    for one, other in combinations(placed, 2):
        if one.entry.id == other.entry.id and one.entry.in_force.overlaps(other.entry.in_force):
            yield f"{other.path}: {other.entry.id}: in_force: overlaps the one in {one.path}"


def _same_question(placed: list[Placed]) -> Iterator[str]:
    known: dict[str, list[Placed]] = {}
    for item in placed:
        for question in item.entry.questions:
            for before in known.get(plain(question), []):
                if before.entry.id != item.entry.id and before.entry.in_force.overlaps(item.entry.in_force):
                    yield f'{item.path}: {item.entry.id}: questions: "{question}" also in {before.entry.id}'
                    break
            known.setdefault(plain(question), []).append(item)
        own = [plain(question) for question in item.entry.questions]
        for double in sorted({question for question in own if own.count(question) > 1}):
            yield f'{item.path}: {item.entry.id}: questions: "{double}" twice'


def first_lines(lines: Iterable[str], limit: int = 40) -> str:
    """The findings as one message, cut where nobody would read on."""
    shown = list(lines)
    more = f"\n... and {len(shown) - limit} more" if len(shown) > limit else ""
    return "\n".join(shown[:limit]) + more
