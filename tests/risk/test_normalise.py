"""However it is typed: the same words are seen, and nothing makes it fail."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.risk import Level, assess, load_full
from tests.risk.conftest import Assess


@pytest.mark.parametrize(
    "text",
    [
        "HE'S GOT A KNIFE",
        "hes got a knife",
        "he’s got a knife",
        "he has a kn1fe",
        "he has got a kinfe",
        "h e h a s a k n i f e",
        "he has a kn ife",
        "he has a k*ife",
        "he has a kniiiiife",
        "he has a kni\u200bfe",
        "\u202ehe has a knife\u202c",
        "h\u0301\u0300\u0302e h\u0301as a k\u0336n\u0336i\u0336f\u0336e\u0336",
        "ｈｅ ｈａｓ ａ ｋｎｉｆｅ",
        "he has a 🔪",
        "he haz got a nife",
        "hehasaknife",
        "he hаs а knifе",  # Cyrillic letters that look Latin
    ],
)
def test_disguised_and_mistyped_words_are_seen(either: Assess, text: str) -> None:
    assert either(text).level is Level.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "a stranger asked me for the time",
        "my therapist is kind",
        "the shop sells lovely knits",
        "thank you for being so kind",
        "we walked along the strand",
    ],
)
def test_real_words_are_not_repaired_into_danger(text: str) -> None:
    load_full()
    assert assess(text, "rules").level is Level.NONE


def test_evidence_shows_the_words_as_typed(either: Assess) -> None:
    assert "kinfe" in either("he has got a kinfe").evidence[0].words


ANY_TEXT = st.text(st.characters(), max_size=10_000)
PIECES = st.lists(
    st.sampled_from(
        ["he ", "is ", "going to ", "kill ", "me ", "k*ll ", "knife ", ".", "a b c d ", "🔪", "ﷺ", "\u0301"]
    ),
    max_size=2_000,
).map("".join)


@settings(max_examples=60, deadline=None)
@given(st.one_of(ANY_TEXT, PIECES, st.integers(1, 10_000).map(lambda n: "\ud800" * n)))
def test_any_string_is_assessed_in_both_modes(text: str) -> None:
    load_full()
    for mode in ("floor", "full"):
        assert assess(text[:10_000], mode).level in Level  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", " ", "\x00\x00", "\u200b", "....", "🙂" * 5_000, "x" * 10_000])
def test_nothing_to_see_is_none(either: Assess, text: str) -> None:
    assert either(text).level is Level.NONE
