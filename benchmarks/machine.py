"""Where and when it was measured, and what the processes hold in memory."""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks.stats import Figures
from bot.content import ROOT
from bot.processes.plan import FIXED, MODEST

MB = 1024**2
PACKAGES = ("rasa", "tensorflow-cpu", "onnxruntime", "numpy", "fastapi", "spacy")


def clean_environment(**more: str) -> dict[str, str]:
    """The environment of a measured process: as the supervisor sets it, with no setting of this machine's."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("VRA_")}
    return {**MODEST, **inherited, **FIXED, **more}


def describe() -> Figures:
    """Day, processor, cores, memory, versions; the load of the minute before says whether others were at work."""
    return {
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": psutil.cpu_count() or 1,
        "memory_gib": round(psutil.virtual_memory().total / 1024**3, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "commit": _commit(),
    }


def memory(processes: Iterable[psutil.Process]) -> Figures:
    """RSS and PSS in MB; PSS counts a page that several processes share once in all."""
    rss = pss = 0
    for process in processes:
        found = process.memory_full_info()
        rss, pss = rss + found.rss, pss + found.pss
    return {"rss_mb": round(rss / MB), "pss_mb": round(pss / MB)}


def cpu_s(processes: Mapping[str, psutil.Process]) -> dict[str, float]:
    """Seconds of processor time that each process has used so far: what others do on the machine hardly moves it."""
    times = {name: process.cpu_times() for name, process in processes.items()}
    return {name: found.user + found.system for name, found in times.items()}


def cpu_ms_per_turn(before: Mapping[str, float], after: Mapping[str, float], turns: int) -> Figures:
    """Milliseconds of processor time of each process for one turn."""
    return {name: round(1000 * (after[name] - before[name]) / max(1, turns), 1) for name in before}


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)  # noqa: S603
    return done.stdout.strip() or "unknown"
