"""Opening hours as a visitor reads them: "Monday to Friday, 8 am to 5 pm"."""

from __future__ import annotations

import datetime as dt

from bot.directory.hours import Opening, Schedule, clock_words
from bot.directory.wording import HoursWords

_RUN = 3
_WEEK = 7


def describe(opening: Opening | None, words: HoursWords, today: dt.date) -> str | None:
    """The hours in force on or after `today`, in words; None where they are not known."""
    if opening is None or not opening.known:
        return None
    if opening.always:
        return words.always
    current = [s for s in opening.schedules if s.valid_to is None or s.valid_to >= today]
    text = "; ".join(f"{_days(s, words)}, {_times(s, words)}" for s in current)
    return f"{text}, {words.not_bank_holidays}" if opening.closed_on_bank_holidays else text


def _times(schedule: Schedule, words: HoursWords) -> str:
    opens, closes = (clock_words(t, words) for t in (schedule.opens_at, schedule.closes_at))
    return f"{opens} {words.to} {closes}"


def _days(schedule: Schedule, words: HoursWords) -> str:
    days = schedule.byday
    if len(days) == _WEEK:
        return words.every_day
    names = [words.days[day] for day in days]
    if len(days) >= _RUN and days[-1] - days[0] == len(days) - 1:
        return f"{names[0]} {words.to} {names[-1]}"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {words.and_also} {names[-1]}"
