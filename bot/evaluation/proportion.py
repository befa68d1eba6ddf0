"""A share with how sure it is."""

from __future__ import annotations

from typing import Any

from scipy.stats import beta


def proportion(hits: int, of: int) -> dict[str, Any]:
    """Count, share and exact (Clopper-Pearson) 95% interval: `{k, n, share, low, high}`; share null of nothing."""
    if not of:
        return {"k": 0, "n": 0, "share": None, "low": None, "high": None}
    low = float(beta.ppf(0.025, hits, of - hits + 1)) if hits else 0.0
    high = float(beta.ppf(0.975, hits + 1, of - hits)) if hits < of else 1.0
    return {"k": hits, "n": of, "share": hits / of, "low": low, "high": high}
