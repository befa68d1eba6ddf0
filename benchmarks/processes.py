"""Starting and stopping what is measured. All of it ends with the benchmark, even when that is killed."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.content import ROOT
from bot.processes.child import bound
from bot.processes.ports import LOOPBACK

STOP_S = 20.0


@contextlib.contextmanager
def started(log: Path, environment: Mapping[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m arguments...`, its output in `log`; stopped at the end."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 (our own modules)
            bound(sys.executable, "-m", *arguments),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_S)
    process.kill()
    process.wait()


def run_once(environment: Mapping[str, str], *arguments: str) -> None:
    """Run `python -m arguments...` to its end. Raises RuntimeError with what it said where it fails."""
    command = bound(sys.executable, "-m", *arguments)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments[:2])}: {(done.stderr or done.stdout).strip()[-2000:]}")


def free_port() -> int:
    """A port of loopback that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def last_words(log: Path) -> str:
    """The end of a log, for the message of a failure."""
    return log.read_text("utf-8", "replace")[-2000:]
