"""The floor: rules as plain regular expressions over the token stream. Standard library only, ready at once.

Every gap is bounded and no repetition is nested, so the time is linear in the text. An expression is compiled
when a word that it needs is first seen; a message without such a word never touches it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from bot.risk.language import BREAK, Branch, Gap
from bot.risk.normalise import Token
from bot.risk.rules import Compiled


@dataclass(frozen=True, slots=True)
class Hit:
    """Rule `id` matched tokens[start:end]."""

    id: str
    start: int
    end: int


class Index:
    """Which branches of which rules could match a message at all: those of which an anchor word is in it."""

    def __init__(self, compiled: Iterable[Compiled]) -> None:
        self.rules = {rule.id: rule for rule in compiled}
        self._by_word: dict[str, list[tuple[str, int]]] = {}
        for rule in self.rules.values():
            for number, anchors in enumerate(rule.anchors):
                for word in anchors:
                    self._by_word.setdefault(word, []).append((rule.id, number))

    def candidates(self, tokens: list[Token]) -> list[tuple[str, int]]:
        """Rule ids and numbers of their branches that are worth trying, in a stable order."""
        words = {token.norm for token in tokens}
        return sorted({place for word in words for place in self._by_word.get(word, ())})


class Floor:
    """Finds rules by regular expressions."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._expressions: dict[tuple[str, int], re.Pattern[str]] = {}

    def find(self, tokens: list[Token]) -> list[Hit]:
        """Every match of every rule."""
        text = " ".join(token.norm for token in tokens) + " "
        starts = list(accumulate((len(token.norm) + 1 for token in tokens), initial=0))
        return [
            Hit(place[0], bisect_right(starts, found.start()) - 1, bisect_right(starts, found.end() - 1))
            for place in self.index.candidates(tokens)
            for found in self._expression(place).finditer(text)
        ]

    def _expression(self, place: tuple[str, int]) -> re.Pattern[str]:
        if place not in self._expressions:
            rule, number = place
            self._expressions[place] = re.compile(regex(self.index.rules[rule].branches[number]))
        return self._expressions[place]


def regex(branch: Branch) -> str:
    """The regular expression for a branch, over words that each end in one space."""
    return r"(?<!\S)" + "".join(_parts(branch))


def _parts(branch: Branch) -> Iterator[str]:
    for item in branch:
        if isinstance(item, Gap):
            yield rf"(?:[^ {re.escape(BREAK)}]+ ){{0,{item.most}}}?"
        else:
            options = "|".join(sorted(map(re.escape, item.options), key=len, reverse=True))
            yield f"(?:(?:{options}) )" + ("?" if item.optional else "")
