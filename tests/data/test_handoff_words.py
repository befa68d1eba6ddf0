"""Words around a hand-off: every placeholder is filled, every name is known, no number stands in them by chance."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from bot.content import DATA
from bot.conversations.callback_words import Outcome, Step, callback_words
from bot.conversations.handoffs import OUTCOMES
from bot.conversations.marks import MARKS
from bot.conversations.safeguarding import ABOUTS
from bot.conversations.words import desk_words, waiting_words
from bot.interface import interface

FILES = sorted((DATA / "handoff").glob("*.yml"))


def test_every_step_outcome_and_mark_has_its_words() -> None:
    words = callback_words()
    assert set(words.steps) == set(get_args(Step))
    assert set(words.outcomes) == set(get_args(Outcome))
    assert set(desk_words().marks) == set(MARKS)
    assert set(desk_words().abouts) == set(ABOUTS)
    assert set(interface().outcomes) == set(OUTCOMES)


def test_every_placeholder_is_filled() -> None:
    words, late = callback_words(), waiting_words().late
    filled = [
        words.done.format(tries="two", days=14),
        words.unreached.format(tries="two"),
        late.staffed.format(before="b", lines="l"),
        late.unstaffed.format(lines="l"),
        desk_words().silence.text.format(minutes=5),
        desk_words().channel_failing.format(channels="c"),
        desk_words().raised.format(level="urgent"),
        *(phrase.text.format(name="Jo") for phrase in desk_words().phrases),
    ]
    assert not [text for text in filled if "{" in text]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_no_phone_number_but_999_stands_here(file: object) -> None:
    """Numbers come from the reviewed lines of `data/risk/second.yml` and of the areas."""
    text = file.read_text("utf-8")  # type: ignore[attr-defined]
    assert not re.findall(r"\b0\d{2,}[\d ]{5,}\b", text)


def test_the_first_line_asks_whether_it_is_safe_to_type() -> None:
    first = next(p for p in desk_words().phrases if p.id == "first")
    assert "Is it safe for you to type?" in " ".join(first.text.split())
