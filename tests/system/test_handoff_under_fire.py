"""Visitors and staff against the real server, which is killed meanwhile: nothing lost, nothing twice, in order."""

from __future__ import annotations

from pathlib import Path

from benchmarks.handoff.__main__ import one
from benchmarks.handoff.run import faults


def test_web_is_killed_again_and_again(tmp_path: Path) -> None:
    found = one("kills", tmp_path, quick=True)
    assert faults(found) == {}
    assert found["kills"] == 3
    assert found["alerts"] + found["alerts_unsure"] >= found["visitors"]


def test_two_processes_on_postgresql(tmp_path: Path) -> None:
    # PostgreSQL runs as a user of its own, who must be able to enter
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    found = one("postgres", tmp_path, quick=True)
    assert faults(found) == {}
    assert (found["kills"], found["webs"]) == (3, 2)
