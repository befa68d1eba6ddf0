"""Other ways to find entries are judged like ours: on what they have not learned, with the same figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from bot.content import FileContent
from bot.evaluation.entries_compare import Bm25, Scored, phrasing, table_row
from bot.evaluation.entries_diet import scored, write_project
from bot.evaluation.entries_page import entries_sections
from bot.evaluation.knowledge import evaluate_knowledge, folds
from bot.evaluation.markdown import replaced
from bot.evaluation.proportion import proportion
from bot.evaluation.questions import Question, evaluate_questions
from bot.knowledge import KnowledgeBase
from bot.knowledge.load import load_knowledge
from bot.knowledge.search import Row, training_rows

from .conftest import small
from .test_evaluation import files_of

Content = Callable[[dict[str, Any]], FileContent]
ROWS = [
    Row("when is the arrest", "arrest", phrasing=True),
    Row("the police have my bike", "property", phrasing=True),
    Row("the weather of the week", "~weather", phrasing=True, ours=False),
]


def test_bm25_goes_by_the_rare_word_and_knows_what_is_not_ours() -> None:
    bm25 = Bm25(ROWS, {})
    assert bm25("give the bike back").ranked == ["property", "arrest"]
    assert bm25("give the bike back").ours > 0 > bm25("the weather").ours


def test_the_threshold_is_the_one_that_rejects_5_percent_of_the_others() -> None:
    ours = [(Question(str(n), "", "entry", frozenset({"a"}), ""), Scored(["a", "b"], n)) for n in range(100)]
    others = [(Question("", "", "signpost", frozenset(), ""), Scored(["b", "a"], s)) for s in (1.0, 50.0)]
    row = table_row([*ours, *others], {"a": 1, "b": 2})
    assert row["right_entry_first"] == row["right_right"] == proportion(100, 100)
    assert row["out_of_scope_found_at_5_percent_false_rejection"] == proportion(1, 2)


def test_no_phrasing_is_asked_of_what_learned_it(content: Content) -> None:
    knowledge = load_knowledge(content(small()))
    rows = training_rows(knowledge.entries, knowledge.out_of_scope, knowledge.timescales)
    parts = folds(rows)
    asked = [row.text for _, test in parts for row in test]
    assert sorted(asked) == sorted(row.text for row in rows if row.phrasing)
    for train, test in parts:
        assert not {row.text for row in train if row.phrasing} & {row.text for row in test}
    assert phrasing(ROWS[0]).fits == {"arrest"} and phrasing(ROWS[2]).wanted == "cannot_answer"


def test_rasa_is_given_the_same_phrasings_as_responses_and_intents(tmp_path: Path) -> None:
    _, data = write_project(tmp_path, ROWS)
    written = yaml.safe_load(data.read_text("utf-8"))
    assert [part["intent"] for part in written["nlu"]] == ["code/arrest", "code/property", "weather"]
    assert set(written["responses"]) == {"utter_code/arrest", "utter_code/property"}
    found = scored(
        {
            "response_selector": {"code": {"ranking": [{"intent_response_key": "code/property"}]}},
            "intent_ranking": [{"name": "weather", "confidence": 0.75}, {"name": "code", "confidence": 0.25}],
        }
    )
    assert found == Scored(["property"], 0.25)


def test_the_page_holds_what_was_found(content: Content, tmp_path: Path) -> None:
    source = content(small())
    by_folds = evaluate_knowledge(source)
    unseen = evaluate_questions(KnowledgeBase(source), files_of(tmp_path), 0.5)
    from bot.evaluation.__main__ import ENTRIES, QUESTIONS

    body = "\n\n".join(entries_sections({"at": "2026-11-25T10:00", ENTRIES: by_folds, QUESTIONS: unseen}))
    assert "| right entry first | 0.90 | 0.500 (0.013 to 0.987), 1 of 2 |" in body
    assert "| misspelt | 0.000" in body and "all together" in body
    page = replaced("before\n<!-- a -->\nold\n<!-- b -->\nafter", "<!-- a -->", "<!-- b -->", body)
    assert page.startswith("before") and page.endswith("after") and "old" not in page
