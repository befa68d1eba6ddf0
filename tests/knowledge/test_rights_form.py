"""The short form "which rights apply to me": what it asks, how answers are read, and what it ends with."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.content import ContentError, FileContent
from bot.knowledge import KnowledgeBase
from bot.knowledge.forms import ANSWER, RESUME, STOP, TO_COME, UNDO, UNREAD, WHY, State
from bot.knowledge.rights_form import RightsForm
from bot.risk import Level, assess, load_full

TODAY = dt.date(2026, 11, 25)
Changed = Callable[[str, Callable[[Any], None]], FileContent]


@pytest.fixture(scope="module")
def rights() -> RightsForm:
    source = FileContent()
    return RightsForm(source, KnowledgeBase(source))


def read(rights: RightsForm, question: str, text: str) -> list[str] | str:
    given = rights.form.read(State("rights", question), text, TODAY)
    return given.ids if given.kind == ANSWER else given.kind


@pytest.mark.parametrize(
    ("question", "text", "option"),
    [
        ("who", "me", "me"),
        ("who", "it was me", "me"),
        ("who", "my husband hits me", "me"),
        ("who", "my lad, hes my son", "child"),
        ("who", "im her mum", "child"),
        ("who", "my brother got killed", "bereaved"),
        ("who", "im asking for a friend", "other"),
        ("who", "we run a shop", "business"),
        ("who", "6", "other"),
        ("crime", "my ex boyfriend punched me", "domestic"),
        ("crime", "raped", "sexual"),
        ("crime", "racist abuse on the bus", "hate"),
        ("crime", "some bloke punched me in a pub", "violence"),
        ("crime", "got conned online", "fraud"),
        ("crime", "burgled", "theft"),
        ("crime", "he keeps following me everywhere", "stalking"),
        ("crime", "Fraud or a scam", "fraud"),
        ("reported", "no", "no"),
        ("reported", "not yet i'm too scared", "no"),
        ("reported", "yeah rang 101", "yes"),
        ("stage", "he got arrested then bailed", "released"),
        ("stage", "they nicked him", "arrested"),
        ("stage", "NFA", "stopped"),
        ("stage", "nobody was charged", "stopped"),
        ("stage", "charged with assault", "charged"),
        ("stage", "trial is in march", "court"),
        ("stage", "found not guilty", "cleared"),
        ("stage", "he got a suspended sentence", "sentenced"),
        ("stage", "waiting to hear", "open"),
    ],
)
def test_an_answer_is_read_by_number_label_or_own_words(
    rights: RightsForm, question: str, text: str, option: str
) -> None:
    assert read(rights, question, text) == [option]


def test_several_things_that_make_it_harder_are_read_together(rights: RightsForm) -> None:
    assert read(rights, "harder", "1 and 3") == ["young", "afraid"]
    assert set(read(rights, "harder", "im autistic and scared")) == {"disability", "afraid"}
    assert read(rights, "harder", "none of them") == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("why do you ask?", WHY),
        ("but why", WHY),
        ("what for", WHY),
        ("stop", STOP),
        ("i dont want to answer any more questions", STOP),
        ("forget it", STOP),
        ("go back", UNDO),
        ("carry on", RESUME),
        ("the weather is nice", UNREAD),
        ("9", UNREAD),
    ],
)
def test_wishes_about_the_form_are_understood_at_every_question(
    rights: RightsForm, text: str, meant: str
) -> None:
    assert read(rights, "reported", text) == meant


@pytest.mark.parametrize("text", ["skip", "skip this one", "dunno", "i don't know", "id rather not say"])
def test_every_question_can_be_skipped(rights: RightsForm, text: str) -> None:
    for question in rights.form.questions:
        assert read(rights, question, text) == []


def test_every_question_says_why_it_is_asked(rights: RightsForm) -> None:
    assert all(question.why.startswith("I ask because") for question in rights.form.questions.values())


def test_a_day_is_read_and_one_to_come_is_asked_again(rights: RightsForm) -> None:
    assert read(rights, "arrested_on", "last friday") == ["2026-11-20"]
    assert read(rights, "arrested_on", "3 december 2026") == TO_COME
    assert read(rights, "arrested_on", "a while back") == UNREAD


def asked(rights: RightsForm, **answers: list[str]) -> list[str]:
    """The questions that are asked, in order, by somebody who gives these answers and skips the others."""
    state, order = rights.form.begin(), []
    while state:
        order.append(state.at)
        state = rights.form.next(rights.form.answered(state, state.at, answers.get(state.at, [])))
    return order


def test_nothing_is_asked_that_is_not_needed(rights: RightsForm) -> None:
    assert asked(rights, who=["bereaved"], reported=["no"]) == ["who", "reported", "harder"]
    assert asked(rights, who=["business"], reported=["yes"], stage=["court"]) == ["who", "reported", "stage"]
    assert asked(rights, who=["me"], crime=["theft"], reported=["yes"], stage=["arrested"]) == [
        "who", "crime", "reported", "stage", "arrested_on", "harder",
    ]  # fmt: skip


def test_a_changed_answer_takes_back_what_hung_on_it(rights: RightsForm) -> None:
    state = State("rights", "stage", {"who": ["me"], "reported": ["yes"], "stage": ["open"]})
    changed = rights.form.answered(state, "reported", ["no"])
    assert "stage" not in changed.answers


def test_an_arrest_in_domestic_abuse_is_told_within_one_working_day(rights: RightsForm) -> None:
    reply = rights.result(
        {
            "who": ["me"], "crime": ["domestic"], "reported": ["yes"], "stage": ["arrested"],
            "arrested_on": ["2026-11-20"], "harder": ["contact"],
        },
        TODAY,
    )  # fmt: skip
    assert "You should have enhanced rights" in reply.text
    assert "within 1 working day." in reply.text
    assert "by Monday 23 November 2026. That day has passed." in reply.text
    assert "entry:update-missing" in [choice.value for choice in reply.choices]
    assert "safe" in reply.text


def test_without_a_reason_the_limit_is_the_usual_one(rights: RightsForm) -> None:
    answers = {"who": ["me"], "crime": ["theft"], "reported": ["yes"], "stage": ["charged"]}
    reply = rights.result({**answers, "charged_on": ["2026-11-24"], "harder": []}, TODAY)
    assert "within 5 working days." in reply.text
    assert "by Tuesday 1 December 2026." in reply.text
    assert "passed" not in reply.text


def test_where_enhanced_rights_are_not_sure_both_days_are_told(rights: RightsForm) -> None:
    answers = {"who": ["me"], "crime": ["violence"], "reported": ["yes"], "stage": ["released"]}
    reply = rights.result({**answers, "released_on": ["2026-11-24"], "harder": ["afraid"]}, TODAY)
    assert "You may have enhanced rights" in reply.text
    assert "5 working days (with enhanced rights 1 working day)" in reply.text
    assert "by Tuesday 1 December 2026, or by Wednesday 25 November 2026 with enhanced rights" in reply.text


def test_after_a_sentence_the_limits_run_one_after_the_other(rights: RightsForm) -> None:
    answers = {"who": ["me"], "crime": ["violence"], "reported": ["yes"], "stage": ["sentenced"]}
    reply = rights.result({**answers, "ended_on": ["2026-11-02"], "harder": []}, TODAY)
    # 5 working days for the court, then 1 for the unit; 10 to be referred, then 20 to be contacted; 28 days to ask
    assert "Tuesday 10 November 2026" in reply.text
    assert "Monday 14 December 2026" in reply.text
    assert "Monday 30 November 2026" in reply.text


def test_who_did_not_report_is_told_what_there_is_without_the_police(rights: RightsForm) -> None:
    reply = rights.result({"who": ["me"], "crime": ["sexual"], "reported": ["no"], "harder": []}, TODAY)
    assert "If you report it, you should have enhanced rights" in reply.text
    assert "support without the police" in reply.text
    assert "officer in your case" not in reply.text


def every_path(rights: RightsForm) -> Iterator[dict[str, list[str]]]:
    """Answers of all kinds: each way through the form, with one thing at a time that makes it harder."""
    questions = rights.form.questions
    ones = [
        [[], *([o.id] for o in questions[name].options)] for name in ("who", "crime", "reported", "stage")
    ]
    harder = [[], *([o.id] for o in questions["harder"].options)]
    for who, crime, reported, stage, hard in itertools.product(*ones, harder):
        answers = {"who": who, "crime": crime, "reported": reported, "stage": stage, "harder": hard}
        state = State("rights", "who")
        for name, ids in answers.items():
            state = rights.form.answered(state, name, ids)
        yield state.answers


def test_every_way_ends_with_something_short_that_has_sources_and_leads_on(rights: RightsForm) -> None:
    seen = set()
    for answers in every_path(rights):
        reply = rights.result(answers, TODAY)
        if reply.text in seen:
            continue
        seen.add(reply.text)
        lines = [line for line in reply.text.splitlines() if line[:1].isdigit()]
        assert 2 <= len(lines) == len(reply.choices) <= 11, answers
        assert len(reply.text.split()) <= 330, answers
        assert reply.sources and "{" not in reply.text
        for number, choice in enumerate(reply.choices, start=1):
            assert lines[number - 1].startswith(f"{number} ")
            assert choice.value.startswith("entry:")
    assert len(seen) > 100


def test_no_button_raises_an_alarm(rights: RightsForm) -> None:
    load_full()
    for question in rights.form.questions.values():
        for option in question.options:
            assert assess(option.label).level < Level.URGENT, option.label


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"entry": "nowhere"}, "entry: nowhere: no such entry"),
        ({"when": {"who": ["nobody"]}}, "when: who: nobody: no such option"),
        ({"when": {"whom": ["me"]}}, "when: whom: no such question"),
        ({"text": "Within {complaint_reply}."}, "{complaint_reply.everyone} is unverified"),
        ({"text": "You have 28 days."}, '"28 days" is a time limit'),
        ({"due": {"since": "who", "limits": ["charged"]}}, "due: who: no question for a day"),
        ({"colour": "red"}, "Extra inputs are not permitted"),
    ],
)
def test_what_does_not_fit_is_named(ours_changed: Changed, change: dict[str, object], finding: str) -> None:
    source = ours_changed("forms/rights.yml", lambda data: data["rights"][0].update(change))
    with pytest.raises(ContentError) as error:
        RightsForm(source, KnowledgeBase(source))
    assert finding in str(error.value)
