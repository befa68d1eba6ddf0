"""What the short forms share: their content read and checked, limits as of a day, the sources of what they end with."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from bot.content import ContentSource
from bot.knowledge.answer import KnowledgeBase
from bot.knowledge.form_schema import (
    FOLDER,
    Answers,
    Condition,
    Due,
    FormContent,
    FormWords,
    refuse,
    unknown_names,
    unshowable,
)
from bot.knowledge.forms import Form
from bot.knowledge.limits import Enhanced, Limits
from bot.knowledge.reading import whole
from bot.knowledge.timescales import Timescales
from bot.messages import Reply, Source

Content = TypeVar("Content", bound=FormContent)
Findings = Callable[[Content, set[str], Timescales], Iterator[str]]


class ShortForm(ABC, Generic[Content]):
    """A form and what its end is made of. Raises ContentError where it names what is not there or may not be shown."""

    def __init__(
        self,
        source: ContentSource,
        knowledge: KnowledgeBase,
        name: str,
        model: type[Content],
        findings: Findings[Content],
    ) -> None:
        self.content = whole(source, f"{FOLDER}/{name}.yml", model)
        self._words = whole(source, f"{FOLDER}/words.yml", FormWords)
        self.form = Form(name, self.content.questions, self._words)
        self._knowledge = knowledge
        known = {entry.id for entry in knowledge.knowledge.entries}
        refuse(name, findings(self.content, known, knowledge.knowledge.timescales))

    @abstractmethod
    def result(self, answers: Answers, today: dt.date) -> Reply:
        """What the answers lead to, as of a day."""

    def _said(self, text: str, due: Due | None, answers: Answers, level: Enhanced, today: dt.date) -> str:
        """A text with its limits, and the day on which `due` ends where the day it runs from was answered."""
        limits = Limits(self._knowledge.knowledge.limits.on(today), self._words)
        filled, started = limits.fill(text, level), answers.get(due.since) if due else None
        if not due or not started:
            return filled
        return f"{filled} {limits.by(due.limits, dt.date.fromisoformat(started[0]), level, today)}"

    def _sources(self, entries: Iterable[str], today: dt.date) -> list[Source]:
        """The sources of entries in force, each once."""
        found = [self._knowledge.entry(entry, today) for entry in entries]
        return list({(s.title, s.reference, s.url): s for answer in found for s in answer.sources}.values())


def wrong_names(
    content: FormContent, entries: Iterable[str], known: set[str], conditions: Iterable[Condition]
) -> Iterator[str]:
    """Entries, questions and options that a form names and that do not exist, one line each."""
    named = [*content.offered_after, *entries]
    yield from (f"entry: {entry}: no such entry" for entry in named if entry not in known)
    for condition in (*(question.when for question in content.questions), *conditions):
        yield from unknown_names(condition, content.questions)


def wrong_due(content: FormContent, due: Due | None, timescales: Timescales) -> Iterator[str]:
    """Why a due day cannot be told, one line each."""
    if due is None:
        return
    yield from unshowable(due.limits, timescales)
    if due.since not in {question.id for question in content.questions if question.kind == "day"}:
        yield f"due: {due.since}: no question for a day"
