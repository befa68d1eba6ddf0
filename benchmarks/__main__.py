"""`python -m benchmarks [--quick] [--only parts system rasa] [--out FOLDER]` -> bench.md and bench.json.

What is there is measured as it is set up (`make setup`). Progress goes to standard error, the page to standard output.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks import default_model, machine, rasa_alone, report, visitors
from benchmarks.messages import dialogues
from benchmarks.parts import PARTS, measure
from benchmarks.stats import Figures
from benchmarks.system import System, running
from bot.content import ROOT

SECTIONS = ("parts", "system", "rasa")
VISITORS = (1, 5, 20)


@dataclass(frozen=True)
class Size:
    """How long it all takes: seconds, and numbers of messages, rounds and chats."""

    messages: int = 300
    now_and_then_s: float = 60
    safety_s: float = 60
    flat_out_s: float = 20
    rounds: int = 6
    chats_per_round: int = 40


QUICK = Size(messages=40, now_and_then_s=11, safety_s=11, flat_out_s=4, rounds=2, chats_per_round=10)


def step(words: str) -> None:
    """Say what is being measured now."""
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


def parts(size: Size) -> Figures:
    """The libraries, one after the other."""
    found = {}
    for name in PARTS:
        step(name.replace("_", ", "))
        found[name] = measure(name, size.messages)
    return found


async def _flat_out(up: System, http: httpx.AsyncClient, count: int, size: Size) -> Figures:
    """Visitors flat out, and the processor time that each process spent on a turn of theirs."""
    step(f"{count} visitors flat out")
    processes = up.processes()
    before = machine.cpu_s(processes)
    found = await visitors.flat_out(http, dialogues(), count, size.flat_out_s)
    used = machine.cpu_ms_per_turn(before, machine.cpu_s(processes), found["n"])
    return {**found, "cpu_ms_per_turn": used}


async def _over_http(up: System, size: Size) -> Figures:
    chats = dialogues()
    now_and_then = {}
    async with visitors.client(up.url) as http:
        await visitors.warm_up(http, chats)
        for count in VISITORS:
            step(f"{count} visitors, each every {visitors.EVERY_S:g} s")
            log = await visitors.now_and_then(http, chats, count, size.now_and_then_s)
            now_and_then[str(count)] = log.figures()
        step(f"emergencies beside {VISITORS[-1]} visitors")
        safety = await visitors.emergencies(http, chats, VISITORS[-1], size.safety_s)
        # As many as Rasa alone gets, too, so that the two can be compared
        counts = sorted({*VISITORS, rasa_alone.AT_ONCE})
        flat_out = {str(count): await _flat_out(up, http, count, size) for count in counts}
    return {"now_and_then": now_and_then, "safety": safety, "flat_out": flat_out}


def system(size: Size, folder: Path) -> Figures:
    """The whole path: its start, its visitors, its memory after all of them."""
    step("start of the system")
    with running(folder) as up:
        return {"start": up.start, **asyncio.run(_over_http(up, size)), "memory": up.memory()}


def rasa(size: Size, folder: Path) -> Figures:
    """Rasa against Rasa."""
    step("the default pipeline's model (trained where its inputs changed: minutes)")
    model, seconds = default_model.make()
    step("Rasa against Rasa: start, then in turns")
    found = rasa_alone.measure(folder / "rasa", model, dialogues(), size.rounds, size.chats_per_round)
    return found if seconds is None else {**found, "default_trained_s": seconds}


def run(sections: list[str], quick: bool) -> Figures:
    """All figures of these sections."""
    size = QUICK if quick else Size()
    found: Figures = {"machine": machine.describe(), "quick": quick}
    default_model.FOLDER.mkdir(parents=True, exist_ok=True)
    # On the disk of the checkout: the usual place for such folders may be in memory
    with tempfile.TemporaryDirectory(prefix="run-", dir=default_model.FOLDER) as name:
        for section in sections:
            found[section] = parts(size) if section == "parts" else SERVED[section](size, Path(name))
    return found


SERVED = {"system": system, "rasa": rasa}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Speed and memory of all parts."
    )
    parser.add_argument(
        "--quick", action="store_true", help="a short run for development: no figures to keep"
    )
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), help="these sections")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "results", help="folder for bench.md and bench.json"
    )
    wanted = parser.parse_args()
    begun = time.monotonic()
    try:
        found = run(wanted.only, wanted.quick)
    except RuntimeError as problem:
        sys.exit(str(problem))
    found["took_s"] = round(time.monotonic() - begun)
    page = report.render(found)
    wanted.out.mkdir(parents=True, exist_ok=True)
    (wanted.out / "bench.json").write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    (wanted.out / "bench.md").write_text(page, "utf-8")
    print(page)


if __name__ == "__main__":
    main()
