"""Rasa's own checks on the project: its data are valid, and the conversation tests pass on the trained model."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.content import ROOT

RASA = Path(sys.executable).with_name("rasa")


def rasa(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(
        [str(RASA), *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_the_data_are_valid_without_warnings() -> None:
    done = rasa("data", "validate", "--fail-on-warnings")
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize("kind", ["core"])
def test_the_conversation_tests_pass(kind: str, tmp_path: Path) -> None:
    done = rasa(
        "test", kind, "--stories", "tests/stories", "--out", str(tmp_path), "--fail-on-prediction-errors"
    )
    failed = tmp_path / "failed_test_stories.yml"
    assert failed.is_file(), done.stdout[-2000:] + done.stderr[-2000:]
    assert "None of the test stories failed" in failed.read_text(), failed.read_text()
    assert done.returncode == 0
