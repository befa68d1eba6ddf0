"""What a visitor sent, cleaned: safe to store, to show and to assess, or refused with a reason."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_CHARS = 2000
MARKS_PER_LETTER = 2
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Direction overrides and isolates, zero-width characters, byte-order mark, tag characters
_INVISIBLE = re.compile(
    "[\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
_STACKED = re.compile(
    r"((?:[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]))"
    rf"{{{MARKS_PER_LETTER + 1},}}"
)


class Refused(ValueError):
    """The text cannot be taken; `code` is "empty" or "too_long"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Said:
    """One thing that a visitor said: typed words, or a choice with the label that was on its button."""

    text: str
    choice: str | None = None
    client_id: str | None = None


def tidy(text: str) -> str:
    """The text in NFKC without control, direction and invisible characters or stacked marks."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = unicodedata.normalize("NFKC", text)
    text = _INVISIBLE.sub("", _CONTROL.sub("", text))
    return _STACKED.sub("", text).strip()


def clean(text: str) -> str:
    """The text as it is stored. Raises Refused where nothing is left or it is over 2,000 characters."""
    tidied = tidy(text)
    if max(len(text), len(tidied)) > MAX_CHARS:
        raise Refused("too_long")
    if not any(not unicodedata.category(c).startswith(("Z", "C", "M")) for c in tidied):
        raise Refused("empty")
    return tidied
