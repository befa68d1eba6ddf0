"""The real directory, read once: it never changes while tests run."""

import datetime as dt

import pytest

from bot.clock import LONDON
from bot.content import FileContent
from bot.directory import Directory

WEDNESDAY_AFTERNOON = dt.datetime(2026, 11, 18, 14, 0, tzinfo=LONDON)
SATURDAY_NIGHT = dt.datetime(2026, 11, 21, 23, 30, tzinfo=LONDON)


@pytest.fixture(scope="session")
def directory() -> Directory:
    return Directory(FileContent())
