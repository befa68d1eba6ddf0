"""The pages say what the answers say, as of the day, and nothing that nobody verified."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from bot.channels.picture import WIDTH, draw
from bot.content import ContentError, FileContent
from bot.knowledge import KnowledgeBase
from bot.knowledge.guide import Guide

from .conftest import SOURCE, small
from .test_editions import SUMMER, made_up

Content = Callable[[dict[str, Any]], FileContent]


@pytest.fixture(scope="module")
def guide() -> Guide:
    return Guide(FileContent(), KnowledgeBase(FileContent()))


def test_every_entry_of_a_right_stands_on_its_page_as_it_is_answered(guide: Guide) -> None:
    for right in range(1, 13):
        sections = guide.sections(right)
        wanted = {entry.id for entry in guide.base.entries() if entry.right == right}
        assert {section.id for section in sections} == wanted
        for section in sections:
            answer = guide.base.entry(section.id)
            assert (section.text, section.sources) == (answer.text, answer.sources)
            assert section.sources


def test_the_titles_are_the_twelve(guide: Guide) -> None:
    assert [title.right for title in guide.titles().rights] == list(range(1, 13))


def test_the_table_has_every_limit_that_is_drawn_and_all_others_once(guide: Guide) -> None:
    told = [limit.id for part in guide.way() for limit in part.limits]
    told += [limit.id for limit in guide.other_limits()]
    verified = [limit.id for limit in guide.base.knowledge.timescales.items if limit.showable]
    assert sorted(told) == sorted(verified)
    assert "charge_altered" not in told, "nobody has verified it"


def test_the_picture_has_a_step_for_each_working_day(guide: Guide) -> None:
    parts = guide.way()
    picture = draw(parts, "{span}, everyone", "{span}, enhanced")
    rows = [row for part in parts for row in part.rows]
    spans = [
        span
        for row in rows
        for span in (row.everyone, row.enhanced if row.enhanced != row.everyone else None)
        if span
    ]
    assert len(picture.bars) == len(spans)
    for bar, span in zip(picture.bars, spans, strict=True):
        assert bar.open or len(bar.steps) + 1 == span.n
    said = " ".join(text.words for text in picture.texts)
    assert all(str(span) in said for span in spans)
    assert all(bar.x + bar.width < WIDTH for bar in picture.bars)


def test_the_pages_of_a_new_code_begin_on_its_day(ours_and: Content) -> None:
    files = made_up(SUMMER)
    title = {"right": 6, "title": "A made-up title", "short": "made up"}
    review = {"sources": [], "read_on": "2026-11-21", "review_by": "2027-02-21"}
    files["rights"] = {"in_force": {"from": SUMMER, "to": None}, "rights": [title], **review}
    source = ours_and(files)
    guide = Guide(source, KnowledgeBase(source))
    eve, day = dt.date(2027, 6, 30), dt.date(2027, 7, 1)
    assert len(guide.titles(eve).rights) == 12
    assert guide.titles(day).rights[0].title == "A made-up title"
    assert "camera-footage" not in {section.id for section in guide.sections(6, eve)}
    assert {section.id for section in guide.sections(6, day)} == {"arrest-told", "camera-footage"}
    investigation = guide.way(day)[1]
    first, *others = [str(row.everyone) for row in investigation.rows]
    assert first == "3 working days" and set(others) == {"5 working days"}
    assert investigation.rows[0].label == "A suspect is arrested", "no longer like the others of its row"


def test_words_stand_in_the_order_of_the_alphabet_each_with_a_source(content: Content) -> None:
    files = small()
    assert (
        Guide(content(files | {"terms": {**files["terms"], "terms": []}}), KnowledgeBase(content({}))).words()
        == []
    )
    own = {"term": "WCU", "long": "Witness Care Unit", "plain": "It looks after witnesses.", "source": "code"}
    files["terms"] |= {
        "read_on": "2026-11-20",
        "sources": {"code": SOURCE},
        "terms": [
            {**own, "also": [], "entry": "arrest-told"},
            {"term": "bail", "also": [], "long": None, "plain": "Free under rules.", "entry": "arrest-told"},
        ],
    }
    bail, unit = Guide(content(files), KnowledgeBase(content(files))).words()
    assert (bail.term, unit.term, unit.long) == ("bail", "WCU", "Witness Care Unit")
    assert bail.see == ("6", "arrest-told", "Arrest told")
    assert bail.sources[0].read_on == dt.date(2026, 11, 21), "that of the entry"
    assert unit.sources[0].read_on == dt.date(2026, 11, 20)


def test_a_stage_that_names_no_limit_is_refused(content: Content) -> None:
    files = small()
    files["way"] = [{"id": "report", "title": "Report", "rows": [{"label": "x", "limits": ["nowhere"]}]}]
    source = content(files)
    with pytest.raises(ContentError, match=r"way.yml: report: limits: nowhere"):
        Guide(source, KnowledgeBase(source))
