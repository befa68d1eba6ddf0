"""Numbers that mean one of the choices under a reply: "2", "the second one", "1 and 3"."""

from __future__ import annotations

import re

_ORDER = ("first", "second", "third", "fourth", "fifth", "sixth")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_LAST = ("last", "bottom")
# "the money one" names a thing, not the first of the choices
_ONE = re.compile(r"(?:.*\b(?:number|option|choice|no) )?one(?: please| thanks| then)?")
_DIGITS = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
_TOKEN = re.compile(r"\d+|[a-z]+")
_FILLERS = frozenset(
    {"number", "numbers", "no", "option", "options", "choice", "the", "and", "please", "its"}
)


def position(text: str) -> int | None:
    """Which of the choices a typed message means: 1 for the first, -1 for the last, None if it does not say."""
    if digits := _DIGITS.search(text):
        return int(digits[0])
    said = " ".join(re.findall(r"[a-z]+", text.lower()))
    words = set(said.split())
    if words.intersection(_LAST):
        return -1
    if "top" in words:
        return 1
    # The ordinals come first: "the second one" is 2
    for start, names in ((1, _ORDER), (2, _NUMBERS[1:])):
        for number, name in enumerate(names, start):
            if name in words:
                return number
    return 1 if _ONE.fullmatch(said) else None


def positions(text: str) -> list[int]:
    """The numbers of a message that consists of nothing else ("1 and 3", "the second one"); none for any other.

    Stricter than `position`: under a question that is answered in own words, "2 weeks ago" is no choice.
    """
    words = [word for word in _TOKEN.findall(text.lower().replace("'", "")) if word not in _FILLERS]
    ordinal = any(word in _ORDER for word in words)
    found = [_number(word) for word in words if not (ordinal and word == "one")]
    return [] if None in found else [number for number in found if number is not None]


def _number(word: str) -> int | None:
    if word.isdigit():
        return int(word)
    for names in (_ORDER, _NUMBERS):
        if word in names:
            return names.index(word) + 1
    return None
