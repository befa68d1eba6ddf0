"""A made-up Code laid beside ours by adding a folder: it takes over at midnight in London, no sooner, no later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from bot.content import ContentError, FileContent
from bot.encoder import Encoder
from bot.knowledge import KnowledgeBase
from bot.knowledge.load import load_knowledge
from bot.knowledge.rights_form import RightsForm
from tests.web import Clock, clock

from .conftest import REVIEW, SOURCE, entry, small

__all__ = ["clock"]
QUESTION = "when will the police tell me if they arrest someone?"
NEW = "can I see the footage from the officer's camera"
SUMMER = "2027-07-01"

Content = Callable[[dict[str, Any]], FileContent]


def limit(id: str, n: int, **change: Any) -> dict[str, Any]:
    """A time limit of a made-up Code, in working days."""
    days = {"n": n, "unit": "working_days"}
    record = {"id": id, "what": "A suspect is arrested", "everyone": days, "enhanced": days, "right": 6}
    more = {"runs_from": "the event", "who": "police", "sure": "read", "sources": [SOURCE], **REVIEW}
    return record | more | change


def made_up(start: str, **change: Any) -> dict[str, Any]:
    """The files of a small made-up Code, to be put beside ours; entries and limits take its first day."""
    arrest = entry(
        "arrest-told", answer="The new Code: within {suspect_arrested.everyone}.", questions=[QUESTION]
    )
    arrest["questions"] += [f"made-up arrest question {n}" for n in range(8)]
    footage = entry("camera-footage", answer="The new Code lets you see it.")
    footage["questions"] = [NEW, *(f"made-up footage question {n}" for n in range(8))]
    for record in (arrest, footage):
        del record["in_force"]
    # entries beside the Rights name limits of the Rights
    limits = FileContent().one("knowledge/timescales.yml")["timescales"]
    keeps = [row["id"] for row in limits if row["id"] != "suspect_arrested"] + change.pop("keeps", [])
    edition = {"title": "A made-up Code", "in_force": {"from": start, "to": None}, "keeps": keeps, **change}
    return {
        "edition": edition,
        "timescales": {"timescales": [limit("suspect_arrested", 3)]},
        "entries/all": [arrest, footage],
    }


@pytest.mark.parametrize("start", ["2027-01-18", SUMMER], ids=["winter", "summer time"])
def test_the_new_code_takes_over_at_midnight_in_london(ours_and: Content, clock: Clock, start: str) -> None:
    base = KnowledgeBase(ours_and(made_up(start)), Encoder.load())
    eve = dt.date.fromisoformat(start) - dt.timedelta(days=1)
    clock.to(f"{eve} 23:59")
    before = base.answer(QUESTION)
    assert "5 working days" in before.text and "1 working day" in before.text
    assert base.answer(NEW).entry != "camera-footage"
    assert base.knowledge.timescales.fill("{suspect_arrested.everyone}") == "5 working days"

    clock.to(f"{start} 00:00")
    assert base.answer(QUESTION).text == "The new Code: within 3 working days."
    assert base.answer(NEW).text == "The new Code lets you see it."
    assert base.knowledge.timescales.fill("{suspect_arrested.everyone}") == "3 working days"
    assert base.lookup("camera footage")[0]["id"] == "camera-footage"


def test_asked_for_another_day_it_gives_that_days_law(ours_and: Content) -> None:
    base = KnowledgeBase(ours_and(made_up(SUMMER)), Encoder.load())
    assert "5 working days" in base.answer(QUESTION, dt.date(2027, 6, 30)).text
    assert "3 working days" in base.answer(QUESTION, dt.date(2027, 7, 1)).text
    early = base.answer(QUESTION, dt.date(2020, 5, 1))
    assert early.outcome == "cannot_answer"
    assert "1 April 2021" in early.text and not early.sources


def test_a_follow_up_and_a_form_take_the_limits_of_the_day(ours_and: Content, clock: Clock) -> None:
    """Both live as long as the process, which may have started under the old Code."""
    source = ours_and(made_up(SUMMER))
    base = KnowledgeBase(source)
    form = RightsForm(source, base)
    answers = {"who": ["me"], "crime": ["violence"], "reported": ["yes"], "stage": ["arrested"]}
    eve, day = dt.date(2027, 6, 30), dt.date(2027, 7, 1)
    assert "5 working days" in base.answer("how long?", eve, "arrest-told").text
    assert "3 working days" in base.answer("how long?", day, "arrest-told").text
    assert "3 working days" not in form.result(answers, eve).text
    assert "within 3 working days" in form.result(answers, day).text


def test_no_old_right_goes_on_by_forgetting_but_other_law_does(ours_and: Content) -> None:
    source = ours_and(made_up(SUMMER, keeps=["vps-what"], ends=["clares-law"]))
    base = KnowledgeBase(source)
    after = {entry.id for entry in base.entries(dt.date.fromisoformat(SUMMER))}
    assert {"arrest-told", "camera-footage", "vps-what", "restraining-order", "are-you-a-bot"} <= after
    assert not {"bail-told", "cica", "clares-law"} & after
    assert "bail-told" in {entry.id for entry in base.entries(dt.date(2027, 6, 30))}


def test_an_entry_that_stays_takes_the_new_limit(content: Content) -> None:
    files = small()
    files["new/edition"] = {"title": "N", "in_force": {"from": SUMMER, "to": None}, "keeps": ["arrest-told"]}
    files["new/timescales"] = {"timescales": [limit("arrest", 3)]}
    base = KnowledgeBase(content(files))
    assert "5 working days" in base.entry("arrest-told", dt.date(2027, 6, 30)).text
    assert "3 working days" in base.entry("arrest-told", dt.date(2027, 7, 1)).text


def test_what_does_not_fit_the_old_code_is_named(content: Content) -> None:
    files = small()
    files["new/edition"] = {
        "title": "N",
        "in_force": {"from": SUMMER, "to": None},
        "keeps": ["arrest-told", "nowhere"],
    }
    with pytest.raises(ContentError) as error:
        load_knowledge(content(files))
    assert "knowledge/new/edition.yml: keeps: nowhere: no such entry" in str(error.value)
    # the limit ended with the old Code, and the entry that was kept still names it
    assert "arrest-told: answer: {arrest.everyone} names no time limit" in str(error.value)
    assert "from 2027-07-01 on" in str(error.value)
