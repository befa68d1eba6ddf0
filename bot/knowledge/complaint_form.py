"""Help with a complaint: the right body, the step, until when, and a plain draft that the visitor can copy.

Everything that is decided or said stands in `data/knowledge/forms/complaint.yml`. Nothing is sent or kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from bot.content import ContentSource, Strict
from bot.knowledge.answer import KnowledgeBase
from bot.knowledge.dates import in_words
from bot.knowledge.form_schema import (
    Answers,
    Condition,
    Due,
    FormContent,
    Name,
    holds,
    unknown_limits,
)
from bot.knowledge.schema import Slug
from bot.knowledge.short_form import ShortForm, wrong_due, wrong_names
from bot.knowledge.timescales import PLACEHOLDER, Timescales
from bot.messages import Reply

NAME = "complaint"
Head = Literal["who", "step", "until", "draft", "more"]
# What the form puts into a draft, beside time limits
OWN = {"should", "day"}


class Route(Strict):
    """Where a complaint goes; the first route `when` whose condition holds counts."""

    when: Condition
    who: str
    step: str
    until: str
    due: Due | None = None
    draft: Name
    entries: Annotated[list[Slug], Field(min_length=1, max_length=3)]


class Should(Strict):
    """What should have happened, for the draft; the first that holds counts."""

    when: Condition
    text: str


class ComplaintContent(FormContent):
    """`forms/complaint.yml`. Drafts take {should} and {day}."""

    heads: dict[Head, str]
    end: str
    routes: Annotated[list[Route], Field(min_length=1)]
    should: Annotated[list[Should], Field(min_length=1)]
    drafts: dict[Name, str]
    no_day: str


class ComplaintForm(ShortForm[ComplaintContent]):
    """The form and its result."""

    def __init__(self, source: ContentSource, knowledge: KnowledgeBase) -> None:
        super().__init__(source, knowledge, NAME, ComplaintContent, _findings)

    def result(self, answers: Answers, today: dt.date) -> Reply:
        """Body, step and deadline, then the draft; the entries behind them, numbered, with their sources."""
        content, heads = self.content, self.content.heads
        route = next(route for route in content.routes if holds(route.when, answers))
        choices = self._knowledge.offer(route.entries, today).choices
        in_force = [choice.value.partition(":")[2] for choice in choices]
        lines = [f"{number} {choice.label}" for number, choice in enumerate(choices, start=1)]
        parts = [
            f"{heads['who']}\n{route.who}",
            f"{heads['step']}\n{route.step}",
            f"{heads['until']}\n{self._said(route.until, route.due, answers, 'maybe', today)}",
            f"{heads['draft']}\n\n{self._draft(route, answers, today)}",
            content.end,
            "\n".join([heads["more"], *lines]),
        ]
        return Reply(text="\n\n".join(parts), choices=choices, sources=self._sources(in_force, today))

    def _draft(self, route: Route, answers: Answers, today: dt.date) -> str:
        should = next(should for should in self.content.should if holds(should.when, answers))
        days = answers.get(route.due.since) if route.due else None
        day = in_words(dt.date.fromisoformat(days[0])) if days else self.content.no_day
        should_text = self._said(should.text, None, answers, "maybe", today)
        return self.content.drafts[route.draft].format(should=should_text, day=day)


def _findings(content: ComplaintContent, known: set[str], timescales: Timescales) -> Iterator[str]:
    """What names something that does not exist, or a limit that visitors may not see."""
    entries = [entry for route in content.routes for entry in route.entries]
    parts: list[Route | Should] = [*content.routes, *content.should]
    yield from wrong_names(content, entries, known, [part.when for part in parts])
    for name, last in (("routes", content.routes[-1].when), ("should", content.should[-1].when)):
        if last:
            yield f"{name}: the last one must hold for every answer"
    texts = [text for route in content.routes for text in (route.who, route.step, route.until)]
    for text in (*texts, *(should.text for should in content.should)):
        yield from unknown_limits(text, timescales)
    yield from _routes(content, timescales)


def _routes(content: ComplaintContent, timescales: Timescales) -> Iterator[str]:
    for route in content.routes:
        if route.draft not in content.drafts:
            yield f"draft: {route.draft}: no such draft"
        yield from wrong_due(content, route.due, timescales)
    for name, draft in content.drafts.items():
        for unknown in set(PLACEHOLDER.findall(draft)) - OWN:
            yield f"drafts: {name}: {{{unknown}}} is nothing that is filled in"
