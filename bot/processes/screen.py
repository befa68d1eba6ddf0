"""What the supervisor writes to the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

Say = Callable[[str], None]
LONGEST = 500


def say(line: str) -> None:
    """Print a line at once. A terminal that has gone away must not end the processes."""
    try:
        print(line, flush=True)
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def clean(raw: bytes) -> str:
    """A line of a child's output as it may stand on a terminal: no control characters, not endless."""
    text = raw[: 4 * LONGEST].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else " " for c in text)[:LONGEST].rstrip()
