"""From evidence and signals to one assessment: the one place where a level is decided.

Evidence comes from rules today; a learned signal is one more `Evidence` with its own rule name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.risk.model import Evidence, Level, RiskAssessment
from bot.risk.rules import Raise

SHOWN = 20  # pieces of evidence that are kept, most serious first


def decide(
    evidence: Sequence[Evidence],
    signals: frozenset[str],
    raises: Sequence[Raise],
    order: dict[str, int],
) -> RiskAssessment:
    """The assessment that follows. `order`: categories by seriousness; `raises`: data/risk/decision.yml."""
    raised = [_raise(item, signals, raises) for item in evidence if item.level is not Level.NONE]
    raised.sort(key=lambda item: (-item.level.rank, order.get(item.category, len(order)), -len(item.words)))
    seen = tuple({(item.rule, item.level): item for item in reversed(raised)}.values())[::-1]
    categories = tuple(dict.fromkeys(item.category for item in seen))
    return RiskAssessment(
        level=seen[0].level if seen else Level.NONE,
        categories=categories,
        evidence=seen[:SHOWN],
        wants_person="wants_person" in signals,
        child_writing="child_writing" in signals,
    )


def _raise(item: Evidence, signals: frozenset[str], raises: Sequence[Raise]) -> Evidence:
    for step in raises:
        if step.signal in signals and item.category in step.categories and step.at <= item.level < step.to:
            item = replace(item, level=step.to)
    return item
