"""The dialogue model does not start without our tracker store."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from rasa.core.agent import Agent
from rasa.core.tracker_store import InMemoryTrackerStore

from bot.content import ROOT
from bot.conversations.database import make_engine
from bot.conversations.tables import Base
from bot.crypto import make_key_file
from bot.nlu.serve import CannotStart, check_agent, check_port, load_endpoints
from bot.settings import Settings

OURS = "bot.nlu.tracker_store.EncryptedTrackerStore"


def endpoints(folder: Path, store: str) -> Path:
    path = folder / "endpoints.yml"
    path.write_text(
        f"action_endpoint: {{url: 'http://127.0.0.1:1/webhook'}}\ntracker_store: {{type: {store}}}\n"
    )
    return path


def start(folder: Path, store: str = OURS) -> subprocess.CompletedProcess[str]:
    """Run the command with an empty data folder; it must end by itself."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    model = folder / "model.tar.gz"
    model.touch()
    command = [sys.executable, "-m", "bot.nlu.serve", "--port", str(port)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("VRA_")} | {
        "VRA_DATA_DIR": str(folder)
    }
    return subprocess.run(
        [*command, "--endpoints", str(endpoints(folder, store)), "--model", str(model)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def assert_refused(done: subprocess.CompletedProcess[str], reason: str) -> None:
    assert done.returncode == 1
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_it_refuses_to_start_without_a_key(tmp_path: Path) -> None:
    assert_refused(start(tmp_path), "There is no key")


def test_it_refuses_to_start_without_tables(tmp_path: Path) -> None:
    make_key_file(Settings(data_dir=tmp_path))
    assert_refused(start(tmp_path), "make setup")


def test_it_refuses_to_start_with_a_model_that_does_not_load(tmp_path: Path) -> None:
    make_key_file(Settings(data_dir=tmp_path))
    Base.metadata.create_all(make_engine(f"sqlite:///{tmp_path / 'vra.db'}"))
    done = start(tmp_path)
    assert done.returncode == 1
    assert "The model could not be loaded" in done.stderr


def test_it_says_which_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=str(port)):
            check_port(port)


@pytest.mark.parametrize("store", ["bot.nlu.tracker_store.Encrypted", "sql", "no.such.module.Store", "null"])
def test_it_refuses_any_other_tracker_store(tmp_path: Path, store: str) -> None:
    with pytest.raises(CannotStart, match="would not be encrypted"):
        load_endpoints(endpoints(tmp_path, store))


def test_an_agent_that_fell_back_to_memory_is_refused() -> None:
    agent = Agent(tracker_store=InMemoryTrackerStore(None))
    agent.processor = object()  # stands for a loaded model
    with pytest.raises(CannotStart, match="would not be encrypted"):
        check_agent(agent)
