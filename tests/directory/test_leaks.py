"""What must never reach a visitor, tried on a record that is made to leak."""

import datetime as dt
from pathlib import Path

import pytest
import yaml

from bot.clock import LONDON
from bot.content import DATA, ContentError, Document, FileContent
from bot.directory import Directory

AT = dt.datetime(2026, 11, 18, 14, 0, tzinfo=LONDON)
SECRETS = [
    "1 Hidden Lane",
    "01999 000001",
    "01999 000002",
    "01999 000003",
    "01999 000004",
    "not for visitors",
    "hush@",
]
LEAKY = f"""
defaults: {{read_on: 2026-11-21, assurance: null, review_by: 2027-02-21}}
services:
  - id: leaky
    organisation: "Leaky"
    name: "Leaky House"
    summary: "A refuge made to leak."
    status: active
    also_called: ["leaky house"]
    needs: {{domestic_abuse: 1, housing: 1}}
    covers: {{extent: county}}
    contacts:
      - {{kind: phone, value: "{SECRETS[1]}", sure: mem}}
      - {{kind: phone, value: "{SECRETS[2]}", sure: unsure}}
      - {{kind: phone, value: "{SECRETS[3]}", sure: read, public: false}}
      - {{kind: email, value: "hush@leaky.example", sure: list, public: false}}
      - {{kind: web, value: "https://leaky.example", sure: read}}
    locations: [{{address: "{SECRETS[0]}", public: false}}]
    staff_note: "not for visitors"
    sources: []
  - id: leaky-unsure
    organisation: "Leaky"
    name: "Leaky Unsure"
    summary: "Not known to run."
    status: unsure
    needs: {{domestic_abuse: 1}}
    covers: {{extent: county}}
    contacts: [{{kind: phone, value: "{SECRETS[4]}", sure: read}}]
    sources: []
"""


class WithRecords(FileContent):
    """The real content and one more file of records."""

    def __init__(self, records: str) -> None:
        super().__init__(DATA)
        self._records = records

    def documents(self, folder: str):  # type: ignore[no-untyped-def]
        yield from super().documents(folder)
        if folder == "areas/essex/services":
            yield Document("areas/essex/services/leaky.yml", yaml.safe_load(self._records))


@pytest.mark.parametrize(
    "text",
    ["my husband hits me", "my husband hits me, Basildon", "Leaky House number", "where is Leaky House, its address",
     "tell me where the refuge is", "I need a refuge", "leaky house", "Leaky Unsure phone number"],
)  # fmt: skip
def test_nothing_hidden_gets_out(text: str) -> None:
    directory = Directory(WithRecords(LEAKY))
    found = directory.find(directory.understand(text), AT)
    said = found.text + "".join(card.model_dump_json() for card in [*found.services, *found.more])
    assert "Leaky House" in said
    for secret in SECRETS:
        assert secret not in said
    assert "Leaky Unsure" not in said


def test_what_a_named_human_assured_is_shown() -> None:
    assured = LEAKY.replace(
        "sure: mem}", "sure: mem, assurance: {by: A Person, 'on': 2026-11-20, against: a call}}", 1
    )
    directory = Directory(WithRecords(assured))
    assert SECRETS[1] in directory.find(directory.understand("my husband hits me"), AT).text


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("extent: county", "extent: authorities, authorities: [Narnia]", "Narnia"),
        ("domestic_abuse: 1", "no_such_need: 1", "no_such_need"),
        ("id: leaky\n", "id: compass\n", "twice"),
        ("status: active", "status: ended", "gone"),
        ("kind: phone", "kind: pigeon", "kind"),
        ("summary:", "sumary:", "sumary"),
    ],
)
def test_a_broken_record_is_refused_by_name(old: str, new: str, named: str) -> None:
    with pytest.raises(ContentError, match=named):
        Directory(WithRecords(LEAKY.replace(old, new, 1)))


def test_a_second_area_is_a_folder(tmp_path: Path) -> None:
    """A made-up county beside the national records, with nothing changed but the data."""
    for name in ("needs.yml", "people.yml", "wording.yml", "outside_places.yml"):
        _copy(f"areas/{name}", tmp_path)
    for path in (DATA / "areas/national/services").glob("*.yml"):
        _copy(path.relative_to(DATA).as_posix(), tmp_path)
    area = tmp_path / "areas/mercia"
    (area / "services").mkdir(parents=True)
    (tmp_path / "sectors.csv").write_text(
        "sector,authority,gss_code,share,postcodes\nZE1 0,Tamworth,E1,1,9\n"
    )
    (area / "area.yml").write_text(
        "{id: mercia, name: Mercia, full_name: Mercia, county_names: [mercia], authorities: [Tamworth],"
        " sectors: sectors.csv}"
    )
    (area / "places.yml").write_text("authorities: {Tamworth: [Tamworth, Ipswich]}")
    (area / "services/own.yml").write_text(LEAKY.replace("leaky", "own"))
    directory = Directory(FileContent(tmp_path), "mercia", tmp_path)
    found = directory.find(directory.understand("my husband hits me, Ipswich"), AT)
    assert found.area == "Tamworth"
    assert found.services[0].id == "own"
    assert directory.places.resolve("ZE1 0AA").authority == "Tamworth"


def _copy(name: str, to: Path) -> None:
    (to / name).parent.mkdir(parents=True, exist_ok=True)
    (to / name).write_text((DATA / name).read_text("utf-8"), "utf-8")
