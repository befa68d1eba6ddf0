"""The real three processes, started once for all suites that drive them from outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

VRA = Path(sys.executable).with_name("vra")
MODULES = {"web": "bot.processes.web", "rasa": "bot.nlu.serve", "actions": "bot.nlu.serve_actions"}
READY_S = 180.0
STOP_S = 20.0
LOOK_EVERY_S = 0.2


def free_port() -> int:
    """A port on loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data_dir: Path, port: int) -> dict[str, str]:
    """An instance of its own, whatever is set on this machine or in `.env`."""
    own = {
        "VRA_ENV": "test",
        "VRA_DATA_DIR": str(data_dir),
        "VRA_PORT": str(port),
        "VRA_DATABASE_URL": f"sqlite:///{data_dir / 'vra.db'}",
        "VRA_SECRET_KEYS": "",
        "VRA_PUBLIC_URL": "",
        # All visitors of the tests come from one address
        "VRA_NEW_CHATS_PER_HOUR": "0",
    }
    return {k: v for k, v in os.environ.items() if not k.startswith("VRA_")} | own


def until(true: Callable[[], bool], what: str, longest_s: float = READY_S) -> None:
    """Look until something is true. Raises TimeoutError naming it."""
    end = time.monotonic() + longest_s
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {longest_s:.0f} s")
        time.sleep(LOOK_EVERY_S)


@dataclass
class RunningSystem:
    """`vra run` in a data folder of its own. `log`: all that it printed."""

    supervisor: psutil.Popen
    url: str
    data_dir: Path
    log: Path
    environment: dict[str, str]

    @property
    def password(self) -> str:
        """The one-time password of `admin` that was printed at the start."""
        lines = self.log.read_text("utf-8").splitlines()
        return lines[next(i for i, line in enumerate(lines) if line.startswith("One-time password")) + 1]

    def children(self) -> dict[str, psutil.Process]:
        """The processes that run now, by name: web, rasa, actions."""
        found: dict[str, psutil.Process] = {}
        for process in self.supervisor.children():
            with suppress(psutil.NoSuchProcess):
                command = process.cmdline()
                found |= {name: process for name, module in MODULES.items() if module in command}
        return found

    def child(self, name: str) -> psutil.Process:
        """One of the processes; send it any signal."""
        return self.children()[name]

    def kill(self, name: str) -> None:
        """SIGKILL for one of the processes, and wait until it is gone; the supervisor restarts it."""
        process = self.child(name)
        process.kill()
        process.wait(STOP_S)

    def is_ready(self) -> bool:
        """Whether all three listen and a whole turn went through them.

        `/readyz` alone could still speak of a process that was killed a moment ago.
        """
        children = self.children()
        if not (children.keys() == MODULES.keys() and all(map(_listens, children.values()))):
            return False
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def wait_until_ready(self, longest_s: float = READY_S) -> None:
        """Wait until a whole turn goes through; raises with what was printed if the start fails."""

        def ready_or_ended() -> bool:
            return self.supervisor.poll() is not None or self.is_ready()

        try:
            until(ready_or_ended, "ready", longest_s)
        except TimeoutError as error:
            raise TimeoutError(f"{error}; printed so far:\n{self.log.read_text('utf-8')}") from None
        if self.supervisor.poll() is not None:
            raise RuntimeError(f"the system ended; it printed:\n{self.log.read_text('utf-8')}")

    def vra(self, *arguments: str, said: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run the command `vra` on this instance; raises CalledProcessError where it fails."""
        command = [str(VRA), *arguments]
        return subprocess.run(
            command, env=self.environment, input=said or "", text=True, capture_output=True, check=True
        )

    def stop(self) -> int:
        """Stop all as Ctrl-C does; the exit code."""
        children = list(self.children().values())
        if self.supervisor.poll() is None:
            self.supervisor.send_signal(signal.SIGINT)
        code = self.supervisor.wait(STOP_S)
        _, alive = psutil.wait_procs(children, STOP_S)
        assert not alive, alive
        return int(code)


def _listens(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return any(c.status == psutil.CONN_LISTEN for c in process.net_connections("tcp"))
    return False


@contextmanager
def start(data_dir: Path, **settings: str) -> Iterator[RunningSystem]:
    """Start `vra run` on a free port, not waiting for anything; all is stopped at the end, whatever happens."""
    port = free_port()
    variables = environment(data_dir, port) | settings
    log = data_dir.with_name(f"{data_dir.name}.log")
    with log.open("wb") as out:
        supervisor = psutil.Popen(
            [str(VRA), "run", "--end-with-parent"],
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            # Ctrl-C in the terminal is for the test run, which then stops this
            start_new_session=True,
        )
    system = RunningSystem(supervisor, f"http://127.0.0.1:{port}", data_dir, log, variables)
    try:
        yield system
    finally:
        try:
            system.stop()
        finally:
            if supervisor.poll() is None:
                supervisor.kill()
                supervisor.wait()
