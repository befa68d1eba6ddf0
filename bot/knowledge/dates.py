"""Days: read from what people write, counted in working days, and said in full.

Working days leave out weekends and the bank holidays of England. A limit starts on the day after the event.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re

from dateutil.relativedelta import relativedelta

from bot.clock import is_bank_holiday
from bot.knowledge.schema import Span
from bot.knowledge.text import plain

_COUNTED = ("a", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_AGO = re.compile(rf"\b(?P<n>\d{{1,3}}|an|{'|'.join(_COUNTED)}) (?P<unit>day|week|month|year)s? ago\b")
_ISO = re.compile(r"\b(?P<y>20\d\d)-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b")
_SLASHED = re.compile(r"\b(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})(?:[/.-](?P<y>(?:20)?\d\d))?\b")
_MONTHS = {name[:3].lower(): number for number, name in enumerate(calendar.month_name) if number}
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*"
_NAMED = re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?: (?P<y>20\d\d))?\b")
_NAMED_FIRST = re.compile(rf"\b{_MONTH} (?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: (?P<y>20\d\d))?\b")
_WEEKDAYS = {name[:3].lower(): number for number, name in enumerate(calendar.day_name)}
_WEEKDAY = re.compile(rf"\b(?P<name>{'|'.join(_WEEKDAYS)})(?:day|sday|nesday|rsday|urday)?\b")


def read_day(text: str, today: dt.date) -> dt.date | None:
    """The day that a message names ("last Monday", "3 March", "two weeks ago", "3/3/26"), or None.

    Day before month. A day and month without a year are the last such day; so is a weekday. A day that is
    still to come is returned as it was said, only where the year was said.
    """
    said = plain(text)
    if re.search(r"\bday before yesterday\b", said):
        return today - dt.timedelta(days=2)
    for word, days in (("yesterday", 1), ("last night", 1), ("today", 0), ("this morning", 0)):
        if re.search(rf"\b{word}\b", said):
            return today - dt.timedelta(days=days)
    if ago := _AGO.search(said):
        n = int(ago["n"]) if ago["n"].isdigit() else max(1, _place(ago["n"]))
        earlier: dt.date = today - relativedelta(**{f"{ago['unit']}s": n})
        return earlier
    if found := _ISO.search(text) or _SLASHED.search(text):
        return _day(found["y"], int(found["m"]), found["d"], today)
    if found := _NAMED.search(said) or _NAMED_FIRST.search(said):
        return _day(found["y"], _MONTHS[found["month"]], found["d"], today)
    if found := _WEEKDAY.search(said):
        back = (today.weekday() - _WEEKDAYS[found["name"]]) % 7 or 7
        return today - dt.timedelta(days=back)
    return None


def _place(word: str) -> int:
    return _COUNTED.index(word) if word in _COUNTED else 1


def _day(year: str | None, month: int, day: str, today: dt.date) -> dt.date | None:
    try:
        if year:
            return dt.date(int(year) % 100 + 2000, month, int(day))
        found = dt.date(today.year, month, int(day))
        return found if found <= today else found.replace(year=today.year - 1)
    except ValueError:
        return None


def is_working_day(day: dt.date) -> bool:
    """Monday to Friday, and no bank holiday in England."""
    return day.weekday() < calendar.SATURDAY and not is_bank_holiday(day)


def last_day(start: dt.date, span: Span) -> dt.date:
    """The last day of a limit that runs from `start`. Raises ValueError for hours, which are no days."""
    if span.unit == "hours":
        raise ValueError("a limit in hours has no last day")
    if span.unit != "working_days":
        end: dt.date = start + relativedelta(**{span.unit: span.n})
        return end
    day, left = start, span.n
    while left:
        day += dt.timedelta(days=1)
        left -= is_working_day(day)
    return day


def in_words(day: dt.date) -> str:
    """ "Monday 9 March 2026"."""
    return f"{day:%A} {day.day} {day:%B %Y}"
