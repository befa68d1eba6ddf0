"""Which authority a message is about: towns, villages, misspellings and postcodes, without hits on plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content import ContentError, ContentSource, Strict
from bot.directory.files import read
from bot.directory.load import Area
from bot.directory.patterns import normalise
from bot.directory.postcodes import Located, Postcodes

OUTSIDE, AMBIGUOUS = "outside", "ambiguous"
_ONLY_HOME = 3
_LONGEST_HOME = 5
_SHORT_MESSAGE = 3
_STOPS = re.compile(r"[,.;:!?()\n]+")


class PlacesFile(Strict):
    """An area's `places.yml`."""

    authorities: dict[str, list[str]]
    also: dict[str, str] = {}
    twice: dict[str, list[str]] = {}
    careful: list[str] = []
    ordinary: list[str] = []
    fuzzy: list[str] = []


class OutsideFile(Strict):
    """`outside_places.yml`: what lies elsewhere, and the words around a place."""

    names: list[str]
    beyond: list[str] = []
    abroad: list[str] = []
    careful: list[str] = []
    ordinary: list[str] = []
    not_before: list[str]
    home: list[str]
    cue: list[str]


@dataclass(frozen=True)
class PlaceResult:
    """`authority` is one of the area's, "outside" or "ambiguous"; `said` is False where no place was named.

    `name` is the place as we spell it, null for a postcode, which is never repeated;
    `candidates` are the authorities it may be.
    """

    authority: str = AMBIGUOUS
    candidates: tuple[str, ...] = ()
    name: str | None = None
    said: bool = False

    @property
    def known(self) -> str | None:
        """The authority, where there is one in the area."""
        return None if self.authority in (OUTSIDE, AMBIGUOUS) else self.authority


NO_PLACE = PlaceResult()


@dataclass(frozen=True)
class _Name:
    """A name in the gazetteer; `care`: 0 none, 1 needs a cue, 2 is an ordinary word, 3 only a home."""

    name: str
    authorities: tuple[str, ...]
    care: int = 0


@dataclass
class _Mention:
    name: str | None
    authorities: tuple[str, ...]
    home: bool = False


class _Looks:
    """How words are written: with a capital, or apart between commas ("he hits me, Leigh")."""

    def __init__(self, text: str) -> None:
        self.capitals = {_key(word) for word in text.split() if word[:1].isupper() and not word.isupper()}
        self.apart = {_key(part) for part in _STOPS.split(text)}


def _key(name: str) -> str:
    return normalise(name).strip()


class Places:
    """The gazetteer of one area. Raises ContentError on files that do not fit."""

    def __init__(self, source: ContentSource, area: Area, sectors: Path) -> None:
        places = read(source, f"areas/{area.id}/places.yml", PlacesFile)
        outside = read(source, "areas/outside_places.yml", OutsideFile)
        unknown = set(places.authorities) - set(area.authorities)
        if unknown:
            raise ContentError(f"areas/{area.id}/places.yml: not an authority of the area: {sorted(unknown)}")
        self._names = _names(places, outside)
        self.beyond = frozenset(outside.beyond)
        self._longest = max(key.count(" ") + 1 for key in self._names)
        self._fuzzy = {_key(name) for name in places.fuzzy}
        self._county = frozenset(_key(name) for name in area.county_names)
        self._home = frozenset(_key(phrase) for phrase in outside.home)
        self._cue = frozenset(outside.cue)
        self._not_before = frozenset(outside.not_before)
        self._postcodes = Postcodes(sectors)

    def resolve(self, text: str) -> PlaceResult:
        """The place in a whole message. Never raises on text."""
        codes = self._postcodes.find(text)
        rest = text
        for code in codes:
            rest = rest.replace(code.written, " ")
        words = normalise(rest).split()
        mentions = self._mentions(words, _Looks(rest))
        county = any(
            _joined(words, at, size) in self._county for at in range(len(words)) for size in (1, 2, 3)
        )
        return _decide(codes, mentions, county)

    def _mentions(self, words: list[str], looks: _Looks) -> list[_Mention]:
        found: list[_Mention] = []
        at = 0
        while at < len(words):
            size, name = self._longest_at(words, at)
            if name and self._is_place(words, at, size, name, looks):
                found.append(_Mention(name.name, name.authorities, self._is_home(words, at)))
            elif not name and (name := self._misspelt(words, at)):
                found.append(_Mention(name.name, name.authorities, self._is_home(words, at)))
                size = 1
            at += size
        return found

    def _longest_at(self, words: list[str], at: int) -> tuple[int, _Name | None]:
        for size in range(min(self._longest, len(words) - at), 0, -1):
            name = self._names.get(_joined(words, at, size))
            if name:
                return size, name
        return 1, None

    def _is_place(self, words: list[str], at: int, size: int, name: _Name, looks: _Looks) -> bool:
        if at + size < len(words) and words[at + size] in self._not_before:
            return False
        before = words[at - 1] if at else ""
        if name.care == _ONLY_HOME:  # somebody "from Poland" lives here
            return before != "from" and self._is_home(words, at)
        followed = at + size < len(words) and words[at + size] in self._county
        if name.care == 0 or followed or len(words) == size or self._is_home(words, at):
            return True
        marked = before in self._cue or _joined(words, at, size) in looks.apart
        return marked and (name.care == 1 or words[at] in looks.capitals)

    def _is_home(self, words: list[str], at: int) -> bool:
        return any(" ".join(words[max(0, at - n) : at]) in self._home for n in range(1, _LONGEST_HOME))

    def _misspelt(self, words: list[str], at: int) -> _Name | None:
        word = words[at]
        cued = len(words) <= _SHORT_MESSAGE or self._is_home(words, at) or (at and words[at - 1] in self._cue)
        if len(word) < 6 or not cued:
            return None
        for name in self._fuzzy:
            if name[0] == word[0] and abs(len(name) - len(word)) < 2 and _one_apart(word, name):
                return self._names[name]
        return None


