"""One line of `vra risk --jsonl`."""

from __future__ import annotations

import time
from typing import Any

from bot.risk.detector import assess, explain


def risk_line(message: dict[str, Any]) -> dict[str, Any]:
    """What `vra risk --jsonl` prints for one `{"id", "text"}`: the assessment, or `{id, error}` for bad input.

    `ms` is the time to the assessment; the words of learned evidence are looked for after it.
    """
    if not isinstance(message, dict) or not isinstance(message.get("text"), str):
        return {
            "id": message.get("id") if isinstance(message, dict) else None,
            "error": "text: a string is needed",
        }
    start = time.perf_counter()
    found = assess(message["text"])
    ms = (time.perf_counter() - start) * 1000
    found = explain(message["text"], found)
    return {
        "id": message.get("id"),
        "level": found.level.value,
        "categories": list(found.categories),
        "evidence": [
            {"rule": e.rule, "category": e.category, "level": e.level.value, "words": e.words}
            for e in found.evidence
        ],
        "ms": round(ms, 2),
    }
