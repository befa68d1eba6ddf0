"""The tables about finding entries in docs/evaluation.md."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.evaluation.__main__ import ENTRIES, QUESTIONS
from bot.evaluation.entries_compare import CROSS, WAYS_FILE
from bot.evaluation.entries_diet import DIET_FILE
from bot.evaluation.markdown import share, table, words

TARGETS = {
    "right_entry_first": "0.90",
    "right_entry_in_three": "0.97",
    "right_right": "0.95",
    "asked_back": "0.10 or less",
    "out_of_scope_found": "0.85",
    "falsely_rejected": "0.05 or less",
}


def entries_sections(found: dict[str, Any]) -> Iterator[str]:
    """Every table of this part; `found`: the results of `make evaluate`."""
    unseen, folds = found[QUESTIONS], found[ENTRIES]
    yield (
        f"### Is the right entry found?\n\n{folds['entries']} entries, {found['at'][:10]}. "
        "Held-out questions. Shares with exact 95% intervals."
    )
    names = list(next(iter(unseen.values()))["all"])
    rows = [(words(n), TARGETS.get(n, ""), *(share(f["all"][n]) for f in unseen.values())) for n in names]
    yield table(("", "Target", *unseen), rows)
    yield "### By register"
    every = list(unseen.values())[-1]["by_register"]
    yield table(("", *map(words, names)), [(r, *(share(f[n]) for n in names)) for r, f in every.items()])
    yield f"### By cross-validation over our own {folds['phrasings']} phrasings"
    rows = [(words(n), share(folds[n])) for n in ("right_entry_first", "right_entry_in_three", "right_right")]
    rows += [(words(n), share(p)) for n, p in folds["outcomes"].items()]
    rows += [(f"out of scope, {words(n)}", share(folds["scope"][n])) for n in ("found", "falsely_rejected")]
    rows += [(f"false answers, {n}", share(p["false_answers"])) for n, p in folds["out_of_scope"].items()]
    yield table(("", "Share"), rows)
    yield "### Is the share of the likeliest right?"
    spans = [
        (f"{r['from']:.2f} to {r['to']:.2f}", str(r["n"]), f"{r['mean_share']:.3f}", f"{r['share']:.3f}")
        for r in folds["calibration"]["by_share"]
    ]
    yield table(("Share", "Phrasings", "Mean share", "Were right"), spans)
    yield from _ways()


def _ways() -> Iterator[str]:
    """Other ways, from the results of the slower commands as far as they were run."""
    kept = [_read(path) for path in (WAYS_FILE, DIET_FILE)]
    sets = dict.fromkeys(name for found in kept for name in found["sets"])
    for name in sets:
        ways = {way: row for found in kept for way, row in found["sets"].get(name, {}).items()}
        title = "by cross-validation" if name == CROSS else f"on {name}"
        days = ", ".join(dict.fromkeys(found["at"][:10] for found in kept if name in found["sets"]))
        columns = list(next(iter(ways.values())))
        yield f"### Other ways to find entries, {title} ({days})"
        rows = [(way, *(share(row[c]) for c in columns)) for way, row in ways.items()]
        yield table(("", *map(words, columns)), rows)


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {"sets": {}}
    return found
