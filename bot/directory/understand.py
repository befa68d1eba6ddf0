"""What a message asks for: the needs in it, the place, and for whom. All words stand in `data/areas/`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from bot.content import ContentError, ContentSource, Strict
from bot.directory.files import read
from bot.directory.patterns import PatternError, Vocabulary, compile_patterns, normalise
from bot.directory.places import NO_PLACE, PlaceResult
from bot.directory.schema import Caller, Gender

About = Literal["self", "child", "friend", "practitioner"]
_GENERAL = "general"
ADULT, OLDER, CHILD_WRITING_AGE = 18, 60, 13
_NOT_YEARS = (
    r"(?! (?:months?|weeks?|minutes?|mins?|hours?|days?|miles?|stone|percent|st|times|pounds|quid|of|k"
    r"|years? (?:in|into|married|sober|ago))\b)"
)
_OWN_AGE = re.compile(r" (?:im|i am|aged|age) (?:only |just )?(\d{1,3})(?= |$)" + _NOT_YEARS)
_THEIR_AGE = re.compile(
    r" (?:my|a|the|her|his|our) (\d{1,3}) (?:year|yr|yrs|years|yo|y o)\b"
    r"|(?: (?:shes|hes|she is|he is|who is|whos|theyre|is|was) (?:only |just |about )?(\d{1,3})"
    r"(?: (?:years? old|yrs?|yo)|(?= and| now| but| lives?| living| in| from| with| who| has|$)))"
    r"|(?: my \w+ (\d{1,3})(?= (?:is|has|was|who|and|gets|got)\b))"
)


class Need(Strict):
    """A need and the words that name it; `needs.yml` explains each field."""

    id: str
    label: str
    order: int
    any: tuple[str, ...]
    unless: tuple[str, ...] = ()
    only_with: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    for_child: str | None = None
    for_older: str | None = None


class NeedsFile(Strict):
    """`needs.yml`."""

    vocabulary: dict[str, list[str]]
    needs: tuple[Need, ...]


class PeopleFile(Strict):
    """`people.yml`."""

    about: dict[str, list[str]]
    child_writing: list[str]
    gender: dict[Gender, list[str]]
    groups: dict[str, list[str]]
    maybe_man: list[str]
    refuge_address: list[str]
    refuge_help: list[str]


@dataclass(frozen=True)
class Query:
    """What is sought. `age` and `gender` are those of the person who needs help; null where not said.

    `needs` are in order of danger; `named` are services asked for by name; `place_asked` says that the place
    has been asked for in this conversation, so that it is not asked twice;
    `former` is the sentence about a name that is out of use.
    """

    needs: tuple[str, ...] = ()
    place: PlaceResult = NO_PLACE
    about: About = "self"
    caller: Caller = "adult"
    age: int | None = None
    gender: Gender | None = None
    maybe_man: bool = False
    groups: frozenset[str] = frozenset()
    named: tuple[str, ...] = ()
    refuge_address: bool = False
    former: str | None = None
    place_asked: bool = False

    @property
    def need(self) -> str | None:
        """The most dangerous need."""
        return self.needs[0] if self.needs else None

    def after(self, earlier: Query) -> Query:
        """This message read as going on from an `earlier` one: what it leaves unsaid is taken from there.

        "Who can I talk to" is said of the trouble named before, so that it does not push that out.
        """
        says_more = self.named or set(self.needs) - {_GENERAL}
        same = (
            self
            if says_more or not earlier.needs
            else replace(self, needs=earlier.needs, named=earlier.named)
        )
        return replace(
            same,
            place=self.place if self.place.said else earlier.place,
            about=self.about if self.about != "self" else earlier.about,
            caller="child" if "child" in (self.caller, earlier.caller) else "adult",
            age=self.age if self.age is not None else earlier.age,
            gender=self.gender or earlier.gender,
            maybe_man=self.maybe_man or earlier.maybe_man,
            groups=self.groups | earlier.groups,
            place_asked=self.place_asked or earlier.place_asked,
        )


@dataclass(frozen=True)
class _Matcher:
    need: Need
    any: re.Pattern[str]
    unless: re.Pattern[str]


class Understanding:
    """Finds needs and people in a message. Raises ContentError on patterns that cannot be read."""

    def __init__(self, source: ContentSource) -> None:
        needs = read(source, "areas/needs.yml", NeedsFile)
        people = read(source, "areas/people.yml", PeopleFile)
        self._vocabulary: Vocabulary = needs.vocabulary
        self.needs = {need.id: need for need in needs.needs}
        self._matchers = [
            _Matcher(n, self._compile(n.id, n.any), self._compile(n.id, n.unless)) for n in needs.needs
        ]
        self._about = {who: self._compile(who, p) for who, p in people.about.items()}
        self._child = self._compile("child_writing", people.child_writing)
        self._gender = {gender: self._compile(gender, p) for gender, p in people.gender.items()}
        self._groups = {group: self._compile(group, p) for group, p in people.groups.items()}
        self._maybe_man = self._compile("maybe_man", people.maybe_man)
        self._refuge_address = self._compile("refuge_address", people.refuge_address)
        self._refuge_help = self._compile("refuge_help", people.refuge_help)
        self._check_links()

    def _compile(self, where: str, patterns: tuple[str, ...] | list[str]) -> re.Pattern[str]:
        try:
            return compile_patterns(patterns, self._vocabulary)
        except PatternError as error:
            raise ContentError(f"areas: {where}: {error}") from error

    def _check_links(self) -> None:
        for need in self.needs.values():
            linked = {*need.hides, *need.only_with, need.for_child, need.for_older} - {None}
            for unknown in linked - self.needs.keys():
                raise ContentError(f"areas/needs.yml: {need.id}: no such need: {unknown}")

    def query(self, message: str, place: PlaceResult, child_writing: bool = False) -> Query:
        """Everything but services asked for by name. Never raises on text."""
        text = normalise(message)
        about = self._who(text)
        own = _first_number(_OWN_AGE, text)
        caller: Caller = "child" if child_writing or self._child.search(text) or _under(own) else "adult"
        age = self._age(text, about, own, caller)
        found = self._found(text)
        groups = frozenset(g for g, pattern in self._groups.items() if pattern.search(text))
        groups -= {"older"} if age is not None and age < OLDER else set()
        groups |= {"older"} if age is not None and age >= OLDER else set()
        child = _under(age) or (about == "child" and (age is None or age < ADULT))
        return Query(
            needs=self._ordered(self._widened(found, child, "older" in groups)),
            place=place,
            about=about,
            caller=caller,
            age=age,
            gender=self._gender_of(text),
            maybe_man=bool(self._maybe_man.search(text)) and about == "self",
            groups=groups,
            refuge_address=bool(self._refuge_address.search(text)) and not self._refuge_help.search(text),
        )

    def widened(self, query: Query) -> Query:
        """The query with the needs that come too once an age is known, which may be said turns after the need."""
        child = _under(query.age) or (query.about == "child" and (query.age is None or query.age < ADULT))
        needs = self._widened(set(query.needs), child, "older" in query.groups)
        return replace(query, needs=self._ordered(needs))

    def _found(self, text: str) -> set[str]:
        hits = {m.need.id for m in self._matchers if m.any.search(text) and not m.unless.search(text)}
        hits = {h for h in hits if not self.needs[h].only_with or hits & set(self.needs[h].only_with)}
        hidden = {h for hit in sorted(hits) for h in self.needs[hit].hides}
        return hits - hidden or hits

    def _widened(self, found: set[str], child: bool, older: bool) -> set[str]:
        extra = set()
        for need in found:
            extra.add(self.needs[need].for_child if child else self.needs[need].for_older if older else None)
        return found | {need for need in extra if need}

    def _ordered(self, found: set[str]) -> tuple[str, ...]:
        return tuple(sorted(found, key=lambda need: (self.needs[need].order, need)))

    def _who(self, text: str) -> About:
        if self._about["practitioner"].search(text):
            return "practitioner"
        if self._about["child"].search(text) and not self._about["not_friend"].search(text):
            return "child"
        if self._about["friend"].search(text) and not self._about["not_friend"].search(text):
            return "friend"
        return "self"

    def _age(self, text: str, about: About, own: int | None, caller: Caller) -> int | None:
        theirs = _first_number(_THEIR_AGE, text) if about != "self" else None
        if theirs is not None:
            return theirs
        if about == "self" and own is not None:
            return own
        return CHILD_WRITING_AGE if caller == "child" and about == "self" else None

    def _gender_of(self, text: str) -> Gender | None:
        said: list[Gender] = [gender for gender, pattern in self._gender.items() if pattern.search(text)]
        return "nonbinary" if "nonbinary" in said else said[0] if len(said) == 1 else None


def _under(age: int | None) -> bool:
    return age is not None and age < ADULT


def _first_number(pattern: re.Pattern[str], text: str) -> int | None:
    match = pattern.search(text)
    if not match:
        return None
    number = int(next(group for group in match.groups() if group))
    return number if 3 < number < 111 else None
