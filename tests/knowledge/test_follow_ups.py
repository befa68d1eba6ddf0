"""Follow-ups keep to the answer before; corrections and choices in free words are understood."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.content import ContentError, FileContent
from bot.knowledge import KnowledgeBase

from .conftest import small

Content = Callable[[dict[str, Any]], FileContent]


@pytest.mark.parametrize(
    ("before", "question", "entry"),
    [
        ("arrest-told", "who do i ask?", "contact-officer"),
        ("arrest-told", "what if they don't?", "update-missing"),
        ("arrest-told", "but nobody did", "update-missing"),
        ("update-missing", "what if they still dont", "complaint-how"),
        ("complaint-how", "and if they ignore it", "ombudsman"),
        ("hearing-dates-told", "who do i ring about that", "witness-care-unit"),
        ("outcome-told", "who can tell me", "witness-care-unit"),
        ("property-back", "who do i ask", "contact-officer"),
        ("restorative-justice", "who do i contact", "restorative-essex"),
        ("expenses", "how long does it take", "expenses-how-long"),
        ("vrr-cps", "what then", "complaint-how"),
        ("charged-told", "and if im vulnerable?", "enhanced-who"),
    ],
)
def test_a_follow_up_answers_about_the_entry_before(
    real: KnowledgeBase, before: str, question: str, entry: str
) -> None:
    answer = real.answer(question, context=before)
    assert (answer.outcome, answer.entry) == ("answer", entry)
    assert answer.sources


def test_how_long_tells_both_limits_and_what_they_run_from(real: KnowledgeBase) -> None:
    answer = real.answer("how long?", context="arrest-told")
    assert "5 working days, or 1 working day with enhanced rights" in answer.text
    assert "counts from the event" in answer.text
    assert (answer.entry, answer.right) == ("arrest-told", 6)
    assert answer.sources


def test_how_long_where_no_limit_is_known_says_so(real: KnowledgeBase) -> None:
    answer = real.answer("how long have they got", context="property-back")
    assert "no fixed time" in answer.text


def test_if_vulnerable_names_the_limit_of_what_was_asked(real: KnowledgeBase) -> None:
    answer = real.answer("and if im vulnerable?", context="arrest-told")
    assert "1 working day instead of 5 working days" in answer.text


def test_what_does_that_mean_explains_the_words_of_the_answer(real: KnowledgeBase) -> None:
    answer = real.answer("what does that mean?", context="not-charged")
    assert "Crown Prosecution Service" in answer.text
    answer = real.answer("i dont understand those words", context="victim-contact-scheme")
    assert "Victim Liaison Officer" in answer.text


@pytest.mark.parametrize(
    "question", ["how long?", "who do i ask?", "what if they don't?", "what does that mean?"]
)
def test_every_entry_has_an_answer_to_every_follow_up(real: KnowledgeBase, question: str) -> None:
    for entry in real.entries():
        if entry.kind.value == "answer" and (entry.topic.value != "service" or "commissioner" in entry.id):
            answer = real.answer(question, context=entry.id)
            assert answer.outcome == "answer" and answer.sources and "{" not in answer.text, entry.id


def test_without_an_answer_before_a_follow_up_is_not_guessed(real: KnowledgeBase) -> None:
    for question in ("who do i ask?", "what if they don't?", "how long?"):
        assert real.answer(question).outcome != "answer"


def test_a_broad_word_after_an_answer_asks_back_about_that_word(real: KnowledgeBase) -> None:
    answer = real.answer("what about the money", context="arrest-told")
    assert answer.outcome == "clarify"
    assert "entry:cica" in [choice.value for choice in answer.choices]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("no, I meant the court", "court"),
        ("sorry i was asking about the trial", "trial"),
        ("not that, i meant the money", "the money"),
        ("nah its about expenses", "expenses"),
        ("no", None),
        ("no i dont want that", None),
        ("i meant well", "well"),
        ("nobody told me", None),
    ],
)
def test_what_is_put_right_is_read(real: KnowledgeBase, text: str, meant: str | None) -> None:
    assert real.by_words.follow_ups.corrected(text) == meant


@pytest.mark.parametrize(
    ("words", "entry"),
    [
        ("the train fare", "expenses"),
        ("money for my injury", "cica"),
        ("what the offender has to pay", "court-compensation"),
        ("my bike got nicked", "stolen-or-damaged"),
        ("purple", None),
    ],
)
def test_a_choice_is_named_in_free_words(real: KnowledgeBase, words: str, entry: str | None) -> None:
    offered = ["cica", "court-compensation", "expenses", "stolen-or-damaged"]
    assert real.among(offered, words) == entry


def test_a_follow_up_that_leads_nowhere_is_refused(content: Content) -> None:
    files = small()
    files["follow_ups"]["vulnerable"]["entry"] = "nowhere"
    with pytest.raises(ContentError, match=r"follow_ups.yml: nowhere: no such entry"):
        KnowledgeBase(content(files))
