"""What the records promise, whoever edits them: evidence, sources, review, and no number that is out of use."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from bot.clock import LONDON
from bot.content import DATA, FileContent
from bot.directory import Directory
from bot.directory.schema import SHOWABLE, Service

RETIRED = yaml.safe_load((DATA / "areas/retired_numbers.yml").read_text("utf-8"))
NUMBERS = [re.sub(r"\D", "", entry["number"]) for entry in RETIRED["numbers"]]
NOT_SAID = {"areas/retired_numbers.yml"}
AT = dt.datetime(2026, 11, 18, 14, 0, tzinfo=LONDON)
# The 14 authorities, and what the fact base says covers them for domestic abuse
PROVIDERS = {
    "changing-pathways": [
        "Basildon",
        "Brentwood",
        "Castle Point",
        "Epping Forest",
        "Harlow",
        "Rochford",
        "Thurrock",
    ],
    "next-chapter": ["Colchester", "Tendring", "Braintree", "Chelmsford", "Maldon", "Uttlesford"],
    "safe-steps": ["Southend-on-Sea"],
}


@pytest.fixture(scope="module")
def directory() -> Directory:
    return Directory(FileContent())


def strings(data: Any) -> Iterator[str]:
    """Every text in a parsed file that a visitor may come to read, keys too."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            if key == "staff_notes":  # never shown to visitors, and the place for what is not certain
                continue
            yield from strings(key)
            yield from strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from strings(value)


def digits(text: str) -> str:
    """The text with its numbers closed up, however they are spaced: "0800-032 7644" -> "08000327644"."""
    return re.sub(r"(?<=\d)[\s().\-\u00a0\u2009]+(?=\d)", "", text)


def visible(directory: Directory) -> Iterator[tuple[str, str]]:
    """Where and what a visitor can read: all of data/, of the records only what is rendered from them."""
    for document in FileContent().documents("."):
        name = document.path.removeprefix("./")
        if name in NOT_SAID or "/services/" in name:
            continue
        for text in strings(document.data):
            yield name, text
    for service in directory.services.values():
        if service.shown:
            for authority in (None, *directory.area.authorities):
                query = directory.for_need("general").__class__(named=(service.id,))
                found = directory.find(query, AT)
                yield f"{service.id} {authority}", found.text + repr(found.services)
        yield service.id, service.gone or ""


def test_no_retired_number_can_be_read(directory: Directory) -> None:
    for where, text in visible(directory):
        for number in NUMBERS:
            assert number not in digits(text), f"{where}: {number}"
        for name in RETIRED["names"]:
            assert name not in text.lower(), f"{where}: {name}"


@pytest.mark.parametrize(
    "written", ["0800 032 7644", "08000327644", "0800-032-7644", "0800 03 27 644", "0800\u00a0032 7644"]
)
def test_a_retired_number_is_seen_however_it_is_written(written: str) -> None:
    assert any(number in digits(f"ring {written} now") for number in NUMBERS)


def test_there_are_enough_services(directory: Directory) -> None:
    assert sum(s.shown for s in directory.services.values()) >= 45


def test_what_is_shown_has_a_source_and_a_day_on_which_it_was_read(directory: Directory) -> None:
    for service in directory.services.values():
        assert service.review_by > service.read_on
        assert service.sources or not service.shown, service.id


def test_nobody_is_said_to_have_assured_anything(directory: Directory) -> None:
    """Until a named human has: then this test is the place to say who, and the records carry it."""
    for service in directory.services.values():
        assert service.assurance is None
        assert all(contact.assurance is None for contact in service.contacts)


def test_numbers_from_memory_are_held_back(directory: Directory) -> None:
    hidden = {
        re.sub(r"\D", "", c.value): s.id
        for s in directory.services.values()
        for c in s.contacts
        if c.kind in {"phone", "text", "relay"} and not c.shown
    }
    shown = {re.sub(r"\D", "", c.value) for s in directory.services.values() for c in s.shown_contacts()}
    assert len(hidden) > 25
    for where, text in visible(directory):
        for number, service in hidden.items():
            if number not in shown:
                assert number not in digits(text), f"{where}: {service}: {number}"


def test_evidence_decides_what_is_shown(directory: Directory) -> None:
    for service in directory.services.values():
        for contact in service.shown_contacts():
            assert contact.sure in SHOWABLE
        if service.status in {"unsure", "ended"}:
            assert not service.shown


def test_every_place_has_its_domestic_abuse_provider(directory: Directory) -> None:
    for provider, authorities in PROVIDERS.items():
        assert sorted(directory.services[provider].covers.authorities) == sorted(authorities)
    served = [authority for authorities in PROVIDERS.values() for authority in authorities]
    assert sorted(served) == sorted(directory.area.authorities)


def test_an_ended_or_unsure_service_leads_somewhere(directory: Directory) -> None:
    for service in directory.services.values():
        if service.status == "ended":
            assert directory.services[str(service.successor)].shown, service.id


def test_every_shown_service_can_be_found_by_each_of_its_names(directory: Directory) -> None:
    for service in directory.services.values():
        for name in names(service):
            assert service.id in [found.id for found in directory.search(name)], name


def names(service: Service) -> list[str]:
    return [service.name, *service.former_names]


def test_every_need_has_a_service_in_the_area_and_outside_it(directory: Directory) -> None:
    for need in directory.understanding.needs:
        assert any(need in s.needs for s in directory.services.values() if s.shown), need


def test_the_table_of_postcodes_and_the_area_name_the_same_authorities(directory: Directory) -> None:
    assert directory.places._postcodes.authorities == set(directory.area.authorities)
