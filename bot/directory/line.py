"""One line in, one answer out: what the command line prints for `find` and `place`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bot.directory.directory import Directory


def find_line(directory: Directory, text: str, at: dt.datetime, danger: bool = False) -> dict[str, Any]:
    """`{need, area, services, text}` for a person's whole message; `services` are the ids shown first."""
    found = directory.find(directory.understand(text), at, danger)
    services = [card.id for card in found.services]
    return {"need": found.need, "area": found.area, "services": services, "text": found.text}


def place_line(directory: Directory, text: str) -> dict[str, Any]:
    """`{authority}`: one of the area's authorities, "outside" or "ambiguous"."""
    return {"authority": directory.places.resolve(text).authority}
