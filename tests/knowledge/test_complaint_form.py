"""Help with a complaint: the right body, step and deadline, and a draft that holds nothing invented."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest

from bot.content import ContentError, FileContent
from bot.knowledge import KnowledgeBase
from bot.knowledge.complaint_form import ComplaintForm
from bot.knowledge.forms import ANSWER, State
from bot.risk import Level, assess, load_full

TODAY = dt.date(2026, 11, 25)
Changed = Callable[[str, Callable[[Any], None]], FileContent]


@pytest.fixture(scope="module")
def complaint() -> ComplaintForm:
    source = FileContent()
    return ComplaintForm(source, KnowledgeBase(source))


@pytest.mark.parametrize(
    ("question", "text", "option"),
    [
        ("about", "the detective on my case", "police"),
        ("about", "wcu", "unit"),
        ("about", "crown prosecution", "cps"),
        ("about", "probation never wrote", "probation"),
        ("what", "they dropped my case", "decision"),
        ("what", "nobody told me he was out", "told"),
        ("what", "he was rude and laughed", "treated"),
        ("what", "no screen in court", "help"),
        ("what", "they still have my phone", "property"),
        ("stage", "no", "first"),
        ("stage", "yes but heard nothing", "waiting"),
        ("stage", "got their reply, not upheld", "final"),
    ],
)
def test_an_answer_is_read_in_own_words(
    complaint: ComplaintForm, question: str, text: str, option: str
) -> None:
    given = complaint.form.read(State("complaint", question), text, TODAY)
    assert (given.kind, given.ids) == (ANSWER, [option])


def test_a_first_complaint_goes_to_whoever_let_them_down(complaint: ComplaintForm) -> None:
    reply = complaint.result({"about": ["police"], "what": ["told"], "stage": ["first"]}, TODAY)
    assert "The police force that dealt with your case" in reply.text
    assert "first step" in reply.text
    assert "within 5 working days (with enhanced rights 1 working day) (Right 6)" in reply.text
    assert "not sent" in reply.text
    assert reply.sources


def test_after_the_final_answer_comes_the_ombudsman_without_an_mp(complaint: ComplaintForm) -> None:
    reply = complaint.result({"about": ["court"], "what": ["help"], "stage": ["final"]}, TODAY)
    assert "0345 015 4033" in reply.text
    assert "don't need your MP" in reply.text


def test_how_officers_behaved_goes_to_standards_and_then_to_a_review(complaint: ComplaintForm) -> None:
    answers = {"about": ["police"], "what": ["treated"]}
    assert "professional standards" in complaint.result({**answers, "stage": ["first"]}, TODAY).text
    assert "0300 020 0096" in complaint.result({**answers, "stage": ["final"]}, TODAY).text


def test_a_decision_is_a_review_with_its_last_day(complaint: ComplaintForm) -> None:
    answers = {"about": ["cps"], "what": ["decision"], "decided_on": ["2026-11-20"]}
    reply = complaint.result(answers, TODAY)
    assert "not a complaint" in reply.text
    assert "by Saturday 20 February 2027" in reply.text
    assert "letter of Friday 20 November 2026" in reply.text


def test_a_low_sentence_names_the_day_and_the_way_out_when_it_has_passed(complaint: ComplaintForm) -> None:
    reply = complaint.result({"what": ["sentence"], "sentenced_on": ["2026-10-01"]}, TODAY)
    assert "Attorney General" in reply.text
    assert "by Thursday 29 October 2026. That day has passed." in reply.text
    assert "a law of 2026 gives victims longer" in reply.text


def test_no_deadline_is_named_that_nobody_has_verified(complaint: ComplaintForm) -> None:
    reply = complaint.result({"about": ["probation"], "what": ["help"], "stage": ["waiting"]}, TODAY)
    assert "no checked number of days" in reply.text
    assert not re.search(r"\d+ (working )?days", reply.text)


def test_every_way_ends_with_a_body_a_draft_and_sources(complaint: ComplaintForm) -> None:
    ones = [[[], *([o.id] for o in q.options)] for q in complaint.form.questions.values() if q.options]
    for about, what, stage in itertools.product(*ones):
        reply = complaint.result({"about": about, "what": what, "stage": stage}, TODAY)
        assert reply.sources and reply.choices and "{" not in reply.text
        assert "[Your name]" in reply.text
        assert len(reply.text.split()) <= 330


def test_no_button_raises_an_alarm(complaint: ComplaintForm) -> None:
    load_full()
    for question in complaint.form.questions.values():
        for option in question.options:
            assert assess(option.label).level < Level.URGENT, option.label


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"entries": ["nowhere"]}, "entry: nowhere: no such entry"),
        ({"draft": "poem"}, "draft: poem: no such draft"),
        ({"until": "Within {complaint_reply.everyone}."}, "{complaint_reply.everyone} is unverified"),
        ({"when": {"about": ["mayor"]}}, "when: about: mayor: no such option"),
    ],
)
def test_what_does_not_fit_is_named(ours_changed: Changed, change: dict[str, object], finding: str) -> None:
    source = ours_changed("forms/complaint.yml", lambda data: data["routes"][0].update(change))
    with pytest.raises(ContentError) as error:
        ComplaintForm(source, KnowledgeBase(source))
    assert finding in str(error.value)
