"""Keeps one program running: starts it, passes on what it says, restarts it with growing patience, stops it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from bot.content import ROOT
from bot.processes.child import bound
from bot.processes.screen import LONGEST, Say, clean

STOP_S = 10.0
DRAIN_S = 1.0
PRIVATE = 0o077


@dataclass(frozen=True)
class Program:
    """What to run: `descriptors` are open files that it inherits under the same number."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    descriptors: tuple[int, ...] = ()


@dataclass(frozen=True)
class Patience:
    """Seconds before a restart: `first`, then twice as long each time up to `longest`; anew once up for `steady`."""

    first: float = 1.0
    longest: float = 30.0
    steady: float = 60.0

    def wait(self, failures: int) -> float:
        """How long to wait after so many failures in a row (1 or more)."""
        # Above 2**16 the longest wait holds whatever the setting
        return float(min(self.first * 2 ** min(failures - 1, 16), self.longest))


def reason(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


class Keeper:
    """One program, kept running until `stop` is set."""

    def __init__(
        self, program: Program, say: Say, stop: asyncio.Event, patience: Patience | None = None
    ) -> None:
        self._program = program
        self._say = say
        self._stop = stop
        self._patience = patience or Patience()
        self._last_line = ""

    async def keep(self) -> None:
        """Run, and restart what ends, until `stop` is set and the program has ended."""
        loop, failures = asyncio.get_running_loop(), 0
        while not self._stop.is_set():
            began = loop.time()
            how = await self._run_once()
            if self._stop.is_set():
                return
            failures = 1 if loop.time() - began >= self._patience.steady else failures + 1
            wait = self._patience.wait(failures)
            self._say(f"{self._program.name} ended ({how}). It starts again in {wait:g} s.")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), wait)

    async def _run_once(self) -> str:
        """Run the program to its end, or to ours; how it ended."""
        self._last_line = ""
        try:
            process = await self._start()
        except OSError as error:
            return f"it could not be started: {error.strerror}"
        ended, stop = asyncio.ensure_future(process.wait()), asyncio.ensure_future(self._stop.wait())
        listening = asyncio.ensure_future(self._listen(process.stdout))
        try:
            await asyncio.wait({ended, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            await _end(process)
        # Whoever else holds the pipe open is not waited for
        await asyncio.wait({listening}, timeout=DRAIN_S)
        listening.cancel()
        said = f": {self._last_line}" if self._last_line else ""
        return f"{reason(await ended)}{said}"

    async def _start(self) -> asyncio.subprocess.Process:
        # A process group of its own: Ctrl-C reaches the supervisor alone, which then stops all in order
        return await asyncio.create_subprocess_exec(
            *bound(*self._program.command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=self._program.environment,
            cwd=ROOT,
            process_group=0,
            umask=PRIVATE,
            pass_fds=self._program.descriptors,
        )

    async def _listen(self, stream: asyncio.StreamReader | None) -> None:
        async for line in _lines(stream or asyncio.StreamReader()):
            self._last_line = line
            self._say(f"{self._program.name:8}| {line}")


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    """Lines of a stream, cut where they are too long, without empty ones."""
    rest = b""
    while chunk := await stream.read(8192):
        *whole, rest = (rest + chunk).split(b"\n")
        for raw in whole:
            if line := clean(raw):
                yield line
        rest = rest[: 4 * LONGEST]
    if line := clean(rest):
        yield line


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Stop the process and what it started: asked first, killed after STOP_S."""
    if process.returncode is None:
        _signal(process, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_S)
    _signal(process, signal.SIGKILL)
    await process.wait()
