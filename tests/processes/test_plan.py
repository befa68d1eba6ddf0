"""What the processes are told: free ports on loopback, no telemetry, an endpoints file of their own."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from bot.content import ROOT
from bot.processes.keeper import Program
from bot.processes.plan import make_plan
from bot.settings import Settings
from tests.running import free_port


def programs(settings: Settings) -> dict[str, Program]:
    with ExitStack() as held:
        plan = make_plan(settings, held)
    return {program.name: program for program in (plan.web, *plan.others)}


def option(program: Program, name: str) -> str:
    return program.command[program.command.index(name) + 1]


def test_all_are_told_the_same_addresses_on_loopback(tmp_path: Path) -> None:
    found = programs(Settings(data_dir=tmp_path, port=free_port()))
    assert list(found) == ["web", "actions", "rasa"]
    for program in found.values():
        assert program.environment["VRA_RASA_URL"] == f"http://127.0.0.1:{option(found['rasa'], '--port')}"
        assert (
            program.environment["VRA_ACTIONS_URL"] == f"http://127.0.0.1:{option(found['actions'], '--port')}"
        )
        assert program.environment["RASA_TELEMETRY_ENABLED"] == "false"
        assert program.environment["VRA_DATA_DIR"] == str(tmp_path)


def test_rasa_keeps_its_tracker_store_and_finds_the_actions(tmp_path: Path) -> None:
    found = programs(Settings(data_dir=tmp_path, port=free_port()))
    endpoints = yaml.safe_load(Path(option(found["rasa"], "--endpoints")).read_text())
    assert endpoints["tracker_store"] == yaml.safe_load((ROOT / "endpoints.yml").read_text())["tracker_store"]
    port = option(found["actions"], "--port")
    assert endpoints["action_endpoint"]["url"] == f"http://127.0.0.1:{port}/webhook"


def test_two_at_a_time_share_no_port_and_no_file(tmp_path: Path) -> None:
    with ExitStack() as held:
        plans = [make_plan(Settings(data_dir=tmp_path, port=free_port()), held) for _ in range(2)]
    told = [option(program, "--port") for plan in plans for program in plan.others]
    assert len(set(told)) == 4
    assert len(list((tmp_path / "run").iterdir())) == 2


def test_a_process_that_runs_elsewhere_is_not_started(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, port=free_port(), rasa_url="http://10.0.0.2:5005")
    found = programs(settings)
    assert list(found) == ["web", "actions"]
    assert found["web"].environment["VRA_RASA_URL"] == "http://10.0.0.2:5005"


def test_the_data_folder_is_told_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    found = programs(Settings(data_dir=Path("here"), port=free_port()))
    assert found["web"].environment["VRA_DATA_DIR"] == str(tmp_path / "here")
