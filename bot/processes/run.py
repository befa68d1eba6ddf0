"""`vra run`: sets up what is missing, starts the three processes, says where they are, keeps them up."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable

from bot.prepare import SetupProblem, prepare, read_settings
from bot.processes.child import end_with
from bot.processes.keeper import Keeper, Patience
from bot.processes.plan import Plan, make_plan
from bot.processes.ports import EVERYWHERE, LOOPBACK, check_free, status
from bot.processes.screen import say
from bot.settings import Settings

WEB_FIRST_S = 5.0
READY_S = 60.0
# Visitors wait on the open port while `web` is down: never for long
WEB_PATIENCE = Patience(longest=4.0)
LOOK_EVERY_S = 0.25


def run(*, end_with_parent: bool = False) -> int:
    """Set up, start and supervise until stopped by Ctrl-C or SIGTERM; the exit code. Never a traceback.

    `end_with_parent`: stop, too, when the process that started this one is killed (`make run` needs it).
    """
    try:
        if end_with_parent:
            end_with(os.getppid(), signal.SIGTERM)
        settings = read_settings()
        check_free(settings)
        supervise(settings, prepare(settings, first_user=True))
    except SetupProblem as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def supervise(settings: Settings, password: str | None = None) -> None:
    """Keep the processes up until SIGINT, SIGTERM or SIGHUP. Raises SetupProblem where they cannot be started.

    `password`: the first user's one-time password, shown with the addresses.
    """
    try:
        with contextlib.ExitStack() as held:
            asyncio.run(_keep(make_plan(settings, held), _Notice(settings, password)))
    except OSError as error:
        raise SetupProblem(f"The processes cannot be started: {error.strerror}.") from None


class _Notice:
    """Where everything is: shown once, at the latest when stopped, so that the password is never lost."""

    def __init__(self, settings: Settings, password: str | None) -> None:
        host = (
            "localhost" if settings.host in {LOOPBACK, *EVERYWHERE, *EVERYWHERE.values()} else settings.host
        )
        self._url = (settings.public_url or f"http://{host}:{settings.port}").rstrip("/")
        self._password = password

    def show(self, state: str) -> None:
        say(f"\n{state}\n\nFor visitors:\n{self._url}/\n\nFor helpline staff, the desk:\n{self._url}/desk\n")
        self.show_password()
        say("Ctrl-C stops everything.\n")

    def show_password(self) -> None:
        if self._password:
            say(f"One-time password of the first user, admin (shown only now):\n{self._password}\n")
            self._password = None


async def _keep(plan: Plan, notice: _Notice) -> None:
    stop = asyncio.Event()
    _stop_on_signals(stop)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(Keeper(plan.web, say, stop, WEB_PATIENCE).keep())
            # Alone at first: the safety text must not wait for a model that loads
            await _wait(plan.listening, "/healthz", WEB_FIRST_S, stop)
            for program in plan.others:
                tasks.create_task(Keeper(program, say, stop).keep())
            await _tell(plan.listening, notice, stop)
    finally:
        notice.show_password()


async def _tell(listening: socket.socket, notice: _Notice, stop: asyncio.Event) -> None:
    began = time.monotonic()
    say("The pages are up. The dialogue model is loading (usually half a minute).")
    if await _wait(listening, "/readyz", READY_S, stop):
        notice.show(f"Ready after {time.monotonic() - began:.0f} s.")
    elif not stop.is_set():
        notice.show("Not all is ready yet; until it is, visitors get the safety texts and fixed answers.")


async def _wait(listening: socket.socket, path: str, longest_s: float, stop: asyncio.Event) -> bool:
    """Whether `path` answers 200 within the time; False as soon as all is to stop."""
    loop = asyncio.get_running_loop()
    end = loop.time() + longest_s
    while loop.time() < end and not stop.is_set():
        if await asyncio.to_thread(status, listening, path) == 200:
            return True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_EVERY_S)
    return False


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    asked: Callable[[], None] = stop.set
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Under nohup SIGHUP stays ignored
        if signal.getsignal(number) is not signal.SIG_IGN or number != signal.SIGHUP:
            loop.add_signal_handler(number, asked)
