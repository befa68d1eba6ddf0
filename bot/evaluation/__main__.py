"""`make evaluate`: is the right entry found, the right service shown, the risk seen? Prints tables, writes JSON.

Figures by cross-validation on what the project trains on, and on held-out sets that nothing is tuned on.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from bot.clock import now
from bot.content import ROOT
from bot.evaluation.directory import evaluate_directory
from bot.evaluation.knowledge import evaluate_knowledge
from bot.evaluation.risk import HELD_OUT, evaluate_risk

RESULTS = ROOT / "results"
QUIET = {"wrong", "misses", "false_alarms", "by_category"}


def figure(value: Any) -> str:
    """A figure for people: shares with their exact 95% interval, numbers short."""
    if isinstance(value, dict) and {"found", "of", "low", "high"} <= value.keys():
        if not value["of"]:
            return "none to judge"
        return f"{value['share']:.3f} ({value['low']:.3f}-{value['high']:.3f}), {value['found']} of {value['of']}"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def rows(part: dict[str, Any], before: str = "") -> list[tuple[str, str]]:
    """A part's figures as rows, nested ones with their path."""
    found: list[tuple[str, str]] = []
    for key, value in part.items():
        if key in QUIET:
            continue
        if isinstance(value, dict) and "found" not in value:
            found += rows(value, f"{before}{key}, ")
        elif not isinstance(value, list):
            found.append((f"{before}{key}".replace("_", " "), figure(value)))
    return found


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.evaluation", description=__doc__)
    parser.parse_args()
    parts = {
        "Finding the right entry": evaluate_knowledge(),
        "Finding the right service": evaluate_directory(),
        "Seeing risk, development messages": evaluate_risk(),
        "Seeing risk, held-out messages": evaluate_risk(*sorted(HELD_OUT.glob("heldout_*.jsonl"))),
    }
    for title, part in parts.items():
        print(f"\n{title}\n")
        for name, value in rows(part):
            print(f"  {name:<62} {value}")
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "evaluation.json"
    path.write_text(json.dumps({"at": now().isoformat(), **parts}, indent=1, default=str), "utf-8")
    print(f"\nAll figures, with misses by id: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
