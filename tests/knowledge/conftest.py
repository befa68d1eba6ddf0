"""A small knowledge folder that a test can break in one place, and the real one, loaded once."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.content import DATA, FileContent
from bot.encoder import Encoder
from bot.knowledge import KnowledgeBase

SOURCE = {"title": "Victims' Code 2021", "reference": "Right 6", "url": "https://www.gov.uk/code"}
REVIEW: dict[str, Any] = {"read_on": "2026-11-21", "assurance": None, "review_by": "2027-02-21"}
QUESTIONS = {
    "arrest-told": [
        "when do they tell me if hes arrested",
        "has he been nicked yet, who tells me",
        "arrested?",
        "how soon will police say they caught him",
        "do i get told about the arrest",
        "they picked him up and i heard nothing",
        "After an arrest, when does the victim hear?",
        "arest news when",
    ],
    "property-back": [
        "when do i get my stuff back",
        "police took my laptop i need it",
        "they still have my coat",
        "can i have my things returned",
        "property",
        "my bike was evidence, when is it mine again",
        "return of items after the trial",
        "want my belongings",
    ],
    "interpreter": [
        "i dont speak good english",
        "can someone translate for me",
        "interpretor free?",
        "my mum only speaks urdu",
        "need polish language help at police",
        "who pays for the translator",
        "sign language at the station",
        "documents in my own language",
    ],
}


def entry(id: str, **change: Any) -> dict[str, Any]:
    """A sound entry; `change` replaces fields."""
    record = {
        "id": id,
        "kind": "answer",
        "right": 6,
        "title": f"About {id.replace('-', ' ')}",
        "topic": "investigation",
        "answer": "The police should tell you within {arrest.everyone}, or {arrest.enhanced}.",
        "choices": [],
        "short": id.replace("-", " ").capitalize(),
        "sources": [SOURCE],
        "in_force": {"from": "2021-04-01", "to": None},
        "questions": QUESTIONS.get(id, [f"{id} question {n}" for n in range(8)]),
        **REVIEW,
    }
    return record | change


def small() -> dict[str, Any]:
    """The files of a small knowledge folder, as data."""
    limit = {
        "id": "arrest",
        "what": "A suspect is arrested",
        "everyone": {"n": 5, "unit": "working_days"},
        "enhanced": {"n": 1, "unit": "working_days"},
        "runs_from": "the event",
        "who": "police",
        "right": 6,
        "sure": "read",
        "sources": [SOURCE],
        **REVIEW,
    }
    policy = yaml.safe_load((DATA / "knowledge" / "policy.yml").read_text())
    policy["broad"] = [{"words": ["police"], "choices": ["arrest-told", "property-back"]}]
    follow_ups = yaml.safe_load((DATA / "knowledge" / "follow_ups.yml").read_text())
    for part in ("how_long", "who", "not_done"):
        follow_ups[part] |= {"entries": {"arrest-told": "property-back"}}
    for part in ("who", "not_done"):
        follow_ups[part]["topics"] = {"investigation": "property-back"}
    follow_ups["vulnerable"]["entry"] = "interpreter"
    terms = yaml.safe_load((DATA / "knowledge" / "terms.yml").read_text())
    terms["terms"] = [{**term, "entry": "arrest-told"} for term in terms["terms"]]
    out_of_scope = yaml.safe_load((DATA / "knowledge" / "out_of_scope.yml").read_text())
    return {
        "timescales": {"in_force": {"from": "2021-04-01", "to": None}, "timescales": [limit]},
        "policy": policy,
        "words": yaml.safe_load((DATA / "knowledge" / "words.yml").read_text()),
        "follow_ups": follow_ups,
        "terms": terms,
        "sure_words": [],
        "out_of_scope": [group for group in out_of_scope if not group.get("entry")],
        "entries/all": [entry(id) for id in QUESTIONS],
    }


@pytest.fixture
def content(tmp_path: Path) -> Callable[[dict[str, Any]], FileContent]:
    """Writes files of knowledge and gives them as a content source."""

    def write(files: dict[str, Any]) -> FileContent:
        for name, data in copy.deepcopy(files).items():
            path = tmp_path / "knowledge" / f"{name}.yml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(yaml.safe_dump(data), "utf-8")
        return FileContent(tmp_path)

    return write


@pytest.fixture
def ours_and(tmp_path: Path) -> Callable[[dict[str, Any]], FileContent]:
    """The checkout's own knowledge with a folder more."""

    def lay(files: dict[str, Any]) -> FileContent:
        shutil.copytree(DATA / "knowledge", tmp_path / "knowledge")
        for name, data in files.items():
            path = tmp_path / "knowledge" / "made-up" / f"{name}.yml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(yaml.safe_dump(data), "utf-8")
        return FileContent(tmp_path)

    return lay


@pytest.fixture
def ours_changed(tmp_path: Path) -> Callable[[str, Callable[[Any], None]], FileContent]:
    """The checkout's own content with one file of knowledge changed in place."""

    def change(name: str, how: Callable[[Any], None]) -> FileContent:
        shutil.copytree(DATA / "knowledge", tmp_path / "knowledge")
        file = tmp_path / "knowledge" / name
        data = yaml.safe_load(file.read_text("utf-8"))
        how(data)
        file.write_text(yaml.safe_dump(data), "utf-8")
        return FileContent(tmp_path)

    return change


@pytest.fixture(scope="session")
def real() -> KnowledgeBase:
    """The checkout's own content with the built encoder."""
    return KnowledgeBase(FileContent(), Encoder.load())
