"""Jargon on demand: every word of the list is explained, with its source, and leads on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.content import ContentError, FileContent
from bot.knowledge import KnowledgeBase

from .conftest import small

Content = Callable[[dict[str, Any]], FileContent]


@pytest.mark.parametrize(
    ("question", "long"),
    [
        ("so what does isva stand for", "Independent Sexual Violence Adviser"),
        ("whats WCU", "Witness Care Unit"),
        ("CPS?", "Crown Prosecution Service"),
        ("what does RUI mean", "released under investigation"),
        ("wots a vlo", "Victim Liaison Officer"),
        ("what does abe stand for", "Achieving Best Evidence"),
        ("dvpn", "Domestic Violence Protection Notice"),
        ("vcs meaning", "Victim Contact Scheme"),
        ("i dont know what an oic is", "officer in the case"),
        ("what's a FLO please", "Family Liaison Officer"),
        ("what is VRR", "Right to Review"),
        ("explain hmcts", "HM Courts and Tribunals Service"),
    ],
)
def test_an_abbreviation_is_explained_with_its_source(real: KnowledgeBase, question: str, long: str) -> None:
    answer = real.answer(question)
    assert answer.outcome == "answer"
    assert long in answer.text
    assert answer.sources and answer.choices
    assert answer.entry


def test_every_word_of_the_list_is_explained_by_each_of_its_names(real: KnowledgeBase) -> None:
    for term in real.by_words.terms.all:
        for name in (term.term, *term.also):
            asked = real.by_words.terms.asked(f"what does {name} mean?")
            assert asked is not None and asked.term == term.term, name
        assert real.entry(term.entry).sources


def test_a_plain_word_alone_is_no_question_about_a_term(real: KnowledgeBase) -> None:
    for text in ("parole board", "live link", "can i have a live link in court"):
        assert real.by_words.terms.asked(text) is None


@pytest.mark.parametrize(
    "question",
    ["what is the capital of france", "what does my officer mean", "who is the judge", "what is love"],
)
def test_other_words_are_not_taken_for_terms(real: KnowledgeBase, question: str) -> None:
    assert real.by_words.terms.asked(question) is None


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"entry": "nowhere"}, "entry: nowhere: no such entry"),
        ({"source": "nowhere"}, "source: nowhere: no such source"),
        ({"plain": "Within 5 working days."}, '"5 working days" is a time limit'),
        ({"also": ["wcu"]}, "also: wcu: belongs to"),
        ({"colour": "red"}, "Extra inputs are not permitted"),
    ],
)
def test_what_does_not_fit_is_named(content: Content, change: dict[str, Any], finding: str) -> None:
    files = small()
    files["terms"]["terms"][2] |= change
    with pytest.raises(ContentError) as error:
        KnowledgeBase(content(files))
    assert "terms.yml" in str(error.value)
    assert finding in str(error.value)
