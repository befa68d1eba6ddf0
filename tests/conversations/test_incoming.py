"""What comes in is safe to store, or refused with a reason; never an exception of another kind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversations.incoming import MAX_CHARS, Refused, clean


@pytest.mark.parametrize("text", ["", "   \n\t ", "\x00\x01", "\u200b\u202e", "\u0301", "\ud800"])
def test_nothing_is_refused_as_empty(text: str) -> None:
    with pytest.raises(Refused) as refused:
        clean(text)
    assert refused.value.code == "empty"


@pytest.mark.parametrize(
    "text",
    ["x" * (MAX_CHARS + 1), "\N{PILE OF POO}" * 10_000, "\ufdfa" * 1500],
    ids=["x", "emoji", "ligature"],
)
def test_too_long_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        clean(text)
    assert refused.value.code == "too_long"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("he\x00lp", "help"),
        ("call \u202e999", "call 999"),
        ("ｈｅｌｐ", "help"),
        ("h" + "\u0336" * 30 + "elp", "help"),
        ("caf\u0065\u0301", "café"),
        ("one\r\ntwo", "one\ntwo"),
        ("a lone \ud83d surrogate", "a lone  surrogate"),
        ("\N{HOCHO}", "\N{HOCHO}"),
        ("mąż mnie bije", "mąż mnie bije"),
    ],
)
def test_the_rest_is_tidied(text: str, kept: str) -> None:
    assert clean(text) == kept


@given(st.text(st.characters(), max_size=300))
def test_any_text_is_clean_or_refused(text: str) -> None:
    try:
        cleaned = clean(text)
    except Refused:
        return
    assert cleaned.encode("utf-8")
    assert clean(cleaned) == cleaned
