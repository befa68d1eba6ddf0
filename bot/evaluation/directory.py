"""How well the directory finds services and places, over cases written by hand."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path
from typing import Any

from bot.clock import LONDON
from bot.content import ROOT, FileContent
from bot.directory import Directory
from bot.directory.line import find_line

CASES = ROOT / "tests" / "evaluation" / "directory.jsonl"
_WHEN = dt.datetime(2026, 11, 18, 14, 0, tzinfo=LONDON)


def faults(case: dict[str, Any], answer: dict[str, Any]) -> list[str]:
    """What is wrong with an `answer` to a case: need, area, first services in order, must and never."""
    shown: list[str] = answer["services"]
    found = [f"need {answer['need']}"] if answer["need"] != case["need"] else []
    found += [f"area {answer['area']}"] if answer["area"] != case["area"] else []
    first = case.get("first", [])
    found += [f"first {shown}"] if shown[: len(first)] != first else []
    found += [f"misses {service}" for service in case.get("must", []) if service not in shown]
    found += [f"shows {service}" for service in case.get("never", []) if service in shown]
    return found


def evaluate_directory(cases: Path = CASES) -> dict[str, Any]:
    """Shares of cases with the right need, area and services, every fault by case, and the time taken.

    Raises OSError or ValueError where the file of cases cannot be read.
    """
    directory = Directory(FileContent())
    wrong: dict[str, list[str]] = {}
    times: list[float] = []
    read = [json.loads(line) for line in cases.read_text("utf-8").splitlines() if line]
    for case in read:
        at = dt.datetime.fromisoformat(case["at"]).replace(tzinfo=LONDON) if "at" in case else _WHEN
        start = time.perf_counter()
        answer = find_line(directory, case["text"], at)
        times.append((time.perf_counter() - start) * 1000)
        problems = faults(case, answer)
        if problems:
            wrong[case["id"]] = [case["text"], *problems]
    shares = {kind: 1 - _count(wrong, kind) / len(read) for kind in ("need", "area", "first", "misses")}
    times.sort()
    return {
        "cases": len(read),
        "right": 1 - len(wrong) / len(read),
        **shares,
        "never_shown": _count(wrong, "shows"),
        "p99_ms": round(times[int(len(times) * 0.99)], 2),
        "wrong": wrong,
    }


def _count(wrong: dict[str, list[str]], kind: str) -> int:
    return sum(any(problem.startswith(kind) for problem in problems[1:]) for problems in wrong.values())
