"""What staff type with a caller on the line."""

from __future__ import annotations

import pytest

from bot.knowledge import KnowledgeBase


def ids(base: KnowledgeBase, query: str, limit: int = 3) -> list[str]:
    return [hit["id"] for hit in base.lookup(query, limit)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("VRR", "vrr-police"),
        ("WCU", "witness-care-unit"),
        ("NFA", "nfa-meaning"),
        ("isva", "specialist-adviser"),
        ("bail vuln", "bail-told"),
        ("arest", "arrest-told"),
        ("interp", "interpreter"),
        ("lenient", "lenient-sentence"),
        ("cica time", "cica-time-limit"),
    ],
)
def test_words_beginnings_slips_and_abbreviations_find_it(
    real: KnowledgeBase, query: str, expected: str
) -> None:
    assert expected in ids(real, query)


def test_a_hit_can_be_read_out_and_says_where_it_stands(real: KnowledgeBase) -> None:
    (hit,) = real.lookup("told about an arrest", 1)
    assert hit["kind"] == "entry"
    assert "5 working days" in hit["text"]
    assert hit["reference"].startswith("Right 6")


@pytest.mark.parametrize("query", ["", "   ", "???", "zzzzxqj"])
def test_nothing_is_found_for_nothing(real: KnowledgeBase, query: str) -> None:
    assert real.lookup(query, 5) == []


def test_no_more_than_asked_for(real: KnowledgeBase) -> None:
    assert len(real.lookup("police", 4)) == 4
