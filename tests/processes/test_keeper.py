"""Programs are started, heard, restarted with growing patience, and stopped: on small real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from bot.processes import keeper
from bot.processes.keeper import Keeper, Patience, Program

QUICK = Patience(first=0.01, longest=0.04)
IGNORES_TERM = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(600)"
)


class Screen:
    """What was said; `until` waits for a line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._more = asyncio.Event()

    def say(self, line: str) -> None:
        self.lines.append(line)
        self._more.set()

    async def until(self, part: str) -> str:
        async with asyncio.timeout(30):
            while not any(part in line for line in self.lines):
                self._more.clear()
                await self._more.wait()
        return next(line for line in self.lines if part in line)


def program(code: str, *arguments: str) -> Program:
    return Program("web", (sys.executable, "-u", "-c", code, *arguments), dict(os.environ))


async def keep_until(subject: Program, part: str, patience: Patience = QUICK) -> Screen:
    """Keep a program until a line is said, then stop."""
    screen, stop = Screen(), asyncio.Event()
    keeping = asyncio.create_task(Keeper(subject, screen.say, stop, patience).keep())
    await screen.until(part)
    stop.set()
    await asyncio.wait_for(keeping, 30)
    return screen


def test_what_ends_is_started_again_with_its_reason_on_screen() -> None:
    dies = program("import sys; print('no luck', file=sys.stderr); sys.exit(3)")
    screen = asyncio.run(keep_until(dies, "again in 0.04 s"))
    assert screen.lines[:6] == [
        "web     | no luck",
        "web ended (exit code 3: no luck). It starts again in 0.01 s.",
        "web     | no luck",
        "web ended (exit code 3: no luck). It starts again in 0.02 s.",
        "web     | no luck",
        "web ended (exit code 3: no luck). It starts again in 0.04 s.",
    ]


def test_a_signal_is_named() -> None:
    killed = program("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    screen = asyncio.run(keep_until(killed, "ended"))
    assert screen.lines[0] == "web ended (signal SIGKILL). It starts again in 0.01 s."


def test_a_program_that_is_not_there_is_told_and_tried_again() -> None:
    missing = Program("rasa", ("/no/such/program",), dict(os.environ))
    screen = asyncio.run(keep_until(missing, "again in 0.02 s"))
    assert "/no/such/program cannot be started: No such file or directory" in screen.lines[0]
    assert not any("Traceback" in line for line in screen.lines)


def test_patience_doubles_up_to_half_a_minute() -> None:
    assert [Patience().wait(n) for n in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]
    assert Patience().wait(100_000) == 30


def test_patience_begins_anew_after_a_steady_run(tmp_path: Path) -> None:
    counts = "import sys; open(sys.argv[1], 'a').write('x'); print(len(open(sys.argv[1]).read()), 'times')"
    always_steady = Patience(first=0.01, longest=0.04, steady=0.0)
    screen = asyncio.run(keep_until(program(counts, str(tmp_path / "count")), "4 times", always_steady))
    assert not any("0.02 s" in line for line in screen.lines)


def test_one_that_ends_does_not_touch_the_others() -> None:
    async def both() -> list[str]:
        screen, stop = Screen(), asyncio.Event()
        stays = program("import time; print('here', flush=True); time.sleep(600)")
        dies = Program("rasa", (sys.executable, "-c", ""), dict(os.environ))
        keepers = [Keeper(each, screen.say, stop, QUICK) for each in (stays, dies)]
        keeping = [asyncio.create_task(each.keep()) for each in keepers]
        await screen.until("here")
        await screen.until("0.04 s")
        stop.set()
        await asyncio.wait_for(asyncio.gather(*keeping), 30)
        return screen.lines

    lines = asyncio.run(both())
    assert lines.count("web     | here") == 1
    assert not any(line.startswith("web ended") for line in lines)


def test_one_that_does_not_listen_is_killed_with_what_it_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "STOP_S", 0.1)
    stubborn = (
        "import os, subprocess, sys; subprocess.Popen([sys.executable, '-u', '-c', sys.argv[1]]); "
        + IGNORES_TERM.replace("'up'", "'pids', os.getpid()")
    )

    async def stop_it() -> list[psutil.Process]:
        screen, stop = Screen(), asyncio.Event()
        keeping = asyncio.create_task(Keeper(program(stubborn, IGNORES_TERM), screen.say, stop, QUICK).keep())
        leader = psutil.Process(int((await screen.until("pids")).split()[-1]))
        await screen.until("| up")
        family = [leader, *leader.children()]
        assert len(family) == 2
        stop.set()
        await asyncio.wait_for(keeping, 30)
        return family

    _, alive = psutil.wait_procs(asyncio.run(stop_it()), 10)
    assert not alive


def test_ctrl_c_in_the_terminal_reaches_only_the_supervisor() -> None:
    own_group = program("import os; print('group', os.getpgid(0) == os.getpid())")
    assert "group True" in asyncio.run(keep_until(own_group, "group")).lines[0]


def test_files_are_for_the_owner_alone(tmp_path: Path) -> None:
    writes = program("import sys; open(sys.argv[1], 'w'); print('written')", str(tmp_path / "file"))
    asyncio.run(keep_until(writes, "written"))
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_output_cannot_block_a_program_or_play_with_the_terminal() -> None:
    floods = "import sys; sys.stdout.write('x' * 3_000_000 + '\\n\\x1b[2Jclear\\x07\\n\\xff\\n\\nend\\n')"
    lines = asyncio.run(keep_until(program(floods), "| end")).lines
    assert len(lines[0]) < 600
    assert lines[1] == "web     |  [2Jclear"
    assert all(line.isprintable() for line in lines)


def test_an_unknown_signal_is_a_number() -> None:
    assert keeper.reason(-signal.SIGTERM) == "signal SIGTERM"
    assert keeper.reason(-250) == "signal 250"
