"""`make evaluate`: is the right entry found, the right service shown, the risk seen? Prints tables, writes JSON.

Figures by cross-validation on what the project trains on, and on held-out sets that nothing is tuned on.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from bot.clock import now
from bot.content import ROOT, FileContent
from bot.encoder import Encoder
from bot.evaluation.directory import evaluate_directory
from bot.evaluation.knowledge import evaluate_knowledge, evaluate_questions, questions_table, table
from bot.evaluation.risk import HELD_OUT, evaluate_risk
from bot.knowledge import KnowledgeBase

RESULTS = ROOT / "results"
QUIET = {"wrong", "misses", "false_alarms", "by_category"}


def figure(value: Any) -> str:
    """A figure for people: shares with their exact 95% interval, numbers short."""
    if isinstance(value, dict):
        if not value["n"]:
            return "none to judge"
        return (
            f"{value['share']:.3f} ({value['low']:.3f} to {value['high']:.3f}), {value['k']} of {value['n']}"
        )
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def rows(part: dict[str, Any], before: str = "") -> list[str]:
    """A part's figures as lines, nested ones with their path."""
    found: list[str] = []
    for key, value in part.items():
        name = f"{before}{key}".replace("_", " ")
        if isinstance(value, dict) and "n" not in value and key not in QUIET:
            found += rows(value, f"{before}{key}, ")
        elif key not in QUIET and not isinstance(value, list):
            found.append(f"  {name:<58} {figure(value)}")
    return found


def main() -> None:
    """The command line."""
    argparse.ArgumentParser(prog="python -m bot.evaluation", description=__doc__).parse_args()
    base = KnowledgeBase(FileContent(), Encoder.load())
    entries, questions = evaluate_knowledge(), evaluate_questions(base)
    directory, developed = evaluate_directory(), evaluate_risk()
    held_out = evaluate_risk(*sorted(HELD_OUT.glob("heldout_*.jsonl")))
    parts = {
        "Finding the right entry, by cross-validation over the phrasings": (entries, table(entries)),
        "Finding the right entry, held-out questions": (questions, questions_table(questions)),
        "Finding the right service, development messages": (directory, "\n".join(rows(directory))),
        "Seeing risk, development messages": (developed, "\n".join(rows(developed))),
        "Seeing risk, held-out messages": (held_out, "\n".join(rows(held_out))),
    }
    for title, (_, text) in parts.items():
        print(f"\n{title}\n\n{text}")
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "evaluation.json"
    figures = {"at": now().isoformat(), **{title: found for title, (found, _) in parts.items()}}
    path.write_text(json.dumps(figures, indent=1, default=str), "utf-8")
    print(f"\nAll figures, with misses by id: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
