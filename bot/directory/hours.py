"""Opening hours: schedules in London time, bank holidays of England, and what that means at a moment.

A service whose bank holidays are not known is never said to be open on one: it "may be closed today".
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Self

from pydantic import BeforeValidator, model_validator

from bot.clock import LONDON, is_bank_holiday
from bot.content import Strict
from bot.directory.wording import HoursWords, default_hours_words

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY_RANGE = re.compile(r"^([A-Z]{2})(?:-([A-Z]{2}))?$")
_CLOCK = re.compile(r"^([01]?\d|2[0-4]):([0-5]\d)$")
_YEARLY = re.compile(r"^\d\d-\d\d$")
_LOOK_AHEAD_DAYS = 60
_LONG_DAYS = 7


def _days(value: object) -> tuple[int, ...]:
    """ "MO-FR,SU" -> (0, 1, 2, 3, 4, 6). Raises ValueError on anything else."""
    if isinstance(value, tuple):
        return value
    found: set[int] = set()
    for part in str(value).upper().replace(" ", "").split(","):
        match = _DAY_RANGE.match(part)
        if not match or match[1] not in DAYS or (match[2] or match[1]) not in DAYS:
            raise ValueError(f"not a day or range of days: {part!r} (write MO, TU, ... or MO-FR)")
        first, last = DAYS.index(match[1]), DAYS.index(match[2] or match[1])
        found.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    return tuple(sorted(found))


def _clock(value: object) -> dt.time:
    """Read "08:00". YAML reads an unquoted 08:00 as a number, which would be a wrong time: refused."""
    if isinstance(value, dt.time):
        return value
    match = _CLOCK.match(value) if isinstance(value, str) else None
    if not match or (match[1] == "24" and match[2] != "00"):
        raise ValueError(f"not a time: {value!r} (write it in quotes, as in '08:00')")
    return dt.time(int(match[1]) % 24, int(match[2]))


Days = Annotated[tuple[int, ...], BeforeValidator(_days)]
Clock = Annotated[dt.time, BeforeValidator(_clock)]


class Schedule(Strict):
    """One stretch of hours on some weekdays; `closes_at` at or before `opens_at` is on the next day."""

    byday: Days
    opens_at: Clock
    closes_at: Clock
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    def on(self, day: dt.date) -> bool:
        """Whether this schedule opens on `day`."""
        if self.valid_from and day < self.valid_from:
            return False
        return day.weekday() in self.byday and not (self.valid_to and day > self.valid_to)


class Special(Strict):
    """A day that is not like others: "12-25" each year, a date, "easter_sunday" or "bank_holidays".

    Without times it is closed; `sure: false` says that sources differ, so it is neither open nor closed.
    """

    day: str  # not "on", which YAML reads as true
    to: str | None = None
    opens_at: Clock | None = None
    closes_at: Clock | None = None
    sure: bool = True

    @model_validator(mode="after")
    def _readable(self) -> Self:
        named = self.day in {"easter_sunday", "bank_holidays"}
        if named and self.to:
            raise ValueError(f"{self.day} cannot have an end")
        for value in [] if named else [self.day, self.to or self.day]:
            dt.date.fromisoformat(f"2024-{value}" if _YEARLY.match(value) else value)
        if (self.opens_at is None) != (self.closes_at is None):
            raise ValueError("give both opens_at and closes_at, or neither")
        return self

    def covers(self, day: dt.date) -> bool:
        """Whether `day` is such a day."""
        if self.day == "easter_sunday":
            return day == easter_sunday(day.year)
        if self.day == "bank_holidays":
            return is_bank_holiday(day)
        last = self.to or self.day
        if not _YEARLY.match(self.day):
            return self.day <= day.isoformat() <= last
        today = day.isoformat()[5:]
        return self.day <= today <= last if self.day <= last else today >= self.day or today <= last


class Opening(Strict):
    """When something is open. `closed_on_bank_holidays: null` means that nobody has found out."""

    always: bool = False
    schedules: tuple[Schedule, ...] = ()
    closed_on_bank_holidays: bool | None = None
    exceptions: tuple[Special, ...] = ()

    @property
    def known(self) -> bool:
        """Whether any hours are given at all."""
        return self.always or bool(self.schedules)


@dataclass(frozen=True)
class OpenStatus:
    """The state at one moment. `open_now` is None where it is not known; `opens_at` only when closed."""

    open_now: bool | None
    words: str
    opens_at: dt.datetime | None = None
    closes_at: dt.datetime | None = None


def parse_hours(text: str) -> Opening:
    """Read "MO-FR 08:00-20:00; SA 10:00-16:00; PH off", or "24/7". Raises ValueError with what is wrong.

    As in OpenStreetMap's opening_hours: bank holidays count as any other day unless "PH off" or PH hours.
    """
    if text.strip() == "24/7":
        return Opening(always=True)
    schedules: list[Schedule] = []
    specials: list[Special] = []
    for rule in filter(None, (part.strip() for part in text.split(";"))):
        days, _, times = rule.partition(" ")
        if days.upper() == "PH" and times.strip().lower() == "off":
            specials.append(Special(day="bank_holidays"))
            continue
        for span in times.split(","):
            opens, dash, closes = (piece.strip() for piece in span.partition("-"))
            if not dash:
                raise ValueError(f"not opening hours: {rule!r} (write MO-FR 08:00-20:00)")
            if days.upper() == "PH":
                specials.append(
                    Special(day="bank_holidays", opens_at=_clock(opens), closes_at=_clock(closes))
                )
            else:
                schedules.append(
                    Schedule(byday=_days(days), opens_at=_clock(opens), closes_at=_clock(closes))
                )
    if not schedules:
        raise ValueError(f"no opening hours in {text!r} (write MO-FR 08:00-20:00)")
    return Opening(schedules=tuple(schedules), closed_on_bank_holidays=False, exceptions=tuple(specials))


@cache
def easter_sunday(year: int) -> dt.date:
    """The date of Easter Sunday (Gregorian)."""
    from dateutil.easter import easter

    return dt.date.fromordinal(easter(year).toordinal())


_Span = tuple[dt.datetime, dt.datetime]


def _special(opening: Opening, day: dt.date) -> Special | None:
    for special in opening.exceptions:
        if special.covers(day):
            return special
    if opening.always or opening.closed_on_bank_holidays is False or not is_bank_holiday(day):
        return None
    return Special(day=day.isoformat(), sure=opening.closed_on_bank_holidays is True)


def _span(day: dt.date, opens: dt.time, closes: dt.time) -> _Span:
    last = day if closes > opens else day + dt.timedelta(days=1)
    start = dt.datetime.combine(day, opens, LONDON).astimezone(dt.UTC)
    return start, dt.datetime.combine(last, closes, LONDON).astimezone(dt.UTC)


def _spans(opening: Opening, day: dt.date) -> list[_Span]:
    """The stretches that begin on `day`, in UTC. Days that nobody is sure of count as closed."""
    special = _special(opening, day)
    if special:
        if special.opens_at is None or special.closes_at is None or not special.sure:
            return []
        return [_span(day, special.opens_at, special.closes_at)]
    if opening.always:
        return [_span(day, dt.time(0), dt.time(0))]
    return sorted(_span(day, s.opens_at, s.closes_at) for s in opening.schedules if s.on(day))


def _stretches(opening: Opening, today: dt.date) -> Iterator[_Span]:
    """Stretches from yesterday on, those that touch joined into one."""
    joined: _Span | None = None
    for step in range(-1, _LOOK_AHEAD_DAYS):
        for start, end in _spans(opening, today + dt.timedelta(days=step)):
            if joined and start <= joined[1]:
                joined = joined[0], max(end, joined[1])
                if joined[1] - joined[0] > dt.timedelta(days=_LONG_DAYS + 2):
                    break
                continue
            if joined:
                yield joined
            joined = start, end
    if joined:
        yield joined


def clock_words(at: dt.time, words: HoursWords) -> str:
    """17:00 -> "5 pm", 08:30 -> "8.30 am", 12:00 -> "12 noon"."""
    if at.minute == 0 and at.hour in (0, 12):
        return words.midnight if at.hour == 0 else words.noon
    hour = at.hour % 12 or 12
    minute = f".{at.minute:02d}" if at.minute else ""
    return f"{hour}{minute} {words.am if at.hour < 12 else words.pm}"


def _opens_words(opens_at: dt.datetime, today: dt.date, words: HoursWords) -> str:
    opens = opens_at.astimezone(LONDON)
    days = (opens.date() - today).days
    template = words.opens_date
    if days < _LONG_DAYS:
        template = (words.opens_today, words.opens_tomorrow)[days] if days < 2 else words.opens_on
    return template.format(
        time=clock_words(opens.time(), words),
        day=words.days[opens.weekday()],
        date=opens.day,
        month=words.months[opens.month - 1],
    )


def _doubtful(opening: Opening, today: dt.date) -> bool:
    special = _special(opening, today)
    if special is None or special.sure:
        return False
    return opening.always or any(s.on(today) for s in opening.schedules)


def status(opening: Opening | None, at: dt.datetime, words: HoursWords | None = None) -> OpenStatus:
    """Say whether `opening` is open at the aware moment `at`, in words for a visitor.

    Unknown hours, and days on which nobody is sure, give `open_now=None`. Raises ValueError on a naive time.
    """
    if at.tzinfo is None:
        raise ValueError("status() needs a time with its zone")
    words = words or default_hours_words()
    if opening is None or not opening.known:
        return OpenStatus(None, words.unknown)
    moment, today = at.astimezone(dt.UTC), at.astimezone(LONDON).date()
    for start, end in _stretches(opening, today):
        if start <= moment < end:
            return _open(opening, end, moment, words)
        if start > moment:
            if _doubtful(opening, today):
                return OpenStatus(None, words.may_be_closed, start)
            return OpenStatus(False, _opens_words(start, today, words), start)
    if _doubtful(opening, today):
        return OpenStatus(None, words.may_be_closed)
    return OpenStatus(False, words.closed)


def _open(opening: Opening, end: dt.datetime, moment: dt.datetime, words: HoursWords) -> OpenStatus:
    if end - moment > dt.timedelta(days=1):
        return OpenStatus(True, words.always if opening.always else words.open_now)
    closes = clock_words(end.astimezone(LONDON).time(), words)
    return OpenStatus(True, words.open_until.format(time=closes), closes_at=end)
