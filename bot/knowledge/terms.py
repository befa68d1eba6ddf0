"""The trade's words and abbreviations, explained on demand: one list for the chat, the pages and the desk."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from bot.content import ContentError, ContentSource, SourceRef, Strict
from bot.directory.patterns import compile_patterns, normalise
from bot.knowledge.checks import limits_in
from bot.knowledge.reading import whole
from bot.knowledge.schema import Slug
from bot.messages import Source

PATH = "knowledge/terms.yml"


class Term(Strict):
    """One word. `long`: what it is short for, if it is; `source`: a key of the file's sources, or the entry's own."""

    term: Annotated[str, Field(min_length=2)]
    also: list[str]
    long: str | None
    plain: str
    entry: Slug
    source: str | None = None

    @property
    def names(self) -> list[str]:
        """All ways of writing it, normalised."""
        return list(dict.fromkeys(normalise(name).strip() for name in (self.term, *self.also)))


class TermFile(Strict):
    """`terms.yml`. `asks` are whole messages around {term}."""

    read_on: dt.date
    review_by: dt.date
    says: str
    says_word: str
    asks: list[str]
    sources: dict[str, SourceRef]
    terms: list[Term]


class Terms:
    """The words by name. Raises ContentError where the list names an entry or a source that does not exist."""

    def __init__(self, source: ContentSource, entries: Iterable[str]) -> None:
        self._file = whole(source, PATH, TermFile)
        if found := list(_findings(self._file, set(entries))):
            raise ContentError("\n".join(f"{PATH}: {line}" for line in found))
        self.all = tuple(self._file.terms)
        self._asks = [(term, self._pattern(term)) for term in self.all]
        # In a text a word is known by its capitals, so that "ri" within a sentence is none
        self._in_text = [(term, _written(term)) for term in self.all]

    def _pattern(self, term: Term) -> re.Pattern[str]:
        bare = [name for name in term.names if term.long and " " not in name]
        return compile_patterns([*self._file.asks, *bare], {"term": term.names})

    def asked(self, text: str) -> Term | None:
        """The word that a message asks to have explained, or that is all it says."""
        said = normalise(text)
        return next((term for term, pattern in self._asks if pattern.fullmatch(said)), None)

    def within(self, text: str) -> list[Term]:
        """The words of the list that stand in a text, short or in full, in the order of the text."""
        found = [(match.start(), term) for term, pattern in self._in_text if (match := pattern.search(text))]
        return [term for _, term in sorted(found, key=lambda pair: pair[0])]

    def explained(self, term: Term) -> str:
        """The explanation in a sentence or two."""
        says = self._file.says if term.long else self._file.says_word
        return says.format(term=term.term, long=term.long, plain=term.plain)

    def source(self, term: Term, right: int | None) -> Source | None:
        """Where the explanation comes from; None where that is the entry's source."""
        if term.source is None:
            return None
        source = self._file.sources[term.source]
        return Source(
            entry=term.entry,
            right=right,
            title=source.title,
            reference=source.reference,
            url=str(source.url),
            read_on=self._file.read_on,
        )


def _written(term: Term) -> re.Pattern[str]:
    names = [term.term, *([term.long] if term.long else term.names)]
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})s?\b")


def _findings(file: TermFile, entries: set[str]) -> Iterable[str]:
    owners: dict[str, str] = {}
    for term in file.terms:
        if term.entry not in entries:
            yield f"{term.term}: entry: {term.entry}: no such entry"
        if term.source and term.source not in file.sources:
            yield f"{term.term}: source: {term.source}: no such source"
        yield from (f'{term.term}: plain: "{limit}" is a time limit' for limit in limits_in(term.plain))
        for name in term.names:
            if owners.setdefault(name, term.term) != term.term:
                yield f"{term.term}: also: {name}: belongs to {owners[name]}"
