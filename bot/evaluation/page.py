"""The tables in docs/evaluation.md, from the results of `make evaluate`: `python -m bot.evaluation.page`.

Replaces what stands between the marks in the page, as far as there are results; the words around are written by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bot.content import ROOT
from bot.evaluation.__main__ import ENTRIES, RESULTS, RISK, WAYS
from bot.evaluation.entries_page import entries_sections
from bot.evaluation.markdown import replaced, share, table, words

PAGE = ROOT / "docs" / "evaluation.md"
MARKS = {
    "risk": ("<!-- tables: begin -->", "<!-- tables: end -->"),
    "entries": ("<!-- entries: begin -->", "<!-- entries: end -->"),
}
DIET = RESULTS / "risk_diet.json"
TARGETS = {
    "emergency_seen_as_urgent_or_higher": "0.99, lower bound 0.97",
    "emergency_seen_as_emergency": "0.93",
    "urgent_or_higher_seen": "0.97",
    "concern_seen": "0.85",
    "false_alarms_on_hard_negatives": "0.03 or less",
    "false_alarms_on_code_questions": "0.01 or less",
}


def sections(found: dict[str, Any]) -> Iterator[str]:
    """Every table about risk."""
    risk = found[RISK]
    full, floor = risk["full"], risk["floor"]
    rows = [(words(k), share(full[k]), TARGETS.get(k, ""), share(floor[k])) for k in floor]
    kept = f"{risk['messages']} held-out messages, {found['at'][:10]}."
    yield f"### What is seen\n\n{kept} Shares with exact 95% intervals."
    yield table(("", "What runs", "Target", "The floor alone"), rows)
    ways = dict(found[WAYS])
    if DIET.is_file():
        ways.update({k: v for k, v in json.loads(DIET.read_text("utf-8")).items() if isinstance(v, dict)})
    names = list(next(iter(ways.values())))
    yield "### Other ways on the same data"
    yield table(("", *map(words, names)), [(way, *(share(f[k]) for k in names)) for way, f in ways.items()])
    yield "### Misspelt on purpose"
    names = list(next(iter(risk["misspelt"].values())))
    rows = [(kind, *(share(f[k]) for k in names)) for kind, f in risk["misspelt"].items()]
    yield table(("", *map(words, names)), rows)
    yield "### Are the chances right?\n\nOf an alarm, English messages."
    spans = [
        (f"{r['from']:.2f} to {r['to']:.2f}", str(r["n"]), f"{r['said']:.3f}", f"{r['true']:.3f}")
        for r in full["calibration"]
    ]
    yield table(("Chance", "Messages", "Mean chance", "Were alarms"), spans)
    for title, key in (
        ("By category", "by_category"),
        ("By way of writing", "by_slice"),
        ("By writer", "by_writer"),
    ):
        names = list(next(iter(full[key].values())))
        rows = [(name, *(share(f[k]) for k in names)) for name, f in full[key].items()]
        yield f"### {title}"
        yield table(("", *names), rows)
    yield "### Given levels\n\nRows: the label; columns: what was given."
    levels = list(full["confusion"])
    yield table(("", *levels), [(w, *(str(full["confusion"][w][g]) for g in levels)) for w in levels])


def main() -> None:
    """Write the page's tables anew."""
    found = json.loads((RESULTS / "evaluation.json").read_text("utf-8"))
    page = PAGE.read_text("utf-8")
    if RISK in found:
        page = replaced(page, *MARKS["risk"], "\n\n".join(sections(found)))
    if ENTRIES in found:
        page = replaced(page, *MARKS["entries"], "\n\n".join(entries_sections(found)))
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
