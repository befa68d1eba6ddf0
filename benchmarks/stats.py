"""From times to figures."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
Figures = dict[str, Any]


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: a value that occurred. Raises ValueError where there are none."""
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def summary(seconds: Sequence[float]) -> Figures:
    """`n` and p50, p95, p99 and the slowest, in milliseconds."""
    shares = {"p50_ms": 0.50, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1.0}
    return {
        "n": len(seconds),
        **{name: round(1000 * percentile(seconds, p), 3) for name, p in shares.items()},
    }


def timed(work: Callable[[T], object], items: Iterable[T]) -> list[float]:
    """Seconds that `work` takes for each item."""
    found = []
    for item in items:
        start = time.perf_counter()
        work(item)
        found.append(time.perf_counter() - start)
    return found
