"""Days as people write them, and the days that a limit ends on."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.knowledge.dates import in_words, is_working_day, last_day, read_day
from bot.knowledge.schema import Span

WEDNESDAY = dt.date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("yesterday", "2026-11-24"),
        ("i think it was last monday", "2026-11-23"),
        ("sat night", "2026-11-21"),
        ("wednesday", "2026-11-18"),
        ("two weeks ago", "2026-11-11"),
        ("about 3 days ago", "2026-11-22"),
        ("a month ago", "2026-10-25"),
        ("3 March", "2026-03-03"),
        ("the 3rd of march 2025", "2025-03-03"),
        ("Dec 25th", "2025-12-25"),
        ("3/4/26", "2026-04-03"),
        ("03.04.2026", "2026-04-03"),
        ("2026-04-03", "2026-04-03"),
    ],
)
def test_a_day_is_read_as_people_in_england_write_it(text: str, day: str) -> None:
    assert read_day(text, WEDNESDAY) == dt.date.fromisoformat(day)


@pytest.mark.parametrize("text", ["months ago", "in may", "31/2/26", "not sure", "", "ages ago mate", "99"])
def test_what_names_no_day_is_not_guessed(text: str) -> None:
    assert read_day(text, WEDNESDAY) is None


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        # over a weekend
        ("2026-11-20", Span(n=1, unit="working_days"), "2026-11-23"),
        ("2026-11-20", Span(n=5, unit="working_days"), "2026-11-27"),
        # over Christmas Day, Boxing Day and New Year's Day
        ("2025-12-23", Span(n=5, unit="working_days"), "2026-01-02"),
        # over Good Friday and Easter Monday
        ("2026-04-02", Span(n=1, unit="working_days"), "2026-04-07"),
        # the bank holiday of one year only: the King's coronation
        ("2023-05-05", Span(n=1, unit="working_days"), "2023-05-09"),
        # St Andrew's Day is a holiday in Scotland, not here
        ("2026-11-27", Span(n=1, unit="working_days"), "2026-11-30"),
        ("2026-11-30", Span(n=3, unit="months"), "2027-02-28"),
        ("2026-11-02", Span(n=28, unit="days"), "2026-11-30"),
        ("2024-02-29", Span(n=2, unit="years"), "2026-02-28"),
    ],
)
def test_a_limit_ends_on_the_right_day(start: str, span: Span, end: str) -> None:
    assert last_day(dt.date.fromisoformat(start), span) == dt.date.fromisoformat(end)


def test_a_limit_in_hours_has_no_last_day() -> None:
    with pytest.raises(ValueError, match="hours"):
        last_day(WEDNESDAY, Span(n=48, unit="hours"))


def test_a_day_is_said_in_full() -> None:
    assert in_words(dt.date(2026, 3, 9)) == "Monday 9 March 2026"
    assert is_working_day(dt.date(2026, 3, 9))
    assert not is_working_day(dt.date(2026, 3, 8))
