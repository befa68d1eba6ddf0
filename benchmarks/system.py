"""The real system, as `make run` starts it, on a data folder of its own: start, times of the start, memory."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from benchmarks.machine import clean_environment, memory
from benchmarks.messages import EMERGENCY
from benchmarks.processes import free_port, last_words, run_once, started
from benchmarks.stats import Figures
from bot.processes.ports import LOOPBACK

READY_WITHIN_S = 180.0
NAMES = {"web": "bot.processes.web", "actions": "bot.nlu.serve_actions", "rasa": "bot.nlu.serve"}


@dataclass(frozen=True)
class System:
    """A system that is ready; `start`: the seconds that it took to get there."""

    url: str
    supervisor: psutil.Process
    start: Figures

    def processes(self) -> dict[str, psutil.Process]:
        """Its processes by name."""
        return {"supervisor": self.supervisor, **_children(self.supervisor)}

    def memory(self) -> Figures:
        """RSS and PSS of each process, by name, and of all."""
        found = self.processes()
        return {**{name: memory([p]) for name, p in found.items()}, "all": memory(found.values())}


@contextlib.contextmanager
def running(folder: Path) -> Iterator[System]:
    """The system on an empty data folder, set up before the clock starts. Raises RuntimeError where it fails."""
    port = free_port()
    environment = clean_environment(
        VRA_DATA_DIR=str(folder / "var"), VRA_PORT=str(port), VRA_NEW_CHATS_PER_HOUR="0"
    )
    run_once(environment, "bot.cli", "setup")
    log, url = folder / "system.log", f"http://{LOOPBACK}:{port}"
    with started(log, environment, "bot.cli", "run") as process:
        try:
            begun = time.perf_counter()
            supervisor = psutil.Process(process.pid)
            web = _when_web_starts(process, supervisor)
            marks = {"web": web, "safety": _first_safety(url), "ready": _ready(url)}
        except (RuntimeError, httpx.HTTPError, psutil.Error) as error:
            raise RuntimeError(f"The system did not start: {error}\n{last_words(log)}") from error
        yield System(url, supervisor, _seconds(begun, **marks))


def _seconds(begun: float, web: float, safety: float, ready: float) -> Figures:
    return {
        "web_to_first_safety_s": round(safety - web, 2),
        "web_to_ready_s": round(ready - web, 2),
        "command_to_first_safety_s": round(safety - begun, 2),
        "command_to_ready_s": round(ready - begun, 2),
    }


def _children(supervisor: psutil.Process) -> dict[str, psutil.Process]:
    found = {}
    for child in supervisor.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            words = child.cmdline()
            found.update({name: child for name, module in NAMES.items() if module in words})
    return found


def _when_web_starts(process: subprocess.Popen[bytes], supervisor: psutil.Process) -> float:
    end = time.perf_counter() + READY_WITHIN_S
    while time.perf_counter() < end and process.poll() is None:
        if "web" in _children(supervisor):
            return time.perf_counter()
        time.sleep(0.005)
    raise RuntimeError("there is no process `web`")


def _first_safety(url: str) -> float:
    # The socket listens before `web` is there: the first request waits for it
    with httpx.Client(base_url=url, timeout=READY_WITHIN_S, trust_env=False) as client:
        chat = client.post("/api/conversations").raise_for_status().json()
        said = client.post(
            f"/api/conversations/{chat['id']}/messages",
            json={"text": EMERGENCY},
            headers={"Authorization": f"Bearer {chat['token']}"},
        )
    if not any(m["author"] == "safety" for m in said.raise_for_status().json()["messages"]):
        raise RuntimeError("the first emergency got no safety message")
    return time.perf_counter()


def _ready(url: str) -> float:
    end, why = time.perf_counter() + READY_WITHIN_S, ""
    with httpx.Client(base_url=url, timeout=10, trust_env=False) as client:
        while time.perf_counter() < end:
            response = client.get("/readyz")
            if response.status_code == 200:
                return time.perf_counter()
            why = response.text
            time.sleep(0.05)
    raise RuntimeError(f"not ready: {why}")
