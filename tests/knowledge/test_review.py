"""`vra content check` tells a reviewer everything that has to be mended, and our own content has nothing of it."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.content import ROOT, FileContent
from bot.knowledge.load import load_knowledge
from bot.knowledge.reading_age import reading_age
from bot.knowledge.review import review

from .conftest import small

Content = Callable[[dict[str, Any]], FileContent]
DAY = dt.date(2026, 12, 1)
HARD = (
    "Notwithstanding aforementioned considerations regarding prosecutorial independence, representations "
    "concerning proportionality necessitate comprehensive individualised documentation preceding determination."
)


def check(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, as the one who looks after the content runs it."""
    command = [sys.executable, "-m", "bot.cli", "content", "check", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_our_content_is_clean() -> None:
    """As of the day when the newest of it was read: what is due later is for the command on that day."""
    knowledge = load_knowledge(FileContent())
    read = max(record.read_on for record in [*knowledge.entries, *knowledge.limits.items])
    assert review(FileContent(), read) == []


def broken() -> dict[str, Any]:
    """Made-up content with one fault of each kind."""
    files = small()
    arrest, back, interpreter = files["entries/all"]
    arrest |= {"review_by": "2026-11-30", "sources": [], "answer": "It is said to change. UNVERIFIED. Ask."}
    back |= {"choices": ["nowhere"], "answer": HARD}
    interpreter |= {"answer": "It is free. " * 50, "choices": ["arrest-told"]}
    [limit] = files["timescales"]["timescales"]
    limit |= {"who": "police (UNSURE)", "review_by": "2026-11-30"}
    files["jargon"] = [{"word": "WCU", "entry": "no-such-entry"}]
    files["talk"] = {"choices": [{"label": "More", "value": "entry:gone"}]}
    return files


@pytest.mark.parametrize(
    "finding",
    [
        "knowledge/entries/all.yml: arrest-told: review_by: was due on 2026-11-30",
        "knowledge/entries/all.yml: arrest-told: sources: an answer needs at least one",
        "knowledge/entries/all.yml: arrest-told: answer: UNVERIFIED shows to visitors",
        "knowledge/entries/all.yml: property-back: choices: nowhere: no such entry",
        "knowledge/entries/all.yml: interpreter: answer: 150 words, at most 130",
        "knowledge/timescales.yml: arrest: review_by: was due on 2026-11-30",
        "knowledge/timescales.yml: arrest: who: UNSURE shows to visitors",
        "knowledge/jargon.yml: entry: no-such-entry: no such entry",
        "knowledge/talk.yml: value: gone: no such entry",
    ],
)
def test_each_fault_is_found_with_all_the_others(content: Content, finding: str) -> None:
    assert finding in review(content(broken()), DAY)


def test_a_text_that_reads_hard_is_found(content: Content) -> None:
    found = review(content(broken()), DAY)
    assert any("property-back: answer: reading age" in line and "at most 13" in line for line in found)


def test_content_that_reads_hard_as_a_whole_is_found(content: Content) -> None:
    files = small()
    for record in files["entries/all"]:
        record["answer"] = "The police officers should consider your request. You can ask an officer there."
    [all_in_all] = review(content(files), DAY)
    assert "half have a reading age over" in all_in_all


def test_a_limit_that_nobody_verified_is_found_where_an_answer_shows_it(content: Content) -> None:
    files = small()
    files["timescales"]["timescales"][0]["sure"] = "unverified"
    assert any(
        "arrest-told: answer: {arrest.everyone} is unverified" in line for line in review(content(files), DAY)
    )


def test_a_link_that_will_be_dead_under_the_new_code_is_found_now(content: Content) -> None:
    files = small()
    files["entries/all"][0]["choices"] = ["interpreter"]
    files["new/edition"] = {
        "title": "N",
        "in_force": {"from": "2027-07-01", "to": None},
        "keeps": ["arrest-told", "arrest", "property-back"],
    }
    line = "knowledge/entries/all.yml: arrest-told: choices: interpreter: not in force on 2027-07-01"
    assert line in review(content(files), DAY)


def test_a_child_reads_short_words_and_marks_do_not_make_them_hard() -> None:
    easy = "The police tell you. You can ask them to say it again."
    assert reading_age(easy) < 9 < 13 < reading_age(HARD)
    assert reading_age(easy.replace("you.", "you (a.b.c): (!).")) == pytest.approx(reading_age(easy), abs=2)


def test_the_exit_code_says_clean_or_not(content: Content, tmp_path: Path) -> None:
    content(small())
    clean = check("--on", "2026-12-01", "--data", str(tmp_path))
    assert (clean.returncode, clean.stdout) == (0, ""), clean.stdout
    late = check("--on", "2027-03-01", "--data", str(tmp_path))
    assert late.returncode == 1
    assert "arrest-told: review_by: was due on 2027-02-21" in late.stdout
