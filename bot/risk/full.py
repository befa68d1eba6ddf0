"""The full matcher: the same rules in spaCy's Matcher over a blank English vocabulary.

Importing this module imports spaCy. A branch is cut at its gaps: the Matcher finds the pieces, and they are joined
here, within a sentence and with at most so many words between them. (Gaps as optional tokens of the Matcher would
take a time that grows exponentially with their length.) Words that no pattern knows are shown to spaCy as one
placeholder, so that nothing a visitor writes stays in its string store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import spacy
from spacy.matcher import Matcher
from spacy.tokens import Doc

from bot.risk.floor import Hit, Index
from bot.risk.language import BREAK, Branch, Gap, Words
from bot.risk.normalise import Token

UNKNOWN = "unknownword"
Piece = tuple[Words, ...]
Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Step:
    """A piece by its number, and how many words may stand between the piece before and it."""

    most: int
    piece: int


class Full:
    """Finds rules with spaCy: the longest match from every starting token."""

    def __init__(self, index: Index, vocabulary: frozenset[str]) -> None:
        self.index = index
        self.vocabulary = vocabulary | {BREAK}
        self.vocab = spacy.blank("en").vocab
        numbers: dict[Piece, int] = {}
        self._steps: dict[tuple[str, int], list[_Step]] = {}
        for rule in index.rules.values():
            for number, branch in enumerate(rule.branches):
                steps = [_Step(most, numbers.setdefault(piece, len(numbers))) for most, piece in _cut(branch)]
                self._steps[rule.id, number] = steps
        self.pieces = list(numbers)
        self._matchers = [self._matcher(piece) if len(piece) > 1 else None for piece in self.pieces]

    def _matcher(self, piece: Piece) -> Matcher:
        matcher = Matcher(self.vocab, validate=False)
        matcher.add("piece", [list(map(_token, piece))])
        return matcher

    def find(self, tokens: list[Token]) -> list[Hit]:
        """Matches of every branch that could match."""
        message = _Message(self, tokens)
        return [
            Hit(place[0], start, end)
            for place in self.index.candidates(tokens)
            for start, end in message.join(self._steps[place])
        ]

    def spans(self, piece: int, doc: Doc, anchors: Sequence[int]) -> Spans:
        """Where a piece stands, looked for around its rarest word only."""
        matcher, length = self._matchers[piece], len(self.pieces[piece])
        if matcher is None:
            return [(at, at + 1) for at in anchors]
        found: set[tuple[int, int]] = set()
        for anchor in anchors:
            first = max(0, anchor - length + 1)
            found |= {(first + start, first + end) for _, start, end in matcher(doc[first : anchor + length])}
        return sorted(found)


class _Message:
    """The pieces found in one message, each looked for once."""

    def __init__(self, full: Full, tokens: list[Token]) -> None:
        self.full = full
        self.doc = Doc(full.vocab, words=[t.norm if t.norm in full.vocabulary else UNKNOWN for t in tokens])
        self.found: dict[int, dict[int, list[int]]] = {}
        self.positions: dict[str, list[int]] = {}
        self.next_break = [0] * len(tokens)
        ahead = len(tokens)
        for at in range(len(tokens) - 1, -1, -1):
            norm = tokens[at].norm
            self.positions.setdefault(norm, []).append(at)
            ahead = at if norm == BREAK else ahead
            self.next_break[at] = ahead

    def join(self, steps: Sequence[_Step]) -> list[tuple[int, int]]:
        """Start and furthest end of each way through all steps."""
        if not all(self._ends(step.piece) for step in steps):
            return []
        first = self._ends(steps[0].piece)
        return [(start, max(ends)) for start in first if (ends := self._follow(first[start], steps[1:]))]

    def _follow(self, ends: Sequence[int], steps: Sequence[_Step]) -> set[int]:
        reached = set(ends)
        for step in steps:
            pieces = self._ends(step.piece)
            reached = {
                after
                for end in reached
                for start in range(end, self._limit(end, step.most))
                for after in pieces.get(start, ())
            }
        return reached

    def _limit(self, end: int, most: int) -> int:
        """One past the last token at which the next piece may begin: a gap holds no end of sentence."""
        if end >= len(self.next_break):
            return end
        return min(end + most, self.next_break[end]) + 1

    def _ends(self, piece: int) -> dict[int, list[int]]:
        """For each token at which the piece begins, where it ends."""
        if piece not in self.found:
            ends: dict[int, list[int]] = {}
            for start, end in self._spans(piece):
                ends.setdefault(start, []).append(end)
            self.found[piece] = ends
        return self.found[piece]

    def _spans(self, piece: int) -> Spans:
        required = [self._at(words) for words in self.full.pieces[piece] if not words.optional]
        rarest = min(required, key=len)
        return self.full.spans(piece, self.doc, rarest) if rarest else []

    def _at(self, words: Words) -> list[int]:
        if len(words.options) > len(self.positions):
            return [at for word, places in self.positions.items() if word in words.options for at in places]
        return [at for word in words.options for at in self.positions.get(word, ())]


def _cut(branch: Branch) -> list[tuple[int, Piece]]:
    """The pieces of a branch between its gaps, each with the words that may stand before it."""
    cut: list[tuple[int, Piece]] = []
    piece: list[Words] = []
    gap = 0
    for item in (*branch, Gap(0)):
        if isinstance(item, Words):
            piece.append(item)
        elif all(words.optional for words in piece):  # says no more than a gap does: becomes part of one
            gap += item.most + len(piece)
            piece = []
        else:
            cut.append((gap if cut else 0, tuple(piece)))
            piece, gap = [], item.most
    return cut


def _token(words: Words) -> dict[str, Any]:
    options = sorted(words.options)
    one: dict[str, Any] = {"ORTH": options[0]} if len(options) == 1 else {"ORTH": {"IN": options}}
    return {**one, "OP": "?"} if words.optional else one
