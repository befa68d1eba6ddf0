"""Shapes of the short forms in `data/knowledge/forms/`: questions, options, when each is asked, and the words around.

Only shapes and what one form can be checked for by itself; what must exist elsewhere is checked by its reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from bot.content import ContentError, Strict
from bot.knowledge.checks import limits_in
from bot.knowledge.schema import Slug
from bot.knowledge.timescales import PLACEHOLDER, Timescales

FOLDER = "knowledge/forms"

Name = Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$")]
# What stands in a condition for a question that was skipped or not asked
UNKNOWN = "unknown"
Condition = dict[Name, list[Name]]
# Option ids by question; none of them: skipped. The answer to a question for a day is its ISO date.
Answers = Mapping[str, list[str]]


class Option(Strict):
    """One answer that can be pressed, or said in own words: patterns as in `data/areas/needs.yml`.

    `words` are found anywhere in a message; `whole` are all of it, and are tried first.
    """

    id: Name
    label: Annotated[str, Field(min_length=2, max_length=60)]
    words: list[str]
    whole: list[str] = []


class Question(Strict):
    """`one` takes one option, `many` several, `day` a date. Asked only `when` its condition holds.

    `counts`: which option it is where the words of several are found.
    """

    id: Name
    kind: Literal["one", "many", "day"] = "one"
    counts: Literal["first", "last"] = "first"
    ask: str
    why: str
    when: Condition = {}
    options: list[Option] = []

    @model_validator(mode="after")
    def _options_fit(self) -> Question:
        if (self.kind == "day") == bool(self.options):
            raise ValueError("options: only a question for a day has none")
        return self


class Due(Strict):
    """The day by which something is due: limits that run one after the other from the day that was answered."""

    since: Name
    limits: Annotated[list[str], Field(min_length=1)]


class FormContent(Strict):
    """What every form has: an introduction, the label of the button that starts it, and its questions.

    `offered_after`: entries below whose answers that button stands.
    """

    intro: str
    start: str
    offered_after: list[Slug]
    questions: Annotated[list[Question], Field(min_length=1)]


class FormWords(Strict):
    """`forms/words.yml`: what all forms share. Patterns are whole messages, written as in needs.yml."""

    skip: str
    why: str
    stop: str
    back_label: str
    back: str
    paused: str
    stopped: str
    either: str
    by: str
    by_either: str
    passed: str
    not_read: str
    not_read_day: str
    day_to_come: str
    none: str
    many: str
    more: str
    enough: str
    skips: list[str]
    whys: list[str]
    stops: list[str]
    resumes: list[str]
    undoes: list[str]
    enoughs: list[str]


def refuse(name: str, findings: Iterator[str]) -> None:
    """Raise ContentError if anything was found in the file of that name."""
    if found := sorted(set(findings)):
        raise ContentError("\n".join(f"{FOLDER}/{name}.yml: {line}" for line in found))


def holds(condition: Condition, answers: Answers) -> bool:
    """Whether every question of a condition was answered with one of the options named for it."""
    return all(set(answers.get(name) or [UNKNOWN]).intersection(ids) for name, ids in condition.items())


def unknown_names(condition: Condition, questions: list[Question]) -> Iterator[str]:
    """What a condition names that no question or option is called, one line each."""
    known = {q.id: {UNKNOWN, *(o.id for o in q.options)} for q in questions}
    for name, ids in condition.items():
        if name not in known:
            yield f"when: {name}: no such question"
        else:
            yield from (f"when: {name}: {id}: no such option" for id in ids if id not in known[name])


def unknown_limits(text: str, timescales: Timescales) -> Iterator[str]:
    """What is wrong with the time limits of a text: {id}, {id.everyone} and {id.enhanced}, and no number of days."""
    yield from (f'"{limit}" is a time limit: name it from timescales.yml' for limit in limits_in(text))
    yield from unshowable(PLACEHOLDER.findall(text), timescales)


def unshowable(names: list[str], timescales: Timescales) -> Iterator[str]:
    """Why a visitor may not be told these limits, one line each."""
    for name in names:
        try:
            timescales.span(name if "." in name else f"{name}.everyone")
        except KeyError as error:
            yield str(error.args[0])
