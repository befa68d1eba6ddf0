"""Whoever edits an entry is told what is wrong and where; nothing wrong reaches a visitor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.content import ContentError, FileContent
from bot.knowledge.load import load_knowledge

from .conftest import entry, small

Content = Callable[[dict[str, Any]], FileContent]


def test_a_sound_folder_loads(content: Content) -> None:
    assert len(load_knowledge(content(small())).entries) == 3


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"answer": "Within {arrests.everyone}."}, "answer: {arrests.everyone} names no time limit"),
        ({"answer": "Within {arrest.children}."}, "answer: {arrest.children} names no time limit"),
        ({"answer": "You have 28 days to ask."}, 'answer: "28 days" is a time limit'),
        ({"answer": "They tell you in 5 working days."}, 'answer: "5 working days" is a time limit'),
        ({"answer": "They have two years."}, 'answer: "two years" is a time limit'),
        ({"answer": "It is a 10-working-day limit."}, 'answer: "10-working-day" is a time limit'),
        ({"short": "Told within 1 month"}, 'short: "1 month" is a time limit'),
        ({"title": "About {arrest.everyone}"}, "title: a time limit can only stand in `answer`"),
        ({"answer": "word " * 131}, "answer: 131 words, at most 130"),
        ({"choices": ["nowhere"]}, "choices: nowhere: no such entry"),
        ({"choices": ["arrest-told"]}, "choices: arrest-told: leads to itself"),
        ({"sources": []}, "sources: an answer needs at least one"),
        ({"questions": ["one", "two"]}, "questions: 2 phrasings, at least 8 are needed"),
        ({"right": None}, "right: 0 to 12 for kind answer, and only there"),
        ({"right": 13}, "right: Input should be less than or equal to 12"),
        ({"kind": "about_service"}, "right: 0 to 12 for kind answer, and only there"),
        ({"topic": "money"}, "topic: Input should be"),
        ({"titel": "Misspelt"}, "titel: Extra inputs are not permitted"),
        ({"short": "x" * 41}, "short: String should have at most 40 characters"),
        (
            {"in_force": {"from": "2021-04-01", "to": "2020-01-01"}},
            "in_force: Value error, `to` is before `from`",
        ),
    ],
)
def test_a_fault_is_named_with_file_id_and_field(
    content: Content, change: dict[str, Any], finding: str
) -> None:
    files = small()
    files["entries/all"][0] |= change
    with pytest.raises(ContentError) as error:
        load_knowledge(content(files))
    assert f"knowledge/entries/all.yml: arrest-told: {finding}" in str(error.value)


@pytest.mark.parametrize(
    "answer",
    [
        "You can apply from 18 years of age.",
        "If you are under 16 years old, a parent can ask.",
        "The line is open 24 hours a day.",
        "This is for a sentence of 12 months or more.",
        "Ring 101 and ask about Right 6.",
    ],
)
def test_ages_opening_hours_and_sentences_are_not_time_limits(content: Content, answer: str) -> None:
    files = small()
    files["entries/all"][0]["answer"] = answer
    assert load_knowledge(content(files)).entries[0].answer == answer


def test_a_limit_that_nobody_verified_cannot_be_shown_until_assured(content: Content) -> None:
    files = small()
    limit = files["timescales"]["timescales"][0]
    limit["sure"] = "unverified"
    with pytest.raises(ContentError, match=r"arrest-told: answer: \{arrest.everyone\} is unverified"):
        load_knowledge(content(files))
    limit["assurance"] = {"by": "A. Reader", "on": "2026-12-01", "against": "the Code"}
    assert load_knowledge(content(files)).timescales.fill("{arrest.everyone}") == "5 working days"


def test_the_same_question_cannot_lead_to_two_entries(content: Content) -> None:
    files = small()
    files["entries/more"] = [entry("bail-told", questions=["Arrested!!", *(f"bail {n}" for n in range(8))])]
    with pytest.raises(
        ContentError, match=r'more.yml: bail-told: questions: "Arrested!!" also in arrest-told'
    ):
        load_knowledge(content(files))


def test_two_versions_of_an_entry_may_follow_but_not_overlap(content: Content) -> None:
    files = small()
    files["entries/new"] = [entry("arrest-told", in_force={"from": "2027-01-01", "to": None})]
    with pytest.raises(ContentError, match=r"new.yml: arrest-told: in_force: overlaps"):
        load_knowledge(content(files))
    files["entries/all"][0]["in_force"] = {"from": "2021-04-01", "to": "2026-12-31"}
    assert len(load_knowledge(content(files)).entries) == 4


def test_every_fault_is_told_at_once(content: Content) -> None:
    files = small()
    files["entries/all"][0]["sources"] = []
    files["entries/all"][1]["choices"] = ["nowhere"]
    with pytest.raises(ContentError) as error:
        load_knowledge(content(files))
    assert "arrest-told" in str(error.value)
    assert "property-back" in str(error.value)


def test_policy_and_out_of_scope_questions_fit_each_other(content: Content) -> None:
    files = small()
    del files["policy"]["groups"]["gibberish"]
    files["policy"]["broad"][0]["choices"][0] = "nowhere"
    with pytest.raises(ContentError) as error:
        load_knowledge(content(files))
    assert "out_of_scope.yml: gibberish: group: not in policy.yml" in str(error.value)
    assert "policy.yml: broad: police: choices: nowhere: no such entry" in str(error.value)


def test_a_missing_file_is_named(content: Content) -> None:
    files = small()
    del files["policy"]
    with pytest.raises(ContentError, match=r"knowledge/policy.yml: missing"):
        load_knowledge(content(files))
