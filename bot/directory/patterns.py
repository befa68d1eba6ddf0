"""The small language in which `data/areas/*.yml` says what people write, compiled to regular expressions.

Words are matched whole, over lower-case text without apostrophes. The notation is explained in needs.yml.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

Vocabulary = Mapping[str, list[str]]
_APOSTROPHES = re.compile(r"['’‘ʼ`´]")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_GAP = r"(?: \S+){0,5}"


class PatternError(ValueError):
    """A pattern that cannot be read; the message names it."""


def normalise(text: str) -> str:
    """ "He's HITTING me!" -> " hes hitting me": each word with one space before it."""
    plain = _APOSTROPHES.sub("", text)
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return " " + _NOT_WORD.sub(" ", plain.lower()).strip()


def _split(pattern: str, by: str) -> list[str]:
    """Split at `by` outside of brackets."""
    parts, depth, start = [], 0, 0
    for at, sign in enumerate(pattern):
        depth += (sign in "({") - (sign in ")}")
        if sign == by and depth == 0:
            parts.append(pattern[start:at])
            start = at + 1
    if depth:
        raise PatternError(f"brackets do not match: {pattern!r}")
    return [*parts, pattern[start:]]


def _token(part: str, vocabulary: Vocabulary) -> str:
    if part == "..":
        return _GAP
    if part.startswith("?"):
        return f"(?:{_token(part[1:], vocabulary)})?"
    if part.startswith("(") and part.endswith(")"):
        options = _split(part[1:-1], "|")
        return "(?:" + "|".join(_sequence(option, vocabulary) for option in options) + ")"
    if part.startswith("{") and part.endswith("}"):
        if part[1:-1] not in vocabulary:
            raise PatternError(f"no such vocabulary: {part}")
        return "(?:" + "|".join(_sequence(word, vocabulary) for word in vocabulary[part[1:-1]]) + ")"
    if part == r"\d+":
        return r" \d+"
    if not re.fullmatch(r"[a-z0-9]+\*?", part):
        raise PatternError(f"cannot read {part!r}")
    return " " + (part[:-1] + r"\S*" if part.endswith("*") else part + r"(?!\S)")


def _sequence(pattern: str, vocabulary: Vocabulary) -> str:
    tokens = [token for token in _split(pattern.strip(), " ") if token]
    if not tokens:
        raise PatternError(f"empty pattern in {pattern!r}")
    return "".join(_token(token, vocabulary) for token in tokens)


def compile_patterns(patterns: Iterable[str], vocabulary: Vocabulary | None = None) -> re.Pattern[str]:
    """One expression that finds any of `patterns` in normalised text. Raises PatternError, naming the pattern."""
    found = []
    for pattern in patterns:
        try:
            found.append(_sequence(pattern, vocabulary or {}))
        except PatternError as error:
            raise PatternError(f"{error} (in {pattern!r})") from error
    return re.compile("|".join(found) if found else r"(?!)")
