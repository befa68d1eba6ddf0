"""Logs of the dialogue processes hold nothing that a visitor wrote."""

from __future__ import annotations

import subprocess
import sys

from bot.content import ROOT

SECRET = "he keeps the key under the mat"
SCRIPT = f"""
import logging, warnings, structlog
from bot.nlu import quiet
quiet.configure()
structlog.get_logger().error("rest.message.received.failure", text={SECRET!r})
structlog.get_logger().info("seen", text={SECRET!r})
logging.getLogger("rasa").info({SECRET!r})
warnings.warn({SECRET!r})
try:
    try:
        raise ValueError({SECRET!r})
    except ValueError as error:
        raise RuntimeError({SECRET!r}) from error
except RuntimeError:
    logging.getLogger("rasa").exception("a turn failed")
"""


def test_only_fixed_words_and_types_are_logged() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    said = done.stdout + done.stderr
    assert "rest.message.received.failure" in said
    assert "a turn failed" in said
    assert "RuntimeError from ValueError" in said
    assert SECRET not in said
