"""Guards: what stands around a hit can make it mean less. The kinds, and what each does:

mask          the words themselves mean something else ("killing time", "he has no knife"): hits that overlap
              are lowered to the guard's `to`. The only kind that the floor uses, and only where `floor: true`.
past          long ago, or over: lowers what was done (`when: past`) in the same clause, unless recent.
childhood     the writer's own, long ago: lowers all but emergencies in the same clause.
information   a question about rules and limits in the same sentence or one beside it: lowers what was done, unless
              recent.
process       police, court or prison already have it, in the same clause: lowers what was done, unless recent.
conditional   "if he", "what happens if someone" right before the hit.
practitioner  a professional's question in the same clause.
fiction       a film, a song, a book: the same clause.

First-person harm is never lowered below concern. Rules of emergency level
give way only to masks, conditions and fiction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.risk.floor import Hit
from bot.risk.language import BREAK
from bot.risk.model import Level
from bot.risk.normalise import Token
from bot.risk.rules import Guard, Rule

_TURNS = frozenset({"but", "however", "although", "though", "except", "now", "anyway", "cos", "because"})
_FIRST_PERSON = frozenset({"i", "me", "my", "mine", "myself", "us", "our", "we"})
_NEAR = 4  # tokens between a condition and what depends on it


@dataclass(frozen=True, slots=True)
class Finding:
    """A hit of a rule with the level that is left after the guards."""

    hit: Hit
    rule: Rule
    category: str
    level: Level


@dataclass(frozen=True, slots=True)
class _Place:
    guard: Guard
    hit: Hit


class Context:
    """The clauses of one message and the guards found in it."""

    def __init__(
        self, tokens: list[Token], hits: Iterable[Hit], guards: dict[str, Guard], recent: list[Hit]
    ) -> None:
        self.tokens = tokens
        self.places = [_Place(guards[hit.id], hit) for hit in hits if hit.id in guards]
        self.recent = recent
        self.sentence = _numbered(tokens, frozenset({BREAK}))
        self.clause = _numbered(tokens, _TURNS | {BREAK})

    def apply(self, finding: Finding, floor: bool) -> Finding:
        """The finding with the lowest level that a guard leaves it."""
        places = [p for p in self.places if p.guard.kind == "mask" and (p.guard.floor or not floor)]
        if not floor:
            places += [p for p in self.places if p.guard.kind != "mask"]
        levels = [self._left(finding, place) for place in places if self._holds(finding, place)]
        return replace(finding, level=min([finding.level, *levels], key=lambda level: level.rank))

    def _left(self, finding: Finding, place: _Place) -> Level:
        if place.guard.kind == "mask":
            return place.guard.to
        return Level.CONCERN if self._first_person(finding.hit) else place.guard.to

    def _holds(self, finding: Finding, place: _Place) -> bool:
        guard, hit, there = place.guard, finding.hit, place.hit
        if guard.categories and finding.category not in guard.categories:
            return False
        if guard.kind == "mask":
            return hit.start < there.end and there.start < hit.end
        if guard.kind == "conditional":
            return 0 <= hit.start - there.end <= _NEAR - 1 and self._same(self.clause, hit, there)
        if guard.kind == "fiction":
            return self._same(self.clause, hit, there)
        if finding.rule.level is Level.EMERGENCY:
            return False
        if guard.kind == "practitioner":
            return self._same(self.sentence, hit, there)
        if guard.kind == "childhood":
            return self._same(self.clause, hit, there)
        return finding.rule.when == "past" and self._lowers_the_past(guard, hit, there)

    def _lowers_the_past(self, guard: Guard, hit: Hit, there: Hit) -> bool:
        if any(self._same(self.sentence, hit, recent) for recent in self.recent):
            return False
        if guard.kind == "information":
            return abs(self._sentence_of(hit) - self._sentence_of(there)) <= 1
        return self._same(self.clause, hit, there)

    def _sentence_of(self, hit: Hit) -> int:
        return max(self.sentence[hit.start : hit.end], default=-1)

    def _same(self, numbers: list[int], a: Hit, b: Hit) -> bool:
        return bool(
            {n for n in numbers[a.start : a.end] if n >= 0} & {n for n in numbers[b.start : b.end] if n >= 0}
        )

    def _first_person(self, hit: Hit) -> bool:
        number = self._sentence_of(hit)
        return any(
            token.norm in _FIRST_PERSON
            for token, where in zip(self.tokens, self.sentence, strict=True)
            if where == number
        )


def _numbered(tokens: list[Token], bounds: frozenset[str]) -> list[int]:
    """For each token the number of its part of the message; bounds themselves are -1, but words keep a number."""
    numbers: list[int] = []
    current = 0
    for token in tokens:
        if token.norm in bounds:
            current += 1
        numbers.append(-1 if token.norm == BREAK else current)
    return numbers
