"""The content as pages to read: the twelve Rights, enhanced rights, the way of a case, the words.

Built from the entries and time limits that also answer questions, as of a day. `rights.yml` gives the titles; where a
Code laid beside brings its own, those of the latest that is in force count.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from bot.clock import local, now
from bot.content import ContentError, ContentSource, Reviewed, Strict
from bot.knowledge.answer import KnowledgeBase
from bot.knowledge.load import EDITION, FOLDER
from bot.knowledge.reading import one, records
from bot.knowledge.schema import Entry, InForce, Slug, Span, Timescale, Topic
from bot.knowledge.terms import Term
from bot.messages import Source

ENHANCED: Literal["enhanced"] = "enhanced"
Number = Annotated[int, Field(ge=1, le=12)]


class RightTitle(Strict):
    """The official title of a Right, and what it is about."""

    right: Number
    title: str
    short: str


class Titles(Reviewed):
    """`rights.yml`."""

    in_force: InForce
    rights: list[RightTitle]


class Row(Strict):
    """Time limits that are alike, under one label of the picture."""

    label: str
    limits: Annotated[list[str], Field(min_length=1)]


class Stage(Strict):
    """A part of the way of a case; `beside` one that has no place in its order."""

    id: Slug
    title: str
    beside: bool = False
    rows: list[Row]


@dataclass(frozen=True)
class Word:
    """A word of the trade, what it is short for if it is, and where to read on: page, id and label."""

    term: str
    long: str | None
    plain: str
    see: tuple[str, str, str] | None
    sources: list[Source]


@dataclass(frozen=True)
class Section:
    """An entry on a page: its text with the time limits filled in, and entries on these pages that go on from it."""

    id: str
    title: str
    text: str
    sources: list[Source]
    see: list[tuple[str, str, str]]  # page, id, label


@dataclass(frozen=True)
class Drawn:
    """A row of the picture; `enhanced` is None where there is no limit of its own."""

    label: str
    everyone: Span
    enhanced: Span | None


@dataclass(frozen=True)
class Part:
    """A stage as shown: rows for the picture, and every limit of them for the table."""

    title: str
    beside: bool
    rows: list[Drawn]
    limits: list[Timescale]


class Guide:
    """The pages of one content. Raises ContentError where `rights.yml` or `way.yml` breaks its contract."""

    def __init__(self, source: ContentSource, base: KnowledgeBase) -> None:
        self.base = base
        self._own = {item.entry.id for item in base.knowledge.placed if "/rights-" in item.path}
        errors: list[str] = []
        documents = {document.path: document for document in source.documents(FOLDER)}
        codes = [FOLDER, *(path.removesuffix(f"/{EDITION}") for path in documents if path.endswith(EDITION))]
        files = [documents[path] for code in codes if (path := f"{code}/rights.yml") in documents]
        self._titles = [titles for file in files if (titles := one(file, Titles, errors))]
        way = documents.get(f"{FOLDER}/way.yml")
        self._way = list(records(way, Stage, errors)) if way else []
        known = {limit.id for limit in base.knowledge.limits.items}
        errors += [
            f"{FOLDER}/way.yml: {stage.id}: limits: {id}: no such time limit"
            for stage in self._way
            for id in _named([stage])
            if id not in known
        ]
        if errors:
            raise ContentError("\n".join(errors))

    def titles(self, on: dt.date | None = None) -> Titles:
        """The titles that count on a day. Raises KeyError where there are none for it."""
        day = on or local(now()).date()
        found = [titles for titles in self._titles if titles.in_force.covers(day)]
        if not found:
            raise KeyError(f"no titles of the Rights for {day}")
        return max(found, key=lambda titles: titles.in_force.from_)

    def sections(self, page: int | Literal["enhanced"], on: dt.date | None = None) -> list[Section]:
        """The entries of a Right (1 to 12), or those on enhanced rights: what stands in its own files first."""
        entries = sorted(self.base.entries(on), key=lambda entry: entry.id not in self._own)
        places, found = _places(entries), []
        for entry in entries:
            if _page(entry) == page:
                answer = self.base.entry(entry.id, on)
                see = [places[id] for id in entry.choices if id in places]
                found.append(Section(entry.id, entry.title, answer.text, answer.sources, see))
        return found

    def words(self, on: dt.date | None = None) -> list[Word]:
        """The words of the trade in the order of the alphabet."""
        terms, entries = self.base.by_words.terms, self.base.entries(on)
        places, known = _places(entries), {entry.id for entry in entries}
        found = [
            Word(word.term, word.long, word.plain, places.get(word.entry), self._sources(word, on))
            for word in terms.all
            if word.source or word.entry in known
        ]
        return sorted(found, key=lambda word: word.term.casefold())

    def _sources(self, word: Term, on: dt.date | None) -> list[Source]:
        """Its own source, or those of the entry to read on in."""
        own = self.base.by_words.terms.source(word, None)
        return [own] if own else self.base.entry(word.entry, on).sources

    def limits(self, right: int, on: dt.date | None = None) -> list[Timescale]:
        """The time limits of a Right that a visitor may read."""
        return [limit for limit in self._showable(on) if limit.right == right]

    def way(self, on: dt.date | None = None) -> list[Part]:
        """The stages with their time limits; limits that are not in force or not verified are left out."""
        by_id = {limit.id: limit for limit in self._showable(on)}
        return [
            Part(
                stage.title,
                stage.beside,
                [drawn for row in stage.rows for drawn in _drawn(row, by_id)],
                [by_id[id] for id in _named([stage]) if id in by_id],
            )
            for stage in self._way
        ]

    def other_limits(self, on: dt.date | None = None) -> list[Timescale]:
        """The time limits that stand in no stage."""
        named = set(_named(self._way))
        return [limit for limit in self._showable(on) if limit.id not in named]

    def _showable(self, on: dt.date | None) -> list[Timescale]:
        limits = self.base.knowledge.limits.on(on or local(now()).date())
        return [limit for limit in limits.items if limit.showable]


def _named(stages: Iterable[Stage]) -> list[str]:
    return [id for stage in stages for row in stage.rows for id in row.limits]


def _places(entries: Iterable[Entry]) -> dict[str, tuple[str, str, str]]:
    """Page, id and label of each entry that stands on a page."""
    return {entry.id: (str(page), entry.id, entry.short) for entry in entries if (page := _page(entry))}


def _page(entry: Entry) -> int | Literal["enhanced"] | None:
    """The page that an entry stands on, if any."""
    return entry.right or (ENHANCED if entry.topic is Topic.ENHANCED else None)


def _drawn(row: Row, by_id: dict[str, Timescale]) -> list[Drawn]:
    """The row, or one row for each limit where a change of the law made them differ."""
    limits = [by_id[id] for id in row.limits if id in by_id]
    if len({(limit.everyone, limit.enhanced) for limit in limits}) > 1:
        return [Drawn(limit.what, limit.everyone, limit.enhanced) for limit in limits]
    return [Drawn(row.label, limits[0].everyone, limits[0].enhanced)] if limits else []
