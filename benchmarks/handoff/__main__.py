"""`python -m benchmarks.handoff [--quick] [--only calm kills postgres] [--out FOLDER]`: figures as JSON.

Exit code 1 where anything was lost, doubled, overtaken or out of order.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.handoff import postgres
from benchmarks.handoff.run import Plan, faults, play
from benchmarks.stats import Figures
from bot.content import ROOT

CALM = Plan(visitors=200, staff=10)
KILLS = Plan(visitors=200, staff=10, kills=20)
QUICK_CALM = Plan(visitors=24, staff=4, lines=2, arrive_within_s=4)
QUICK_KILLS = Plan(visitors=24, staff=4, lines=2, arrive_within_s=8, kills=3, kill_every_s=(2.0, 4.0))
RUNS = ("calm", "kills", "postgres")


def one(name: str, folder: Path, *, quick: bool = False) -> Figures:
    """One of the runs, in a folder that exists."""
    kills = QUICK_KILLS if quick else KILLS
    if name == "calm":
        return play(QUICK_CALM if quick else CALM, folder)
    if name == "kills":
        return play(kills, folder)
    with postgres.running(folder) as url:
        return play(kills, folder, url, webs=2)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.handoff", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few visitors, for development")
    parser.add_argument("--only", nargs="+", choices=RUNS, default=list(RUNS), help="these runs")
    parser.add_argument("--out", type=Path, default=ROOT / "results", help="folder for handoff.json")
    wanted = parser.parse_args()
    found: Figures = {}
    for name in wanted.only:
        print(f"{time.strftime('%H:%M:%S')} {name}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="handoff-") as folder:
            Path(folder).chmod(0o755)
            found[name] = one(name, Path(folder), quick=wanted.quick)
        print(json.dumps({name: found[name]}, indent=2), flush=True)
    wanted.out.mkdir(parents=True, exist_ok=True)
    (wanted.out / "handoff.json").write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    wrong = {name: faults(figures) for name, figures in found.items() if faults(figures)}
    if wrong:
        sys.exit(f"Went wrong: {json.dumps(wrong)}")


if __name__ == "__main__":
    main()
