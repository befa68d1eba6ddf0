"""The content of data/risk: complete, consistent, and refused with a clear sentence when it is not."""

from pathlib import Path

import pytest
import yaml

from bot.content import DATA, ContentError, FileContent
from bot.risk import Detector, Level, assess, load_full
from bot.risk.detector import detector
from bot.risk.examples import training_examples
from bot.risk.line import risk_line
from bot.risk.wording import load_wording


def copy_of_content(tmp_path: Path) -> Path:
    for path in (DATA / "risk").rglob("*.yml"):
        target = tmp_path / path.relative_to(DATA)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return tmp_path


def test_every_category_has_a_rule() -> None:
    book = detector().book
    assert {category for category, _ in book.kinds.values() if category} == set(book.order)


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("risk/patterns/weapon.yml", {"category": "spaceships"}, "spaceships"),
        ("risk/patterns/weapon.yml", {"category": None}, "one of category and signal"),
        ("risk/patterns/weapon.yml", {"patterns": [{"id": "x", "why": "y", "say": ["@nobody"]}]}, "@nobody"),
        (
            "risk/patterns/weapon.yml",
            {"patterns": [{"id": "suicide.now", "why": "y", "say": ["a b"]}]},
            "taken",
        ),
        ("risk/patterns/weapon.yml", {"colour": "red"}, "colour"),
        ("risk/words.yml", {"sets": {"a": ["(b"]}}, "words.yml"),
    ],
)
def test_a_broken_edit_is_refused_with_its_file(
    tmp_path: Path, file: str, change: dict, message: str
) -> None:
    path = copy_of_content(tmp_path) / file
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text("utf-8")), **change}), "utf-8")
    with pytest.raises(ContentError, match=message):
        Detector(FileContent(tmp_path))


def test_wording_that_offers_an_unknown_choice_is_refused(tmp_path: Path) -> None:
    path = copy_of_content(tmp_path) / "risk/responses.yml"
    path.write_text(path.read_text("utf-8").replace("choices: [deaf]", "choices: [telepathy]", 1), "utf-8")
    with pytest.raises(ContentError, match="telepathy"):
        load_wording(FileContent(tmp_path))


def test_full_mode_that_cannot_load_leaves_the_floor_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Detector(FileContent())
    monkeypatch.setitem(__import__("sys").modules, "bot.risk.full", None)
    with pytest.raises(ImportError):
        fresh.load_full()
    assert fresh.failure
    assert fresh.assess("he's outside with a knife").mode == "floor"
    with pytest.raises(RuntimeError, match=r"bot\.risk\.full"):
        fresh.assess("hello", "full")


def test_the_rules_see_what_they_were_written_for() -> None:
    load_full()
    developed = [e for e in training_examples() if e.writer.startswith("develop_")]
    alarms = [e for e in developed if e.level >= Level.URGENT]
    seen = [e for e in alarms if assess(e.text, "rules").level >= Level.URGENT]
    floor = [e for e in alarms if assess(e.text, "floor").level >= Level.URGENT]
    assert len(seen) >= 0.93 * len(alarms)
    assert len(floor) >= len(seen)


def test_the_line_of_the_command() -> None:
    line = risk_line({"id": 7, "text": "he's outside with a knife"})
    assert (line["id"], line["level"], line["categories"][0]) == (7, "emergency", "weapon")
    assert line["evidence"][0]["words"]
    assert line["ms"] >= 0
    assert "error" in risk_line({"id": 8})
    assert "error" in risk_line({"id": 9, "text": 5})


def test_the_files_can_be_read_by_every_yaml_reader() -> None:
    for path in (DATA / "risk").rglob("*.yml"):
        assert yaml.load(path.read_text("utf-8"), yaml.SafeLoader), path.name
