"""The pattern language: how the rules in `data/risk/` are written, and its syntax tree.

    knife            a word
    (a|b c|d)        one of these
    @weapon          one of the set `weapon` of words.yml
    x?               x or nothing, where x is a word, a group or a set
    *3               up to 3 words, whichever
    ^  $             start, end of a sentence

Words stand as `normalise` writes them: lower case, no apostrophes, short forms written out
("he is", "do not", "going to"). No gap and no word crosses the end of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

BREAK = "."  # the token that stands for the end of a sentence
MAX_BRANCHES = 600

_LEXER = re.compile(r"\s*(@[\w-]+|\*\d+|[()|?^$]|\w+)")


class PatternError(ValueError):
    """A pattern that cannot be read: says which and why."""


@dataclass(frozen=True, slots=True)
class Words:
    """One token out of `options`."""

    options: frozenset[str]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to `most` tokens, whichever, within the sentence."""

    most: int


Branch = tuple[Words | Gap, ...]
Sets = Mapping[str, tuple[Branch, ...]]
Short = Mapping[str, str]  # short forms, written out in patterns as they are in messages


def parse(text: str, sets: Sets, short: Short) -> tuple[Branch, ...]:
    """All ways to say `text`, as sequences of tokens. Raises PatternError."""
    lexemes = _LEXER.findall(text)
    if "".join(lexemes) != re.sub(r"\s+", "", text):
        raise PatternError(f"cannot read pattern: {text!r}")
    parser = _Parser(lexemes, sets, short, text)
    branches = parser.alternatives()
    if parser.rest:
        raise PatternError(f"unbalanced brackets: {text!r}")
    for branch in branches:
        if not any(isinstance(item, Words) and not item.optional for item in branch):
            raise PatternError(f"pattern could match nothing: {text!r}")
    return branches


class _Parser:
    def __init__(self, lexemes: list[str], sets: Sets, short: Short, text: str) -> None:
        self.rest = lexemes
        self.sets = sets
        self.short = short
        self.text = text

    def alternatives(self) -> tuple[Branch, ...]:
        found = list(self._sequence())
        while self.rest and self.rest[0] == "|":
            self.rest.pop(0)
            found.extend(self._sequence())
        return _compact(found)

    def _sequence(self) -> tuple[Branch, ...]:
        parts: list[tuple[Branch, ...]] = []
        while self.rest and self.rest[0] not in "|)":
            parts.append(self._item())
        ways = prod(map(len, parts)) if parts else 0
        if not 0 < ways <= MAX_BRANCHES:
            raise PatternError(f"{ways} ways to say it (0 or over {MAX_BRANCHES}): {self.text!r}")
        return _compact(sum(combined, ()) for combined in product(*parts))

    def _item(self) -> tuple[Branch, ...]:
        branches = self._atom()
        if self.rest and self.rest[0] == "?":
            self.rest.pop(0)
            return _optional(branches)
        return branches

    def _atom(self) -> tuple[Branch, ...]:
        lexeme = self.rest.pop(0)
        if lexeme == "(":
            inside = self.alternatives()
            if not self.rest or self.rest.pop(0) != ")":
                raise PatternError(f"unbalanced brackets: {self.text!r}")
            return inside
        if lexeme.startswith("@"):
            if lexeme[1:] not in self.sets:
                raise PatternError(f"no set {lexeme} (sets stand above their use): {self.text!r}")
            return self.sets[lexeme[1:]]
        if lexeme.startswith("*"):
            return ((Gap(int(lexeme[1:])),),)
        if lexeme in "^$":
            return ((Words(frozenset({BREAK})),),)
        if lexeme == "?":
            raise PatternError(f"nothing before '?': {self.text!r}")
        words = self.short.get(lexeme, lexeme).split()
        return (tuple(Words(frozenset({word})) for word in words),)


def _optional(branches: tuple[Branch, ...]) -> tuple[Branch, ...]:
    if len(branches) == 1 and len(branches[0]) == 1 and isinstance(branches[0][0], Words):
        return ((Words(branches[0][0].options, optional=True),),)
    return (*branches, ())


def _compact(branches: Iterable[Branch]) -> tuple[Branch, ...]:
    """Join branches that differ in one item only: the same matches from far fewer branches."""
    found = tuple(dict.fromkeys(branches))
    longest = max(map(len, found), default=0)
    for _ in range(3):
        before = len(found)
        for at in range(longest):
            found = _join_at(found, at)
        if len(found) == before:
            break
    return found


def _join_at(branches: tuple[Branch, ...], at: int) -> tuple[Branch, ...]:
    joined: dict[object, Branch] = {}
    for branch in branches:
        item = branch[at] if at < len(branch) else None
        if not isinstance(item, Words):
            joined[branch] = branch
            continue
        key = (branch[:at], item.optional, branch[at + 1 :])
        if key in joined:
            other = joined[key][at]
            assert isinstance(other, Words)  # noqa: S101 - by the key
            item = Words(item.options | other.options, item.optional)
        joined[key] = (*branch[:at], item, *branch[at + 1 :])
    return tuple(joined.values())


def read_sets(written: Mapping[str, list[str]], short: Short) -> Sets:
    """Parse named word sets; a set may use the sets above it."""
    sets: dict[str, tuple[Branch, ...]] = {}
    for name, lines in written.items():
        sets[name] = _compact(branch for line in lines for branch in parse(line, sets, short))
    return sets


def words_of(branches: tuple[Branch, ...]) -> Iterator[str]:
    """Every word that these branches can match."""
    for branch in branches:
        for item in branch:
            if isinstance(item, Words):
                yield from item.options
