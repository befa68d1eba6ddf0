"""Rasa against Rasa over the REST channel, in turns: our model and the model of Rasa's default pipeline.

Three contenders, each with an action server of its own that runs the same actions:
ours      our model in `bot.nlu.serve`
default   the default pipeline's model in the same server with the same tracker store: only the pipeline differs
stock     the default pipeline's model in `rasa run` as it comes, with trackers unencrypted in memory

All have the same number of threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
import psutil
import yaml

from benchmarks.machine import clean_environment, cpu_s, memory
from benchmarks.messages import endless
from benchmarks.processes import free_port, last_words, run_once, started
from benchmarks.stats import Figures, summary
from bot.content import ROOT
from bot.processes.plan import MODEL
from bot.processes.ports import LOOPBACK

READY_WITHIN_S = 240.0
TIMEOUT_S = 60.0
AT_ONCE = 10
SERVER = {"ours": "bot.nlu.serve", "default": "bot.nlu.serve", "stock": "rasa"}


@dataclass
class Contender:
    """A Rasa that serves, and what was measured of it."""

    name: str
    url: str
    processes: dict[str, psutil.Process]
    cpu_s: dict[str, float] = field(default_factory=dict)
    rounds: list[tuple[int, float]] = field(default_factory=list)
    at_once: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    failed: int = 0
    silent: int = 0

    async def turn(self, http: httpx.AsyncClient, sender: str, text: str) -> float:
        """One turn in seconds; counted where it failed or nothing was said."""
        start = time.perf_counter()
        response = await http.post(self.url, json={"sender": sender, "message": text})
        taken = time.perf_counter() - start
        if response.status_code != 200:
            self.failed += 1
        elif not response.json():
            self.silent += 1
        return taken

    async def chats(self, http: httpx.AsyncClient, chats: list[list[str]], log: list[float]) -> None:
        """Chat after chat, each with a sender of its own."""
        for chat in chats:
            sender = uuid4().hex
            for text in chat:
                log.append(await self.turn(http, sender, text))

    async def flat_out(self, http: httpx.AsyncClient, chats: list[list[str]]) -> None:
        """All chats, AT_ONCE of them side by side."""
        before, used, start = len(self.at_once), cpu_s(self.processes), time.perf_counter()
        lanes = (self.chats(http, chats[lane::AT_ONCE], self.at_once) for lane in range(AT_ONCE))
        await asyncio.gather(*lanes)
        self.rounds.append((len(self.at_once) - before, time.perf_counter() - start))
        for name, seconds in cpu_s(self.processes).items():
            self.cpu_s[name] = self.cpu_s.get(name, 0.0) + seconds - used[name]

    def figures(self) -> Figures:
        """Turns a second over all rounds, percentiles, memory, and what went wrong."""
        turns, seconds = (sum(column) for column in zip(*self.rounds, strict=True))
        return {
            "turns_per_s": round(turns / seconds, 1),
            "rounds_turns_per_s": [round(n / s, 1) for n, s in self.rounds],
            "at_once": summary(self.at_once),
            "one_at_a_time": summary(self.alone),
            "cpu_ms_per_turn": {name: round(1000 * used / turns, 1) for name, used in self.cpu_s.items()},
            "memory": {name: memory([process]) for name, process in self.processes.items()},
            "failed": self.failed,
            "silent": self.silent,
        }


def _command(name: str, folder: Path, model: Path, port: int, actions: int) -> list[str]:
    endpoints = {"action_endpoint": {"url": f"http://{LOOPBACK}:{actions}/webhook"}}
    if name != "stock":
        endpoints = {**yaml.safe_load((ROOT / "endpoints.yml").read_text("utf-8")), **endpoints}
    (folder / "endpoints.yml").write_text(yaml.safe_dump(endpoints), "utf-8")
    options = ["--port", str(port), "--endpoints", str(folder / "endpoints.yml"), "--model", str(model)]
    if name != "stock":
        return [SERVER[name], *options]
    (folder / "credentials.yml").write_text("rest:\n", "utf-8")
    return [SERVER[name], "run", "-i", LOOPBACK, "--credentials", str(folder / "credentials.yml"), *options]


@contextlib.contextmanager
def serving(name: str, folder: Path, model: Path) -> Iterator[Contender]:
    """A contender that answers. Raises RuntimeError with what it said where it does not come up."""
    folder.mkdir(parents=True)
    (folder / "var").mkdir(mode=0o700)
    environment = clean_environment(VRA_DATA_DIR=str(folder / "var"), VRA_AREAS="essex", LOG_LEVEL="WARNING")
    run_once(environment, "bot.first_start")
    port, actions, log = free_port(), free_port(), folder / "rasa.log"
    command = _command(name, folder, model, port, actions)
    listen = ("bot.nlu.serve_actions", "--port", str(actions))
    with (
        started(folder / "actions.log", environment, *listen) as acting,
        started(log, environment, *command) as talking,
    ):
        url = f"http://{LOOPBACK}:{port}/webhooks/rest/webhook"
        if not _answers(url, READY_WITHIN_S):
            said = last_words(log) + last_words(folder / "actions.log")
            raise RuntimeError(f"The contender {name} does not answer.\n{said}")
        pids = {"rasa": talking.pid, "actions": acting.pid}
        yield Contender(name, url, {part: psutil.Process(pid) for part, pid in pids.items()})


def _answers(url: str, within_s: float) -> bool:
    """Whether a turn that needs an action gets an answer in time."""
    end = time.perf_counter() + within_s
    while time.perf_counter() < end:
        with contextlib.suppress(httpx.HTTPError):
            body = {"sender": uuid4().hex, "message": "what are my rights"}
            response = httpx.post(url, json=body, timeout=10, trust_env=False)
            if response.status_code == 200 and response.json():
                return True
        time.sleep(0.5)
    return False


async def _measure(contenders: list[Contender], chats: list[list[str]], rounds: int, per_round: int) -> None:
    script = [chat for chat, _ in zip(endless(chats), range(per_round), strict=False)]
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, limits=limits) as http:
        for contender in contenders:
            await contender.chats(http, chats, [])
            contender.failed = contender.silent = 0
        for number in range(rounds):
            # Another begins each round: none has the machine at its warmest every time
            turn = number % len(contenders)
            for contender in contenders[turn:] + contenders[:turn]:
                await contender.flat_out(http, script)
                await contender.chats(http, script[: max(1, per_round // 5)], contender.alone)


def measure(folder: Path, default: Path, chats: list[list[str]], rounds: int, per_round: int) -> Figures:
    """All contenders, in turns. Raises RuntimeError where one does not come up."""
    models = {"ours": MODEL, "default": default, "stock": default}
    with contextlib.ExitStack() as held:
        contenders = [held.enter_context(serving(n, folder / n, m)) for n, m in models.items()]
        asyncio.run(_measure(contenders, chats, rounds, per_round))
        found: Figures = {c.name: c.figures() for c in contenders}
    ours = found["ours"]["turns_per_s"]
    ratios = {f"times_{name}": round(ours / found[name]["turns_per_s"], 2) for name in ("default", "stock")}
    return {"side_by_side": AT_ONCE, **found, **ratios}
