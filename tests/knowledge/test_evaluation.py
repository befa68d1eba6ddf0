"""The figures are exact, and nothing is tested on what was learned from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.content import FileContent
from bot.evaluation.knowledge import (
    evaluate_knowledge,
    evaluate_questions,
    held_out,
    questions_table,
    table,
)
from bot.evaluation.proportion import proportion
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
    from bot.encoder import Encoder

    figures = evaluate_knowledge(content(small()), Encoder.load())
    assert figures["right_entry_first"]["n"] == 24
    assert sum(part["k"] for part in figures["outcomes"].values()) == 24
    assert "right entry first" in table(figures)


def test_questions_are_counted_by_what_they_should_lead_to(
    content: Callable[[dict[str, Any]], FileContent], tmp_path: Path
) -> None:
    from bot.knowledge import KnowledgeBase

    path = tmp_path / "questions.jsonl"
    lines = [
        {"id": "1", "text": "they picked him up and i have heard nothing", "entry": "arrest-told"},
        {"id": "2", "text": "arrested?", "entry": "arrest-told"},
        {"id": "3", "text": "vbnm vbnm", "outcome": "cannot_answer"},
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    figures = evaluate_questions(KnowledgeBase(content(small())), path)
    assert figures["known"] == 1
    assert figures["right_entry_first"] == proportion(1, 1)
    assert figures["by_expected"]["cannot_answer"]["right outcome"]["k"] == 1
    assert "1 left out" in questions_table(figures)


def test_a_bad_line_is_named(content: Callable[[dict[str, Any]], FileContent], tmp_path: Path) -> None:
    from bot.knowledge import KnowledgeBase

    path = tmp_path / "questions.jsonl"
    path.write_text('{"id": "1"}')
    with pytest.raises(ValueError, match=r"questions.jsonl:1"):
        evaluate_questions(KnowledgeBase(content(small())), path)
