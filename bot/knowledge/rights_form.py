"""Which rights apply: from the answers of the short form to what should happen, by when, and what to do if it did not.

Everything that is decided or said stands in `data/knowledge/forms/rights.yml`; time limits come from
`timescales.yml`, days are counted in `dates`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from bot.content import ContentSource, Strict
from bot.knowledge.answer import KnowledgeBase
from bot.knowledge.form_schema import Answers, Condition, Due, FormContent, holds, unknown_limits
from bot.knowledge.limits import Enhanced
from bot.knowledge.schema import Slug
from bot.knowledge.short_form import ShortForm, wrong_due, wrong_names
from bot.knowledge.timescales import Timescales
from bot.messages import Reply

NAME = "rights"
Part = Literal["enhanced", "told", "yours", "now", "missed"]
PARTS: tuple[Part, ...] = ("told", "yours", "now", "missed")


class Because(Strict):
    """Why there are, or may be, enhanced rights."""

    when: Condition
    sure: bool
    because: str
    entry: Slug


class Nothing(Strict):
    """Where to read on without a reason for enhanced rights."""

    entry: Slug


class Item(Strict):
    """One right, shown `when` its condition holds."""

    part: Literal["told", "yours", "now", "missed"]
    when: Condition
    text: str
    entry: Slug
    due: Due | None = None


class RightsContent(FormContent):
    """`forms/rights.yml`."""

    parts: dict[Part, str]
    most_now: Annotated[int, Field(gt=0)]
    enhanced_yes: str
    enhanced_maybe: str
    enhanced_no: str
    unreported_yes: str
    unreported_maybe: str
    end: str
    enhanced: list[Because]
    none_of_them: Nothing
    rights: list[Item]


class RightsForm(ShortForm[RightsContent]):
    """The form and its result."""

    def __init__(self, source: ContentSource, knowledge: KnowledgeBase) -> None:
        super().__init__(source, knowledge, NAME, RightsContent, _findings)

    def result(self, answers: Answers, today: dt.date) -> Reply:
        """All that follows from the answers, numbered; each line leads to an entry in force and carries its sources."""
        content, in_force = self.content, {entry.id for entry in self._knowledge.entries(today)}
        level, about_enhanced = self._enhanced(answers)
        lines: dict[str, tuple[Part, str]] = {}
        for text, entry in about_enhanced:
            lines[entry] = "enhanced", text
        for part in PARTS:
            items = [i for i in content.rights if i.part == part and holds(i.when, answers)]
            for item in items[: content.most_now] if part == "now" else items:
                lines.setdefault(item.entry, (part, self._said(item.text, item.due, answers, level, today)))
        return self._reply({entry: line for entry, line in lines.items() if entry in in_force}, today)

    def _reply(self, shown: dict[str, tuple[Part, str]], today: dt.date) -> Reply:
        lines: list[str] = []
        before: Part | None = None
        for number, (part, text) in enumerate(shown.values(), start=1):
            if part != before:
                lines += ["", self.content.parts[part]]
            before = part
            lines.append(f"{number} {text}")
        return Reply(
            text="\n".join([*lines, "", self.content.end]).strip(),
            choices=self._knowledge.offer(shown, today).choices,
            sources=self._sources(shown, today),
        )

    def _enhanced(self, answers: Answers) -> tuple[Enhanced, list[tuple[str, str]]]:
        """Whether there are enhanced rights, and the line about it with its entry."""
        content = self.content
        reasons = [reason for reason in content.enhanced if holds(reason.when, answers)]
        if "business" in answers.get("who", []):
            return "no", []
        unreported = "no" in answers.get("reported", [])
        if not reasons:
            return "no", [] if unreported else [(content.enhanced_no, content.none_of_them.entry)]
        sure = [reason for reason in reasons if reason.sure]
        because = " and ".join(dict.fromkeys(reason.because for reason in (sure or reasons)))
        if unreported:
            text = content.unreported_yes if sure else content.unreported_maybe
        else:
            text = content.enhanced_yes if sure else content.enhanced_maybe
        return ("yes" if sure else "maybe"), [(text.format(because=because), (sure or reasons)[0].entry)]


def _findings(content: RightsContent, known: set[str], timescales: Timescales) -> Iterator[str]:
    """What names something that does not exist, or a limit that visitors may not see."""
    parts: list[Because | Item] = [*content.enhanced, *content.rights]
    entries = [content.none_of_them.entry, *(part.entry for part in parts)]
    yield from wrong_names(content, entries, known, [part.when for part in parts])
    for item in content.rights:
        for line in (*unknown_limits(item.text, timescales), *wrong_due(content, item.due, timescales)):
            yield f"{item.entry}: {line}"
