"""The time, in one place: UTC inside, Europe/London for people.

`VRA_NOW` (ISO time) starts the clock elsewhere; it is refused unless `VRA_ENV=test`.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from functools import cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


@cache
def _offset() -> dt.timedelta:
    start = os.environ.get("VRA_NOW")
    if not start:
        return dt.timedelta()
    if os.environ.get("VRA_ENV") != "test":
        raise SystemExit("VRA_NOW moves the clock and is only for tests: set VRA_ENV=test or unset it.")
    try:
        wanted = dt.datetime.fromisoformat(start)
    except ValueError:
        raise SystemExit(f"VRA_NOW is not an ISO time: {start}") from None
    if wanted.tzinfo is None:
        wanted = wanted.replace(tzinfo=LONDON)
    return wanted - dt.datetime.fromtimestamp(time.time(), dt.UTC)


def now() -> dt.datetime:
    """The current time, aware, in UTC."""
    return dt.datetime.now(dt.UTC) + _offset()


def local(at: dt.datetime) -> dt.datetime:
    """The same moment on a clock in London."""
    return at.astimezone(LONDON)


@cache
def _bank_holidays(year: int) -> frozenset[dt.date]:
    import holidays  # slow to import, and needed only where hours are asked for

    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_bank_holiday(day: dt.date) -> bool:
    """Whether `day` is a bank holiday in England."""
    return day in _bank_holidays(day.year)
