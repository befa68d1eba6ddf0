"""The real processes end with what started them, whether it is asked to stop or killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from bot.content import ROOT
from tests import running

SUPERVISES = """
import asyncio, os, sys
from bot.processes.keeper import Keeper, Program
sleep = (sys.executable, "-u", "-c", "import os, time; print(os.getpid()); time.sleep(600)")
async def keep():
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for name in "abc":
            program = Program(name, sleep, dict(os.environ))
            tasks.create_task(Keeper(program, lambda line: print(line, flush=True), stop).keep())
asyncio.run(keep())
"""


def test_no_child_outlives_a_killed_supervisor() -> None:
    supervisor = psutil.Popen(
        [sys.executable, "-c", SUPERVISES],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    children = [psutil.Process(int(supervisor.stdout.readline().split("|")[1])) for _ in range(3)]
    assert all(child.is_running() for child in children)
    supervisor.kill()
    supervisor.wait()
    _, alive = psutil.wait_procs(children, 10)
    end(alive)
    assert not alive


def end(processes: list[psutil.Process]) -> None:
    """Leave nothing of a failed test behind."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def started_by_make(data_dir: Path) -> psutil.Popen:
    variables = running.environment(data_dir, running.free_port())
    return psutil.Popen(
        ["make", "run"],
        cwd=ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def family(make: psutil.Popen) -> list[psutil.Process]:
    found: list[psutil.Process] = make.children(recursive=True)
    return found


def all_three_run(make: psutil.Popen) -> bool:
    words: set[str] = set()
    for process in family(make):
        # Steps of the set-up come and go
        with suppress(psutil.NoSuchProcess):
            words.update(process.cmdline())
    return words.issuperset(running.MODULES.values())


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_make_run_leaves_no_process_behind(tmp_path: Path, how: signal.Signals) -> None:
    make = started_by_make(tmp_path / "data")
    processes: list[psutil.Process] = []
    try:
        running.until(lambda: make.poll() is None and all_three_run(make), "three processes", 60)
        processes = family(make)
        make.send_signal(how)
        make.wait(running.STOP_S)
        _, alive = psutil.wait_procs(processes, running.STOP_S)
        assert not alive
    finally:
        end([make, *processes])


def test_the_running_system_has_no_port_but_its_own_open_to_others(
    running_system: running.RunningSystem,
) -> None:
    listening = [
        connection.laddr
        for process in running_system.children().values()
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len({address.port for address in listening}) == 3
    assert {address.ip for address in listening} == {"127.0.0.1"}
