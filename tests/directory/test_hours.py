"""Opening hours as a visitor reads them: days, bank holidays, seasons, nights, clock changes."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from bot.directory.hours import Opening, Schedule, Special, parse_hours, status

LONDON = ZoneInfo("Europe/London")
OFFICE = Opening(
    schedules=(Schedule(byday="MO-FR", opens_at="08:00", closes_at="17:00"),), closed_on_bank_holidays=True
)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("when", "open_now", "words"),
    [
        ("2026-11-20T10:00", True, "open now, until 5 pm"),
        ("2026-11-20T07:59", False, "closed now, opens today at 8 am"),
        ("2026-11-20T17:00", False, "closed now, opens Monday at 8 am"),
        ("2026-11-22T12:00", False, "closed now, opens tomorrow at 8 am"),
        ("2026-12-25T10:00", False, "closed now, opens Tuesday at 8 am"),
        ("2027-03-26T10:00", False, "closed now, opens Tuesday at 8 am"),
    ],
    ids=["weekday", "before", "friday evening", "sunday", "christmas and boxing day moved", "good friday"],
)
def test_an_office_line(when: str, open_now: bool, words: str) -> None:
    found = status(OFFICE, at(when))
    assert (found.open_now, found.words) == (open_now, words)


def test_day_and_night() -> None:
    found = status(Opening(always=True), at("2026-12-25T03:00"))
    assert (found.open_now, found.words) == (True, "day and night")


def test_no_hours_known_is_neither_open_nor_closed() -> None:
    assert status(None, at("2026-11-20T10:00")).open_now is None
    assert status(Opening(), at("2026-11-20T10:00")).open_now is None


def test_unknown_bank_holidays_are_never_called_open() -> None:
    hours = OFFICE.model_copy(update={"closed_on_bank_holidays": None})
    found = status(hours, at("2026-12-25T10:00"))
    assert (found.open_now, found.words) == (None, "may be closed today")
    assert status(hours, at("2026-12-24T10:00")).open_now is True


def test_a_day_on_which_sources_differ() -> None:
    chat = Opening(always=True, exceptions=(Special(day="12-25", sure=False), Special(day="easter_sunday")))
    assert status(chat, at("2026-12-25T10:00")).open_now is None
    assert status(chat, at("2027-03-28T10:00")).words == "closed now, opens tomorrow at midnight"
    assert status(chat, at("2026-12-24T22:00")).words == "open now, until midnight"


def test_past_midnight() -> None:
    hours = parse_hours("FR 20:00-02:00")
    assert status(hours, at("2026-11-21T01:00")).words == "open now, until 2 am"
    assert status(hours, at("2026-11-21T02:00")).open_now is False


def test_a_season_and_an_exception_across_new_year() -> None:
    hours = Opening(
        schedules=(Schedule(byday="MO-SU", opens_at="9:30", closes_at="16:00", valid_from="2026-12-01"),),
        closed_on_bank_holidays=False,
        exceptions=(Special(day="12-24", to="01-02"),),
    )
    assert status(hours, at("2026-11-20T10:00")).words == "closed now, opens Tuesday 1 December at 9.30 am"
    assert status(hours, at("2026-12-31T10:00")).words == "closed now, opens Sunday at 9.30 am"
    assert status(hours, at("2027-01-03T10:00")).open_now is True


def test_the_clocks_change() -> None:
    hours = parse_hours("MO-SU 08:00-20:00")
    before = dt.datetime(2026, 10, 24, 7, 30, tzinfo=dt.UTC)
    assert status(hours, before).open_now is True
    after = dt.datetime(2026, 10, 25, 7, 30, tzinfo=dt.UTC)
    assert status(hours, after).open_now is False
    assert status(hours, after).opens_at == dt.datetime(2026, 10, 25, 8, 0, tzinfo=dt.UTC)


def test_the_helplines_setting() -> None:
    hours = parse_hours("MO-FR 08:00-20:00; SA 10:00-16:00; PH off")
    assert status(hours, at("2026-11-21T11:00")).words == "open now, until 4 pm"
    assert status(hours, at("2026-11-21T17:00")).words == "closed now, opens Monday at 8 am"
    assert status(hours, at("2026-12-25T11:00")).open_now is False
    assert status(parse_hours("24/7"), at("2026-12-25T11:00")).open_now is True


@pytest.mark.parametrize("text", ["", "whenever", "MO-FR", "XX 08:00-09:00", "MO 25:00-26:00", "MO 8-9"])
def test_a_broken_setting_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"hours|day|time"):
        parse_hours(text)


def test_a_time_that_yaml_read_as_a_number_is_refused() -> None:
    with pytest.raises(ValidationError, match="in quotes"):
        Schedule(byday="MO", opens_at=480, closes_at="17:00")


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        status(OFFICE, dt.datetime(2026, 11, 20, 10))