def _joined(words: list[str], at: int, size: int) -> str:
    return " ".join(words[at : at + size])


def _names(places: PlacesFile, outside: OutsideFile) -> dict[str, _Name]:
    """All names by key; an area's own win over those outside."""
    ordinary = {_key(name) for name in [*places.ordinary, *outside.ordinary]}
    careful = {_key(name) for name in [*places.careful, *outside.careful]}
    abroad = {_key(name) for name in outside.abroad}
    given: dict[str, _Name] = {}

    def add(written: str, name: str, authorities: tuple[str, ...]) -> None:
        key = _key(written)
        care = _ONLY_HOME if key in abroad else 2 if key in ordinary else int(key in careful)
        given[key] = _Name(name, authorities, care)

    for name in outside.names:
        add(name, name, (OUTSIDE,))
    home: Mapping[str, tuple[str, ...]] = {
        _key(name): (authority,) for authority, names in places.authorities.items() for name in names
    }
    for authority, names in places.authorities.items():
        for name in names:
            add(name, name, (authority,))
    for name, authorities in places.twice.items():
        add(name, name, tuple(authorities))
    for written, name in places.also.items():
        if _key(name) not in home:
            raise ContentError(f"places.yml: also: {written}: no such place: {name}")
        add(written, name, home[_key(name)])
    return given


def _one_apart(word: str, name: str) -> bool:
    """Whether one letter added, lost, changed or swapped with its neighbour makes one of the other."""
    at = next((i for i, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), None)
    if at is None:
        return abs(len(word) - len(name)) <= 1
    if word[at + 1 :] == name[at:] or word[at:] == name[at + 1 :] or word[at + 1 :] == name[at + 1 :]:
        return True
    return word[at : at + 2] == name[at : at + 2][::-1] and word[at + 2 :] == name[at + 2 :]


def _decide(codes: list[Located], mentions: list[_Mention], county: bool) -> PlaceResult:
    """A postcode counts most, then where somebody says they live, then any place in the area, then outside."""
    homes = [m for m in mentions if m.home]
    options = [_Mention(None, code.authorities) for code in codes] or homes[-1:] or mentions
    options = [m for m in options if set(m.authorities) - {OUTSIDE}] or options
    if not options:
        return PlaceResult(said=county)
    common = set(options[0].authorities)
    for mention in options[1:]:
        common = common & set(mention.authorities) or common | set(mention.authorities)
    for mention in mentions:
        if mention not in options:  # a second name can tell which of two is meant, never widen it
            common = common & set(mention.authorities) or common
    if county and len(common) > 1:
        common -= {OUTSIDE}
    candidates = tuple(dict.fromkeys(a for m in options for a in m.authorities if a in common))
    name = next((m.name for m in [*options, *mentions] if set(m.authorities) & common), None)
    if len(candidates) == 1:
        return PlaceResult(candidates[0], candidates, name, True)
    return PlaceResult(AMBIGUOUS, candidates, name if len(options) == 1 else None, True)
