"""Time limits: each stands once in `timescales.yml`; answers name it as {id.everyone} or {id.enhanced}."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from bot.knowledge.schema import Span, Timescale

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"^([a-z_]+)\.(everyone|enhanced)$")


class Timescales:
    """The time limits, and what fills them in. Ask `on` for those of one day: only there each id stands once."""

    def __init__(self, items: Iterable[Timescale]) -> None:
        self.items = tuple(items)
        self.by_id = {item.id: item for item in self.items}

    def on(self, day: dt.date) -> Timescales:
        """Those in force on a day."""
        return Timescales(item for item in self.items if item.in_force.covers(day))

    def span(self, name: str) -> Span:
        """The span that "id.everyone" or "id.enhanced" names. Raises KeyError with the reason."""
        match = _NAME.match(name)
        if not match or match[1] not in self.by_id:
            raise KeyError(f"{{{name}}} names no time limit of timescales.yml")
        item = self.by_id[match[1]]
        if not item.showable:
            raise KeyError(f"{{{name}}} is unverified: not for visitors until someone has assured it")
        span = item.everyone if match[2] == "everyone" else item.enhanced
        if span is None:
            raise KeyError(f"{{{name}}} has no limit of its own for enhanced rights")
        return span

    def fill(self, text: str) -> str:
        """`text` with every placeholder replaced. Raises KeyError for one that cannot be."""
        return PLACEHOLDER.sub(lambda match: str(self.span(match[1])), text)

    def differing(self, text: str) -> Timescale | None:
        """The first limit named in `text` that is another one for people with enhanced rights."""
        for name in PLACEHOLDER.findall(text):
            match = _NAME.match(name)
            item = self.by_id.get(match[1]) if match else None
            if item and item.showable and item.enhanced and item.enhanced != item.everyone:
                return item
        return None
