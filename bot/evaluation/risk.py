"""How well risk is seen: recall, precision and false alarms by level, category and slice, and calibration.

On the held-out messages (`tests/evaluation/risk/`), which nothing is trained or tuned on; misses by id only, so that
nobody reads them to write patterns for them. Labels follow docs/risk-levels.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bot.evaluation.proportion import proportion
from bot.risk import Level, RiskAssessment, assess, load_full
from bot.risk.detector import Mode, detector
from bot.risk.examples import CODE_QUESTIONS, Example, held_out_examples
from bot.risk.model import ENGLISH
from bot.risk.normalise import clean
from bot.tuning.calibration import calibration
from bot.tuning.noise import KINDS

RAISED = Level.URGENT  # from here on a person is called: what counts as an alarm
SEED = 20261125  # of the spelling noise
Judged = Sequence[tuple[Example, Level]]


def evaluate_risk(examples: Sequence[Example] | None = None) -> dict[str, Any]:
    """Figures for these messages, by default the held-out ones: full mode in detail, the floor in short."""
    examples = held_out_examples() if examples is None else examples
    load_full()
    full = [(e, assess(e.text, "full")) for e in examples]
    judged = [(e, found.level) for e, found in full]
    return {
        "messages": len(examples),
        "full": {
            **figures(judged),
            "by_category": by_category(full),
            "by_slice": by_slice(judged),
            "by_writer": by_writer(judged),
            "confusion": confusion(judged),
            "calibration": chances_of_alarm(examples),
            "misses": [_miss(e, level) for e, level in judged if e.level >= RAISED and level < RAISED],
            "raised_wrongly": [
                _miss(e, level) for e, level in judged if e.level is Level.NONE and level >= RAISED
            ],
        },
        "floor": figures([(e, assess(e.text, "floor").level) for e in examples]),
        "misspelt": misspelt(examples, judged),
    }


def figures(judged: Judged) -> dict[str, Any]:
    """The shares that the targets are set for, each with its exact interval."""

    def raised(kept: Callable[[Example], bool]) -> dict[str, Any]:
        chosen = [level >= RAISED for e, level in judged if kept(e)]
        return proportion(sum(chosen), len(chosen))

    emergencies = [level for e, level in judged if e.level is Level.EMERGENCY]
    concerns = [level for e, level in judged if e.level is Level.CONCERN]
    alarms = [e for e, level in judged if level >= RAISED]
    return {
        "emergency_seen_as_urgent_or_higher": raised(lambda e: e.level is Level.EMERGENCY),
        "emergency_seen_as_emergency": proportion(
            sum(x is Level.EMERGENCY for x in emergencies), len(emergencies)
        ),
        "urgent_or_higher_seen": raised(lambda e: e.level >= RAISED),
        "concern_seen": proportion(sum(x >= Level.CONCERN for x in concerns), len(concerns)),
        "false_alarms_on_hard_negatives": raised(
            lambda e: e.level is Level.NONE and e.note != CODE_QUESTIONS
        ),
        "false_alarms_on_code_questions": raised(
            lambda e: e.level is Level.NONE and e.note == CODE_QUESTIONS
        ),
        "false_alarms_on_none": raised(lambda e: e.level is Level.NONE),
        "alarms_on_concern": raised(lambda e: e.level is Level.CONCERN),
        "precision_of_alarms": proportion(sum(e.level >= RAISED for e in alarms), len(alarms)),
    }


def by_category(found: Iterable[tuple[Example, RiskAssessment]]) -> dict[str, Any]:
    """Of the messages at urgent or higher in a category: raised at all, and with that category among its own."""
    table: dict[str, Any] = {}
    alarms = [(e, a) for e, a in found if e.level >= RAISED]
    for name in sorted({category for e, _ in alarms for category in e.categories}):
        group = [(e, a) for e, a in alarms if name in e.categories]
        seen = sum(a.level >= RAISED for _, a in group)
        named = sum(name in a.categories for _, a in group)
        table[name] = {"seen": proportion(seen, len(group)), "named": proportion(named, len(group))}
    return table


def by_slice(judged: Judged) -> dict[str, Any]:
    """For each way of writing: alarms seen, and calm messages raised."""
    return _grouped(judged, lambda e: e.note)


def by_writer(judged: Judged) -> dict[str, Any]:
    """The same for each writer."""
    return _grouped(judged, lambda e: e.writer)


def _grouped(judged: Judged, key: Callable[[Example], str]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for name in sorted({key(e) for e, _ in judged}):
        group = [(e, level) for e, level in judged if key(e) == name]
        alarms = [level >= RAISED for e, level in group if e.level >= RAISED]
        calm = [level >= RAISED for e, level in group if e.level is Level.NONE]
        table[name] = {
            "seen": proportion(sum(alarms), len(alarms)),
            "raised": proportion(sum(calm), len(calm)),
        }
    return table


def confusion(judged: Judged) -> dict[str, dict[str, int]]:
    """How many messages of each level were given each level."""
    return {
        wanted.value: {
            got.value: sum(e.level is wanted and level is got for e, level in judged) for got in Level
        }
        for wanted in Level
    }


def chances_of_alarm(examples: Sequence[Example]) -> list[dict[str, Any]]:
    """Whether the learned part's chances of urgent or higher are right, on English messages."""
    chances, true = [], []
    for example in examples:
        if assess(example.text, "rules").language == ENGLISH:
            chances.append(learned_chance(example.text))
            true.append(example.level >= RAISED)
    return calibration(chances, true)


def learned_chance(text: str) -> float:
    """The learned part's chance of urgent or higher; full mode must be loaded."""
    current = detector()
    if current.full is None:
        raise RuntimeError("risk: full mode is not loaded")
    return current.full.learned.judge(clean(text, current.book.emoji)).at_least(RAISED)


def misspelt(examples: Sequence[Example], judged: Judged, mode: Mode = "full") -> dict[str, Any]:
    """Alarms seen and calm messages raised after each kind of spelling noise, and the points lost."""
    plain = figures(judged)
    table: dict[str, Any] = {}
    for name, noise in KINDS.items():
        random = np.random.default_rng(SEED)
        noisy = [replace(e, text=noise(e.text, random)) for e in examples]
        found = figures([(e, assess(e.text, mode).level) for e in noisy])
        lost = plain["urgent_or_higher_seen"]["share"] - found["urgent_or_higher_seen"]["share"]
        kept = ("emergency_seen_as_urgent_or_higher", "urgent_or_higher_seen", "false_alarms_on_none")
        table[name] = {**{key: found[key] for key in kept}, "points_lost": round(100 * lost, 1)}
    return table


def _miss(example: Example, got: Level) -> dict[str, str]:
    return {"id": example.id, "wanted": example.level.value, "got": got.value}
