"""The pattern language: what it matches, and how it refuses what it cannot read."""

import pytest

from bot.risk.floor import regex
from bot.risk.language import MAX_BRANCHES, PatternError, parse, read_sets

SETS = read_sets({"weapon": ["knife|gun"], "who": ["he", "my (ex|dad)"]}, {"hes": "he is"})


def matches(pattern: str, text: str) -> bool:
    import re

    return any(re.search(regex(branch), f". {text} . ") for branch in parse(pattern, SETS, {"hes": "he is"}))


@pytest.mark.parametrize(
    ("pattern", "text", "wanted"),
    [
        ("@who has? (a|the) @weapon", "my ex has a gun", True),
        ("@who has? (a|the) @weapon", "he the knife", True),
        ("@who has? (a|the) @weapon", "she has a gun", False),
        ("hes *2 @weapon", "he is with the knife", True),
        ("hes *2 @weapon", "he is not here with the knife", False),
        ("he *3 knife", "he ran . knife", False),
        ("^ help $", "help", True),
        ("^ help $", "help him", False),
        ("knife", "knifes", False),
    ],
)
def test_what_a_pattern_matches(pattern: str, text: str, wanted: bool) -> None:
    assert matches(pattern, text) is wanted


@pytest.mark.parametrize("pattern", ["(a|b", "a)", "@nobody", "a?", "*3", "?", "", "kn-ife", "(a b|c)? *2"])
def test_a_pattern_that_cannot_be_read_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        parse(pattern, SETS, {})


def test_a_pattern_that_means_too_much_is_refused() -> None:
    group = "(a b|c d e|f g h i|j k l m n)"
    with pytest.raises(PatternError, match=str(MAX_BRANCHES)):
        parse(" ".join([group] * 6), SETS, {})
