"""From evidence, signals and the learned part to one assessment: the one place where a level is decided.

`data/risk/decision.yml` holds the policy: what raises a level, what the learned part's chances say, and the table that
joins the two. Code only looks it up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, Protocol

from bot.risk.model import Evidence, Level, RiskAssessment
from bot.risk.rules import DecisionFile, Raise, Says

SHOWN = 20  # pieces of evidence that are kept, most serious first
LEARNED = "learned"  # begins the rule name of learned evidence: "learned.urgent"
CHILD = "child-writing"  # the category that tells of the writer rather than of a danger
Saying = Literal["contradicts", "none", "concern", "urgent", "emergency"]


class Chances(Protocol):
    """What the learned part gives: `bot.risk.learned.Judgement`."""

    def at_least(self, level: Level) -> float: ...

    def named(self, *, without: str | None = None) -> list[str]: ...

    @property
    def categories(self) -> Mapping[str, float]: ...

    @property
    def words(self) -> int: ...


class Policy:
    """The policy of one version of the content. `order`: categories by seriousness."""

    def __init__(self, decision: DecisionFile, order: dict[str, int]) -> None:
        self._decision = decision
        self._order = order

    def decide(
        self,
        evidence: Sequence[Evidence],
        signals: frozenset[str],
        chances: Chances | None = None,
        *,
        together: bool = False,
    ) -> RiskAssessment:
        """The assessment that follows. `chances`: None where no learned part spoke; the rules then stand.

        `together`: the evidence and chances are of several messages read as one.
        """
        if chances is not None and self._says_nothing(chances):
            chances = None
        if chances is not None and chances.categories.get(CHILD, 0.0) >= self._decision.learned.child:
            signals |= {"child_writing"}
        found = self._raised(evidence, signals)
        if chances is not None:
            by_rules = max((item.level for item in found), default=Level.NONE, key=lambda level: level.rank)
            saying = self._saying(chances, together)
            level: Level = getattr(self._decision.table[by_rules], saying)
            if level < by_rules:
                found = [replace(item, level=min(item.level, level, key=lambda x: x.rank)) for item in found]
            if saying in ("concern", "urgent", "emergency"):
                named = chances.named(without=None if "child_writing" in signals else CHILD)
                said = [Evidence(f"{LEARNED}.{saying}", c, Level(saying), "") for c in named]
                found += self._raised(said, signals)
        return self._assessment(found, signals)

    def _says_nothing(self, chances: Chances) -> bool:
        """Whether the message is too short for the learned part: the rules then stand, neither raised nor lowered."""
        short = self._decision.learned.short
        kinds = (chance for category, chance in chances.categories.items() if category != CHILD)
        return chances.words <= short.words and max(kinds, default=0.0) < short.category

    def _saying(self, chances: Chances, together: bool) -> Saying:
        learned = self._decision.learned
        says: Says = learned.together if together else learned.says
        if chances.at_least(Level.EMERGENCY) >= says.emergency:
            return "emergency"
        if chances.at_least(Level.URGENT) >= says.urgent:
            return "urgent"
        if chances.at_least(Level.CONCERN) >= says.concern:
            return "concern"
        return "contradicts" if chances.at_least(Level.URGENT) < learned.contradicts else "none"

    def _raised(self, evidence: Sequence[Evidence], signals: frozenset[str]) -> list[Evidence]:
        return [_raise(e, signals, self._decision.raises) for e in evidence if e.level is not Level.NONE]

    def _assessment(self, found: Sequence[Evidence], signals: frozenset[str]) -> RiskAssessment:
        last = len(self._order)
        ranked = sorted(
            (item for item in found if item.level is not Level.NONE),
            key=lambda item: (-item.level.rank, self._order.get(item.category, last), -len(item.words)),
        )
        seen = tuple({(e.rule, e.category, e.level): e for e in reversed(ranked)}.values())[::-1]
        return RiskAssessment(
            level=seen[0].level if seen else Level.NONE,
            categories=tuple(dict.fromkeys(item.category for item in seen)),
            evidence=seen[:SHOWN],
            wants_person="wants_person" in signals,
            child_writing="child_writing" in signals,
        )


def _raise(item: Evidence, signals: frozenset[str], raises: Sequence[Raise]) -> Evidence:
    for step in raises:
        if step.signal in signals and item.category in step.categories and step.at <= item.level < step.to:
            item = replace(item, level=step.to)
    return item
