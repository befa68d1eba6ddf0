"""Short questions that go on from the answer before: "how long?", "who do I ask?", "what if they don't?".

Which entry answers them, by the topic of the entry before or by that very entry, stands in
`data/knowledge/follow_ups.yml`; the limits that "how long?" tells are those that the entry before names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from bot.content import ContentError, ContentSource, Strict
from bot.directory.patterns import compile_patterns, normalise
from bot.knowledge.reading import whole
from bot.knowledge.schema import Entry, Slug, Topic
from bot.knowledge.timescales import PLACEHOLDER, Timescales

PATH = "knowledge/follow_ups.yml"
MOST_LIMITS = 2
Kind = Literal["how_long", "who", "not_done", "vulnerable", "meaning"]


class Asks(Strict):
    """How it is asked: patterns for whole messages."""

    asks: list[str]


class HowLong(Asks):
    """`entries` lead on where the entry before names no limit of its own."""

    entries: dict[Slug, Slug]
    says: str
    says_both: str
    none: str


class ByTopic(Asks):
    """Where it leads, by the topic of the entry before unless that entry is named."""

    topics: dict[Topic, Slug]
    entries: dict[Slug, Slug]


class ToEntry(Asks):
    """Leads to one entry."""

    entry: Slug


class FollowUpFile(Strict):
    """`follow_ups.yml`."""

    how_long: HowLong
    who: ByTopic
    not_done: ByTopic
    vulnerable: ToEntry
    meaning: Asks
    corrections: list[str]


class FollowUps:
    """Reads follow-ups. Raises ContentError where the file leads to an entry that does not exist."""

    def __init__(self, source: ContentSource, entries: Iterable[str]) -> None:
        self.file = whole(source, PATH, FollowUpFile)
        known = set(entries)
        if lines := [f"{PATH}: {slug}: no such entry" for slug in _named(self.file) if slug not in known]:
            raise ContentError("\n".join(lines))
        parts: dict[Kind, Asks] = {
            "how_long": self.file.how_long,
            "who": self.file.who,
            "not_done": self.file.not_done,
            "vulnerable": self.file.vulnerable,
            "meaning": self.file.meaning,
        }
        self._asks = {kind: compile_patterns(part.asks) for kind, part in parts.items()}
        self._corrections = compile_patterns(self.file.corrections)

    def kind(self, text: str) -> Kind | None:
        """Which follow-up a message is, if it is nothing else."""
        said = normalise(text)
        return next((kind for kind, pattern in self._asks.items() if pattern.fullmatch(said)), None)

    def leads_to(self, kind: Kind, before: Entry) -> str | None:
        """The entry that answers a follow-up about the entry before; None where it is answered otherwise."""
        if kind == "vulnerable":
            return self.file.vulnerable.entry
        if kind == "how_long":
            return self.file.how_long.entries.get(before.id)
        part = {"who": self.file.who, "not_done": self.file.not_done}.get(kind)
        return (part.entries.get(before.id) or part.topics.get(before.topic)) if part else None

    def how_long(self, before: Entry, timescales: Timescales) -> str | None:
        """The limits that the entry before names, each with what it runs from; None where it names none."""
        ids = dict.fromkeys(name.partition(".")[0] for name in PLACEHOLDER.findall(before.answer))
        lines = []
        for limit in (timescales.by_id[id] for id in list(ids)[:MOST_LIMITS]):
            differs = limit.enhanced and limit.enhanced != limit.everyone
            says = self.file.how_long.says_both if differs else self.file.how_long.says
            lines.append(
                says.format(
                    what=limit.what,
                    everyone=limit.everyone,
                    enhanced=limit.enhanced,
                    runs_from=limit.runs_from,
                )
            )
        return " ".join(lines) or None

    def corrected(self, text: str) -> str | None:
        """What is meant instead, in "no, I meant the court": "court". None for a message that puts nothing right."""
        said = normalise(text)
        match = self._corrections.match(said)
        return (said[match.end() :].strip() or None) if match else None


def _named(file: FollowUpFile) -> Iterator[str]:
    yield file.vulnerable.entry
    yield from (*file.how_long.entries, *file.how_long.entries.values())
    for part in (file.who, file.not_done):
        yield from (*part.topics.values(), *part.entries, *part.entries.values())
