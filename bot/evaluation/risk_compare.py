"""Simpler ways to see risk, trained on the same messages and judged on the same held-out ones.

For each: what it sees at its own thresholds, and what it would see if it were allowed false alarms on 3 of 100 calm
messages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline

from bot.encoder import Encoder
from bot.evaluation.proportion import proportion
from bot.evaluation.risk import RAISED, learned_chance
from bot.risk import Level, assess, load_full
from bot.risk.examples import Example, held_out_examples, training_examples

Array = npt.NDArray[Any]
ALLOWED = 0.03
ORDER = list(Level)


def compare() -> dict[str, dict[str, Any]]:
    """The table: way -> figures."""
    load_full()
    training, held_out = training_examples(), held_out_examples()
    encoder = Encoder.load()
    vectors = encoder.encode([e.text for e in training]), encoder.encode([e.text for e in held_out])
    ways: dict[str, Callable[[], tuple[Array, Array]]] = {
        "words and logistic regression": lambda: words(training, held_out),
        "rules alone": lambda: rules(held_out),
        "untuned encoder and logistic regression": lambda: untuned(training, *vectors),
        "nearest example, untuned encoder": lambda: nearest(training, *vectors),
        "learned part alone": lambda: learned(held_out),
        "rules and learned part (what runs)": lambda: together(held_out),
    }
    return {name: table_row(held_out, *way()) for name, way in ways.items()}


def words(training: Sequence[Example], held_out: Sequence[Example]) -> tuple[Array, Array]:
    """Levels and chances of an alarm from single words and pairs of them."""
    model = make_pipeline(
        CountVectorizer(ngram_range=(1, 2), min_df=2, binary=True), LogisticRegression(C=1.0, max_iter=2000)
    )
    model.fit([e.text for e in training], [ORDER.index(e.level) for e in training])
    return of_chances(model.predict_proba([e.text for e in held_out]))


def rules(held_out: Sequence[Example]) -> tuple[Array, Array]:
    """Levels from rules; their rank stands in for a chance."""
    ranks = np.array([assess(e.text, "rules").level.rank for e in held_out])
    return ranks, ranks / 3


def untuned(training: Sequence[Example], known: Array, asked: Array) -> tuple[Array, Array]:
    """Levels and chances from the vectors of the encoder as published."""
    model = LogisticRegression(C=10.0, max_iter=2000)
    model.fit(known, [ORDER.index(e.level) for e in training])
    return of_chances(model.predict_proba(asked))


def nearest(training: Sequence[Example], known: Array, asked: Array) -> tuple[Array, Array]:
    """The level of the nearest training message; the chance from the share of alarms among the nearest ten."""
    close = np.argsort(-(asked @ known.T), axis=1)[:, :10]
    ranks = np.array([ORDER.index(e.level) for e in training])[close]
    return ranks[:, 0], (ranks >= RAISED.rank).mean(axis=1)


def learned(held_out: Sequence[Example]) -> tuple[Array, Array]:
    """The tuned encoder's classifier without rules."""
    chances = np.array([learned_chance(e.text) for e in held_out])
    return np.where(chances >= 0.5, RAISED.rank, 0), chances


def together(held_out: Sequence[Example]) -> tuple[Array, Array]:
    """What runs; its chance is the learned part's, raised where the rules see an alarm."""
    ranks = np.array([assess(e.text, "full").level.rank for e in held_out])
    chances = np.array([learned_chance(e.text) for e in held_out])
    return ranks, chances + (ranks >= RAISED.rank)


def of_chances(chances: Array) -> tuple[Array, Array]:
    """Ranks and chances of an alarm, from chances (n, 4) of the levels."""
    return chances.argmax(axis=1), chances[:, RAISED.rank :].sum(axis=1)


def table_row(held_out: Sequence[Example], ranks: Array, chances: Array) -> dict[str, Any]:
    """Figures of one way: `ranks` (n,) of the levels it gives, `chances` (n,) of an alarm or what stands in for it."""
    wanted = np.array([e.level.rank for e in held_out])
    alarm, calm = wanted >= RAISED.rank, wanted == 0
    at = float(np.quantile(chances[calm], 1 - ALLOWED))
    judged = alarm | calm

    def share(hits: Array) -> dict[str, Any]:
        return proportion(int(hits.sum()), len(hits))

    return {
        "emergencies_seen": share(ranks[wanted == 3] >= RAISED.rank),
        "urgent_or_higher_seen": share(ranks[alarm] >= RAISED.rank),
        "false_alarms_on_none": share(ranks[calm] >= RAISED.rank),
        "seen_at_3_percent_false_alarms": share(chances[alarm] > at),
        "area_under_roc": round(float(roc_auc_score(alarm[judged], chances[judged])), 4),
    }
