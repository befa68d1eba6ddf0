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
from bot.evaluation.risk import evaluate_risk
from bot.evaluation.risk_compare import compare
from bot.knowledge import KnowledgeBase

RESULTS = ROOT / "results"
RISK = "Seeing risk, held-out messages"
WAYS = "Ways to see risk, held-out messages"
QUIET = {"wrong", "misses", "raised_wrongly", "confusion"}


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


def spans(risk: dict[str, Any]) -> list[str]:
    """Whether the chances are right, a line a span."""
    lines = ["  chances of an alarm (English messages)          n   said   true"]
    for row in risk["full"]["calibration"]:
        name = f"{row['from']:.2f} to {row['to']:.2f}"
        lines.append(f"    {name:<40} {row['n']:>6}  {row['said']:.3f}  {row['true']:.3f}")
    return lines


def missed(risk: dict[str, Any]) -> list[str]:
    """The misses and the wrong alarms, by id: held-out texts are not to be read for writing patterns."""
    lines = []
    for name, key in (("not seen", "misses"), ("raised wrongly", "raised_wrongly")):
        found = [f"{m['id']} ({m['wanted']}, got {m['got']})" for m in risk["full"][key]]
        lines.append(f"  {name}: {', '.join(found) or 'none'}")
    return lines


def main() -> None:
    """The command line."""
    argparse.ArgumentParser(prog="python -m bot.evaluation", description=__doc__).parse_args()
    base = KnowledgeBase(FileContent(), Encoder.load())
    entries, questions = evaluate_knowledge(), evaluate_questions(base)
    directory, risk, ways = evaluate_directory(), evaluate_risk(), compare()
    parts = {
        "Finding the right entry, by cross-validation over the phrasings": (entries, table(entries)),
        "Finding the right entry, held-out questions": (questions, questions_table(questions)),
        "Finding the right service, development messages": (directory, "\n".join(rows(directory))),
        RISK: (risk, "\n".join([*rows(risk), *spans(risk), *missed(risk)])),
        WAYS: (ways, "\n".join(rows(ways))),
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
