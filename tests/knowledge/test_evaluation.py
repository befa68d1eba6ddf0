"""The figures are exact, and nothing is tested on what was learned from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.content import FileContent
from bot.encoder import Encoder
from bot.evaluation.knowledge import evaluate_knowledge, held_out
from bot.evaluation.proportion import proportion
from bot.evaluation.questions import evaluate_questions
from bot.evaluation.tables import questions_table, table
from bot.knowledge import KnowledgeBase
from bot.knowledge.load import load_knowledge

from .conftest import small


def test_the_interval_is_clopper_and_pearson() -> None:
    figure = proportion(8, 10)
    assert figure["share"] == 0.8
    assert figure["low"] == pytest.approx(0.4439, abs=1e-4)
    assert figure["high"] == pytest.approx(0.9748, abs=1e-4)
    assert proportion(0, 10)["low"] == 0.0
    assert proportion(10, 10)["high"] == 1.0


def test_each_phrasing_is_tested_once_and_unseen(content: Callable[[dict[str, Any]], FileContent]) -> None:
    knowledge = load_knowledge(content(small()))
    tested = held_out(knowledge, None)
    assert len([t for t in tested if t.ours]) == sum(len(entry.questions) for entry in knowledge.entries)
    # exact wording counts as known: a phrasing that was learned from would be found there
    assert all(t.found.exact is None for t in tested)


def test_the_table_prints_what_was_counted(content: Callable[[dict[str, Any]], FileContent]) -> None:
    figures = evaluate_knowledge(content(small()), Encoder.load())
    assert figures["right_entry_first"]["n"] == 24
    assert sum(part["k"] for part in figures["outcomes"].values()) == 24
    assert "right entry first" in table(figures)


def test_the_worst_confusions_are_told_with_their_texts(
    content: Callable[[dict[str, Any]], FileContent],
) -> None:
    files = small()
    files["entries/all"][2]["questions"].append("when do i get my stuff back from the police")
    figures = evaluate_knowledge(content(files), Encoder.load())
    wrong = figures["right_entry_first"]["n"] - figures["right_entry_first"]["k"]
    assert sum(pair["times"] for pair in figures["most_confused"]) == wrong
    assert "when do i get my stuff back from the police -> property-back" in table(figures)


def test_no_more_than_the_allowed_questions_are_rejected_for_finding_what_is_out_of_scope(
    content: Callable[[dict[str, Any]], FileContent],
) -> None:
    scope = evaluate_knowledge(content(small()), Encoder.load())["scope"]
    assert scope["falsely_rejected"]["share"] <= 0.05
    assert scope["found"]["n"] > scope["found"]["k"] / 2 > 0


LINES = [
    {
        "id": "a1",
        "text": "they picked him up and i have heard nothing",
        "entry": "arrest-told",
        "register": "plain",
    },
    {"id": "a2", "text": "arrested?", "entry": "arrest-told"},
    {"id": "a3", "text": "my secret text vbnm vbnm", "outcome": "cannot_answer", "register": "misspelt"},
    {"id": "a4", "text": "wen do i get my stuf bak", "entry": "interpreter", "register": "misspelt"},
]


def files_of(folder: Path) -> list[Path]:
    """Two held-out files."""
    paths = []
    for name, lines in (("one", LINES), ("two", LINES[:1])):
        paths.append(folder / f"{name}.jsonl")
        paths[-1].write_text("\n".join(map(json.dumps, lines)))
    return paths


def test_questions_are_counted_by_file_by_register_and_by_what_they_should_lead_to(
    content: Callable[[dict[str, Any]], FileContent], tmp_path: Path
) -> None:
    found = evaluate_questions(KnowledgeBase(content(small())), files_of(tmp_path), 0.5)
    assert list(found) == ["one.jsonl", "two.jsonl", "all together"]
    one, every = found["one.jsonl"], found["all together"]
    assert one["known"] == 1
    assert one["all"]["right_entry_first"] == proportion(1, 2)
    assert one["all"]["out_of_scope_found"]["n"] == 1
    assert one["by_register"]["plain"]["right_entry_first"] == proportion(1, 1)
    assert one["by_register"]["misspelt"]["right_entry_first"] == proportion(0, 1)
    assert one["by_expected"]["cannot_answer"]["right outcome"]["k"] == 1
    assert every["by_register"]["plain"]["right_entry_first"] == proportion(2, 2)


def test_texts_that_nobody_may_read_are_not_printed(
    content: Callable[[dict[str, Any]], FileContent], tmp_path: Path
) -> None:
    printed = questions_table(evaluate_questions(KnowledgeBase(content(small())), files_of(tmp_path), 0.5))
    assert "1 left out" in printed
    assert all(str(line["text"]) not in printed for line in LINES)


def test_a_bad_line_is_named(content: Callable[[dict[str, Any]], FileContent], tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    for line in ('{"id": "1"}', '{"id": "1", "text": "x"}'):
        path.write_text(line)
        with pytest.raises(ValueError, match=r"questions.jsonl:1"):
            evaluate_questions(KnowledgeBase(content(small())), [path], 0.5)
