"""How well risk is seen: recall, precision and false alarms by level and category, floor against full.

Reads `data/risk/examples/*.jsonl` (`{"id", "text", "level", "categories", "note"}`). The labels follow
docs/risk-levels.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bot.content import DATA, ROOT
from bot.evaluation.proportion import proportion
from bot.risk import Level, RiskAssessment, assess, load_full

Mode = Literal["floor", "full"]
DEVELOP = DATA / "risk" / "examples"
HELD_OUT = ROOT / "tests" / "evaluation" / "risk"
RAISED = Level.URGENT  # from here on a person is called: what counts as an alarm
CODE_QUESTIONS = "code-question"  # note of hard negatives that are plain questions about the Code


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled message."""

    id: str
    text: str
    level: Level
    categories: tuple[str, ...]
    note: str


def read_examples(paths: Iterable[Path]) -> list[Example]:
    """Examples of these files in order. Raises ValueError naming file and line."""
    examples: list[Example] = []
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            try:
                raw = json.loads(line)
                categories = tuple(raw["categories"])
                level = Level(raw["level"])
                examples.append(Example(raw["id"], raw["text"], level, categories, raw.get("note", "")))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path.name}:{number}: {error!r}") from error
    return examples


def evaluate_risk(*paths: Path) -> dict[str, Any]:
    """Figures for these files (by default the development ones), for the floor and for full mode."""
    examples = read_examples(paths or sorted(DEVELOP.glob("develop_*.jsonl")))
    load_full()
    modes: tuple[Mode, ...] = ("floor", "full")
    return {"messages": len(examples), **{mode: _figures(examples, mode) for mode in modes}}


def _figures(examples: Sequence[Example], mode: Mode) -> dict[str, Any]:
    seen = [(example, assess(example.text, mode)) for example in examples]
    return {
        "emergency_seen_as_urgent_or_higher": _recall(seen, Level.EMERGENCY, Level.URGENT),
        "emergency_seen_as_emergency": _recall(seen, Level.EMERGENCY, Level.EMERGENCY),
        "urgent_or_higher_seen": _recall(seen, Level.URGENT, Level.URGENT),
        "concern_seen": _recall(
            [s for s in seen if s[0].level is Level.CONCERN], Level.CONCERN, Level.CONCERN
        ),
        "precision_of_alarms": _precision(seen),
        "false_alarms_on_none": _false_alarms([s for s in seen if s[0].level is Level.NONE]),
        "false_alarms_on_code_questions": _false_alarms([s for s in seen if s[0].note == CODE_QUESTIONS]),
        "alarms_on_concern": _false_alarms([s for s in seen if s[0].level is Level.CONCERN]),
        "by_category": _by_category(seen),
        "misses": [_miss(e, a) for e, a in seen if e.level >= RAISED and a.level < RAISED],
        "false_alarms": [_miss(e, a) for e, a in seen if e.level is Level.NONE and a.level >= RAISED],
    }


def _recall(seen: Sequence[tuple[Example, RiskAssessment]], at_least: Level, as_: Level) -> dict[str, Any]:
    wanted = [a.level >= as_ for e, a in seen if e.level >= at_least]
    return proportion(sum(wanted), len(wanted))


def _precision(seen: Sequence[tuple[Example, RiskAssessment]]) -> dict[str, Any]:
    alarms = [e.level >= RAISED for e, a in seen if a.level >= RAISED]
    return proportion(sum(alarms), len(alarms))


def _false_alarms(seen: Sequence[tuple[Example, RiskAssessment]]) -> dict[str, Any]:
    return proportion(sum(a.level >= RAISED for _, a in seen), len(seen))


def _by_category(seen: Sequence[tuple[Example, RiskAssessment]]) -> dict[str, Any]:
    """Of the messages at urgent or higher in a category: raised at all, and with that category among its own."""
    names = sorted({category for e, _ in seen for category in e.categories})
    table = {}
    for name in names:
        group = [(e, a) for e, a in seen if name in e.categories and e.level >= RAISED]
        if group:
            raised = sum(a.level >= RAISED for _, a in group)
            named = sum(name in a.categories for _, a in group)
            table[name] = {"raised": proportion(raised, len(group)), "named": proportion(named, len(group))}
    return table


def _miss(example: Example, assessment: RiskAssessment) -> dict[str, str]:
    return {"id": example.id, "wanted": example.level.value, "got": assessment.level.value}
