"""The hazard log names tests that exist: a control without one is a wish."""

from __future__ import annotations

import re

from bot.content import ROOT

ROWS = [
    [cell.strip() for cell in line.strip("|\n").split("|")]
    for line in (ROOT / "docs/hazards.md").read_text("utf-8").splitlines()
    if re.match(r"\| \d+ \|", line)
]
FIELDS = 7


def test_every_hazard_is_told_in_full() -> None:
    assert len(ROWS) >= 25
    assert [int(row[0]) for row in ROWS] == list(range(1, len(ROWS) + 1))
    for row in ROWS:
        assert len(row) == FIELDS, row[0]
        assert all(row[:6]), row[0]


def test_every_control_has_a_test_that_exists() -> None:
    for row in ROWS:
        file, _, name = row[5].partition("::")
        text = (ROOT / file).read_text("utf-8")
        assert not name or f"def {name}(" in text, row[5]
