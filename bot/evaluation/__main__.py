"""`make evaluate`: is the right entry found, the right service shown, the risk seen? Prints tables, writes JSON.

Figures by cross-validation on what the project trains on, and on held-out sets that nothing is tuned on.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from bot.clock import now
from bot.content import ROOT, FileContent
from bot.encoder import Encoder
from bot.evaluation.directory import evaluate_directory
from bot.evaluation.knowledge import evaluate_knowledge
from bot.evaluation.questions import evaluate_questions, files
from bot.evaluation.risk import evaluate_risk
from bot.evaluation.risk_compare import compare
from bot.evaluation.tables import questions_table, table
from bot.knowledge import KnowledgeBase

RESULTS = ROOT / "results"
ENTRIES = "Finding the right entry, by cross-validation over the phrasings"
QUESTIONS = "Finding the right entry, held-out questions"
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


def entries(questions: list[Path]) -> dict[str, tuple[dict[str, Any], str]]:
    """Figures and table of finding entries, by cross-validation and on held-out files."""
    base = KnowledgeBase(FileContent(), Encoder.load())
    by_folds = evaluate_knowledge()
    unseen = evaluate_questions(base, questions, by_folds["scope"]["rejected_below"])
    return {ENTRIES: (by_folds, table(by_folds)), QUESTIONS: (unseen, questions_table(unseen))}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.evaluation", description=__doc__)
    parser.add_argument(
        "--questions", nargs="+", type=Path, default=files(), help="held-out files (all that are there)"
    )
    parser.add_argument("--only", choices=["entries"], help="leave out services and risk")
    wanted = parser.parse_args()
    parts = entries(wanted.questions)
    if not wanted.only:
        directory, risk, ways = evaluate_directory(), evaluate_risk(), compare()
        parts |= {
            "Finding the right service, development messages": (directory, "\n".join(rows(directory))),
            RISK: (risk, "\n".join([*rows(risk), *spans(risk), *missed(risk)])),
            WAYS: (ways, "\n".join(rows(ways))),
        }
    for title, (_, text) in parts.items():
        print(f"\n{title}\n\n{text}")
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "evaluation.json"
    before = json.loads(path.read_text("utf-8")) if wanted.only and path.is_file() else {}
    figures = {**before, "at": now().isoformat(), **{title: found for title, (found, _) in parts.items()}}
    path.write_text(json.dumps(figures, indent=1, default=str), "utf-8")
    print(f"\nAll figures, with misses by id: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
