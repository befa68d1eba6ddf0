"""Pieces of the pages that are written from results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def share(value: dict[str, Any] | float | None) -> str:
    """A share with its interval and counts, or a plain figure."""
    if not isinstance(value, dict):
        return "" if value is None else f"{value:g}"
    if not value["n"]:
        return "-"
    return f"{value['share']:.3f} ({value['low']:.3f} to {value['high']:.3f}), {value['k']} of {value['n']}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(row) + " |" for row in (head, *rows)]
    return "\n".join([lines[0], "|" + " --- |" * len(head), *lines[1:]])


def words(name: str) -> str:
    """A figure's name for people."""
    return name.replace("_", " ")


def replaced(page: str, begin: str, end: str, body: str) -> str:
    """The page with `body` between two marks. Raises ValueError where they are not there."""
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{begin} ... {end}: not in the page")
    return f"{before}{begin}\n\n{body}\n\n{end}{after}"
