"""Another Code laid beside the one before: from its first day its records take the place of the old ones.

Where the law changes on a day, the old record ends the day before, so that on every day one version counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, Self, TypeVar

from bot.knowledge.schema import Edition, InForce

RIGHTS = range(1, 13)


class Dated(Protocol):
    """An entry or a time limit."""

    @property
    def id(self) -> str: ...
    @property
    def right(self) -> int | None: ...
    @property
    def in_force(self) -> InForce: ...
    def model_copy(self, *, update: dict[str, InForce]) -> Self: ...


Record = TypeVar("Record", bound=Dated)


def ending(old: Dated, new: Iterable[Dated], edition: Edition) -> dt.date | None:
    """The day from which an old record counts no longer, because of a later edition; None if it goes on."""
    start = edition.in_force.from_
    if old.in_force.from_ >= start or (old.in_force.to is not None and old.in_force.to < start):
        return None
    later = [record.in_force.from_ for record in new if record.id == old.id]
    if later:
        return min(later)
    forgotten = old.right in RIGHTS and old.id not in edition.keeps
    return start if forgotten or old.id in edition.ends else None


def succeeded(old: Sequence[Record], new: Sequence[Record], edition: Edition) -> list[Record]:
    """The old records, each ended on the day before the edition takes over from it. None is left out."""
    found = []
    for record in old:
        end = ending(record, new, edition)
        ended = record.in_force.ended(end) if end and end > record.in_force.from_ else record.in_force
        found.append(record.model_copy(update={"in_force": ended}))
    return found


def changes(records: Iterable[Dated]) -> list[dt.date]:
    """The days on which something begins, or is over since the day before; in order."""
    periods = [record.in_force for record in records]
    begun = {period.from_ for period in periods}
    return sorted(begun | {period.to + dt.timedelta(days=1) for period in periods if period.to})


def unknown(edition: Edition, old: Iterable[Dated]) -> Iterator[str]:
    """What `keeps` and `ends` name that is not there."""
    known = {record.id for record in old}
    for field in ("keeps", "ends"):
        for id in getattr(edition, field):
            if id not in known:
                yield f"{field}: {id}: no such entry or time limit before"
