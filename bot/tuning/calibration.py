"""Are the chances right? A temperature fitted on messages that the training had not seen, and a table that shows it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

Array = npt.NDArray[Any]
EDGES = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)


def softmax(logits: Array, temperature: float = 1.0) -> Array:
    """Chances (n, 4) from logits (n, 4)."""
    scaled = logits / temperature
    shares = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    found: Array = shares / shares.sum(axis=1, keepdims=True)
    return found


def averaged(logits: Sequence[Array], temperature: float = 1.0) -> Array:
    """Chances (n, 4) of several models together: the mean of each one's."""
    found: Array = np.mean([softmax(each, temperature) for each in logits], axis=0)
    return found


def fit_temperature(logits: Sequence[Array], wanted: Array) -> float:
    """The temperature under which the labels are least surprising to the models together."""

    def surprise(temperature: float) -> float:
        chances = averaged(logits, temperature)
        return float(-np.log(chances[np.arange(len(wanted)), wanted] + 1e-12).mean())

    return float(minimize_scalar(surprise, bounds=(0.5, 10.0), method="bounded").x)


def calibration(chances: Sequence[float], true: Sequence[bool]) -> list[dict[str, Any]]:
    """For each span of chances: how many messages, their mean chance and the share that were true."""
    given, happened = np.asarray(chances), np.asarray(true, dtype=float)
    table = []
    for low, high in itertools.pairwise(EDGES):
        within = (given >= low) & ((given < high) | (high == EDGES[-1]))
        if within.any():
            row = {"from": low, "to": high, "n": int(within.sum())}
            table.append({**row, "said": float(given[within].mean()), "true": float(happened[within].mean())})
    return table
