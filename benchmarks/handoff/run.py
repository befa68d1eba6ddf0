"""One run: servers, visitors, staff, kills, and the comparison of what everybody saw with what is stored."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import psutil
from cryptography.fernet import Fernet
from sqlalchemy import Engine, create_engine, text

from benchmarks.handoff.client import client
from benchmarks.handoff.people import PASSWORD, Seen, Visitor, Worker
from benchmarks.handoff.sink import Sink, listening
from benchmarks.machine import clean_environment
from benchmarks.processes import free_port, last_words, run_once, started
from benchmarks.stats import Figures, summary
from bot.content import ROOT
from bot.processes.ports import LOOPBACK

UP_WITHIN_S = 60.0
NOWHERE = f"http://{LOOPBACK}:9"
WEB = "bot.processes.web"


@dataclass(frozen=True)
class Plan:
    """How large a run is."""

    visitors: int
    staff: int
    kills: int = 0
    lines: int = 4
    arrive_within_s: float = 90.0
    kill_every_s: tuple[float, float] = (4.0, 8.0)
    seed: int = 1
    longest_s: float = 900.0


class Server:
    """One `web` under our own supervisor, which starts it again."""

    def __init__(self, url: str, supervisor: psutil.Process) -> None:
        self.url, self.supervisor = url, supervisor

    def kill(self) -> bool:
        """SIGKILL for `web`; False where it is not up at this moment."""
        for child in self.supervisor.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if WEB in child.cmdline():
                    child.kill()
                    return True
        return False


@contextlib.contextmanager
def servers(folder: Path, count: int, database_url: str, sink: Sink, staff: int) -> Iterator[list[Server]]:
    """So many `web` processes on one database, with accounts for the staff. Rasa is not there, and not needed."""
    shared = {
        "VRA_DATABASE_URL": database_url,
        "VRA_SECRET_KEYS": Fernet.generate_key().decode(),
        "VRA_NEW_CHATS_PER_HOUR": "0",
        "VRA_MESSAGES_PER_MINUTE": "1000",
        "VRA_ALERT_URLS": sink.url,
        "VRA_RASA_URL": NOWHERE,
        "VRA_ACTIONS_URL": NOWHERE,
    }
    with contextlib.ExitStack() as stack:
        found = []
        for n in range(count):
            port = free_port()
            environment = clean_environment(
                VRA_DATA_DIR=str(folder / f"var{n}"), VRA_PORT=str(port), **shared
            )
            if not n:
                run_once(environment, "bot.cli", "setup")
                _add_staff(environment, staff)
            log = folder / f"web{n}.log"
            process = stack.enter_context(started(log, environment, "bot.cli", "run"))
            url = f"http://{LOOPBACK}:{port}"
            _wait_until_up(url, log)
            found.append(Server(url, psutil.Process(process.pid)))
        try:
            yield found
        except Exception as error:
            logs = "\n".join(last_words(log) for log in sorted(folder.glob("web*.log")))
            raise RuntimeError(f"{type(error).__name__}: {error}; the servers said last:\n{logs}") from error


def _add_staff(environment: dict[str, str], count: int) -> None:
    for n in range(count):
        command = [sys.executable, "-m", "bot.cli", "desk", "user", "add", f"w{n}", "--role", "staff"]
        command += ["--password-stdin", "--no-totp"]
        subprocess.run(  # noqa: S603
            command, cwd=ROOT, env=environment, input=PASSWORD, text=True, check=True, capture_output=True
        )


def _wait_until_up(url: str, log: Path) -> None:
    end = time.monotonic() + UP_WITHIN_S
    while time.monotonic() < end:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/healthz", timeout=5, trust_env=False).status_code == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"The server did not start:\n{last_words(log)}")


async def _kill_now_and_then(up: list[Server], plan: Plan, done: list[float]) -> None:
    rng = random.Random(plan.seed)  # noqa: S311 (moments, no secret)
    while len(done) < plan.kills:
        await asyncio.sleep(rng.uniform(*plan.kill_every_s))
        if rng.choice(up).kill():
            done.append(time.monotonic())


async def _play(plan: Plan, up: list[Server], seen: Seen) -> tuple[list[Visitor], list[Worker], int]:
    rng = random.Random(plan.seed)  # noqa: S311
    kills: list[float] = []
    async with contextlib.AsyncExitStack() as stack:
        https = [await stack.enter_async_context(client(server.url)) for server in up]
        visitors = [
            Visitor(https[n % len(https)], seen, n, random.Random(n))  # noqa: S311
            for n in range(plan.visitors)
        ]
        workers = []
        for n in range(plan.staff):
            own = await stack.enter_async_context(client(up[n % len(up)].url))
            workers.append(Worker(own, seen, f"w{n}", plan.lines))

        async def arrive(visitor: Visitor) -> None:
            await asyncio.sleep(rng.uniform(0, plan.arrive_within_s))
            await visitor.come()

        at_desk = [asyncio.create_task(worker.work()) for worker in workers]
        killing = asyncio.create_task(_kill_now_and_then(up, plan, kills))
        visiting = asyncio.gather(*map(arrive, visitors))
        async with asyncio.timeout(plan.longest_s):
            await asyncio.wait({visiting, *at_desk}, return_when=asyncio.FIRST_COMPLETED)
            for task in at_desk:
                if task.done():
                    visiting.cancel()
                    task.result()
            await visiting
            await killing
        await _settle(visitors)
        for task in at_desk:
            task.cancel()
        ended = await asyncio.gather(*at_desk, return_exceptions=True)
        failed = [e for e in ended if isinstance(e, Exception) and not isinstance(e, asyncio.CancelledError)]
        if failed:
            raise failed[0]
        for visitor in visitors:
            visitor.kept = await visitor.stored()
        for visitor in visitors:
            visitor.stop()
    return visitors, workers, len(kills)


async def _settle(visitors: list[Visitor]) -> None:
    """Until every stream has what is stored, or no longer than it may take."""
    end = time.monotonic() + UP_WITHIN_S
    for visitor in visitors:
        while time.monotonic() < end:
            kept = [m["id"] for m in await visitor.stored()]
            if set(kept) <= set(visitor.streamed):
                break
            await asyncio.sleep(0.1)


def play(plan: Plan, folder: Path, database_url: str | None = None, webs: int = 1) -> Figures:
    """One run on SQLite, or on the given database; its figures."""
    seen, begun = Seen(), time.monotonic()
    url = database_url or f"sqlite:///{folder / 'vra.db'}"
    with listening() as sink, servers(folder, webs, url, sink, plan.staff) as up:
        visitors, workers, kills = asyncio.run(_play(plan, up, seen))
        _wait_for_alerts(url)
        found = compare(visitors, workers, seen, create_engine(url), sink)
    return {
        "visitors": plan.visitors,
        "staff": plan.staff,
        "webs": webs,
        "kills": kills,
        "took_s": round(time.monotonic() - begun),
        **found,
    }


def _wait_for_alerts(url: str) -> None:
    """Until all are settled: what a killed process held is given up after a minute."""
    engine, end = create_engine(url), time.monotonic() + 2 * UP_WITHIN_S
    query = text("SELECT count(*) FROM alerts WHERE state IN ('pending', 'failed', 'sending')")
    while time.monotonic() < end:
        with engine.connect() as connection:
            left = connection.scalar(query)
        if not left:
            break
        time.sleep(0.5)
    engine.dispose()


def compare(
    visitors: list[Visitor], workers: list[Worker], seen: Seen, engine: Engine, sink: Sink
) -> Figures:
    """What went wrong, counted: all but the measured times must be 0."""
    lost = doubled = gaps = repeats = unheard = 0
    for visitor in visitors:
        kept = visitor.kept
        texts = Counter(m["text"] for m in kept if m["author"] == "visitor")
        lost += sum(texts[said] == 0 for said in visitor.sent)
        doubled += sum(count > 1 for count in texts.values())
        ids = [m["id"] for m in kept]
        gaps += len(set(ids) - set(visitor.streamed))
        repeats += len(visitor.streamed) - len(set(visitor.streamed))
        gaps += visitor.streamed != sorted(visitor.streamed)
        lines = [m["text"] for m in kept if m["author"] == "staff"]
        doubled += len(lines) - len(set(lines))
    for worker in workers:
        for ids in worker.heard.values():
            repeats += len(ids) - len(set(ids))
    claims = Counter(chat for worker in workers for chat in worker.claimed)
    return {
        "messages_lost": lost,
        "messages_doubled": doubled,
        "stream_gaps": gaps,
        "stream_repeats": repeats,
        "refused": seen.refused,
        "claimed_twice": sum(count > 1 for count in claims.values()),
        "out_of_order": seen.disorder,
        **_stored(engine, {v.id for v in visitors}, workers, sink),
        "screen": summary(seen.screen) if seen.screen else None,
        "unheard": unheard,
    }


def _stored(engine: Engine, chats: set[str], workers: list[Worker], sink: Sink) -> Figures:
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT conversation_id, level, opened_at, claimed_at, closed_at FROM handoffs")
        ).all()
        claims = connection.execute(
            text("SELECT conversation_id, count(*) FROM state_changes WHERE after = 'staff' GROUP BY 1")
        ).all()
        back = dict(
            connection.execute(
                text(
                    "SELECT conversation_id, count(*) FROM state_changes"
                    " WHERE before = 'staff' AND after = 'waiting' GROUP BY 1"
                )
            ).all()
        )
        alerts: dict[str, int] = dict(
            connection.execute(text("SELECT state, count(*) FROM alerts GROUP BY 1")).all()  # type: ignore[arg-type]
        )
    engine.dispose()
    found = Counter(row.conversation_id for row in rows)
    sent, unsure = alerts.get("sent", 0), alerts.get("unsure", 0)
    return {
        "handoffs_lost": len(chats - set(found)),
        "handoffs_doubled": sum(count > 1 for count in found.values()),
        "not_ended": sum(row.closed_at is None for row in rows),
        "taken_twice": sum(count != 1 + back.get(chat, 0) for chat, count in claims),
        "overtaken": _overtaken(rows, [worker.looked for worker in workers]),
        "alerts": len(sink.got),
        "alerts_unsure": unsure,
        "alerts_lost": max(0, sent - len(sink.got))
        + sum(alerts.get(s, 0) for s in ("failed", "given_up", "pending")),
        "alerts_doubled": max(0, len(sink.got) - sent - unsure),
    }


def _overtaken(rows: Sequence[Any], looks: Sequence[dict[str, dt.datetime]]) -> int:
    """Chats of something less picked from a queue in which an emergency had waited for two seconds or more."""

    def at(value: Any) -> dt.datetime:
        found: dt.datetime = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
        return found.replace(tzinfo=found.tzinfo or dt.UTC)

    slack = dt.timedelta(seconds=2)
    claimed = {r.conversation_id: r for r in rows if r.claimed_at is not None}
    grave = [(at(r.opened_at), at(r.claimed_at)) for r in claimed.values() if r.level == "emergency"]
    less = [
        when
        for looked in looks
        for chat, when in looked.items()
        if chat in claimed and claimed[chat].level != "emergency"
    ]
    return sum(any(opened + slack < when < taken for opened, taken in grave) for when in less)


FAULTS = (
    "messages_lost",
    "messages_doubled",
    "stream_gaps",
    "stream_repeats",
    "refused",
    "claimed_twice",
    "taken_twice",
    "out_of_order",
    "overtaken",
    "handoffs_lost",
    "handoffs_doubled",
    "not_ended",
    "alerts_lost",
    "alerts_doubled",
)


def faults(found: Figures) -> Figures:
    """What went wrong in a run: empty where nothing did."""
    return {name: found[name] for name in FAULTS if found[name]}


def shown(found: Figures) -> str:
    """A run as JSON."""
    return json.dumps(found, indent=2)


def smaller(plan: Plan, **changes: object) -> Plan:
    """The same run with other numbers."""
    return replace(plan, **changes)  # type: ignore[arg-type]
