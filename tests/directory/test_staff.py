"""What staff find: former names, and contacts that visitors don't see, marked."""

from __future__ import annotations

import datetime as dt

from bot.clock import LONDON
from bot.content import FileContent
from bot.directory import Directory
from bot.directory.staff import lookup

AT = dt.datetime(2026, 11, 23, 10, tzinfo=LONDON)


def test_a_former_name_leads_to_the_service() -> None:
    found = lookup(Directory(FileContent()), "SOS Domestic Abuse Projects", AT, 5)
    assert "safe-steps" in [hit["id"] for hit in found]


def test_a_held_back_number_is_marked_and_apart() -> None:
    [synergy] = [h for h in lookup(Directory(FileContent()), "synergy", AT, 5) if h["id"] == "synergy"]
    assert "0300 003 7777" not in synergy["text"]
    assert "0300 003 7777" in synergy["note"]


def test_nothing_typed_finds_nothing() -> None:
    assert lookup(Directory(FileContent()), "  ", AT, 5) == []
