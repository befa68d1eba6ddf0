"""The schemas of `data/handoff/return.yml` and `return_words.yml`: what is said about return codes, and their words."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

from pydantic import field_validator

from bot.content import Assurance, Strict
from bot.conversations.words import plain, read

FEWEST = 512
WORD = re.compile(r"[a-z]{4,10}")


class ReturnPage(Strict):
    """The words of the pages: the form on the start page, and the note in the chat."""

    title: str
    field: str
    send: str
    note: str


class ReturnWords(Strict):
    """`return.yml`. `shown` takes {code} and {minutes}, `staff` {time}."""

    label: str
    shown: str
    offer: str
    back: str
    asks: list[str]
    page: ReturnPage
    staff: str

    def asked_for(self, text: str) -> bool:
        """Whether a message asks for a return code."""
        return any(re.fullmatch(pattern, plain(text)) for pattern in self.asks)


class CodeWords(Strict):
    """`return_words.yml`: what codes are made of, and who has looked at it."""

    read_on: dt.date
    assurance: Assurance | None
    review_by: dt.date
    words: tuple[str, ...]

    @field_validator("words", mode="before")
    @classmethod
    def _listed(cls, words: str) -> tuple[str, ...]:
        found = tuple(words.split())
        if len(found) < FEWEST or len(set(found)) != len(found):
            raise ValueError(f"at least {FEWEST} words, each once")
        if odd := [word for word in found if not WORD.fullmatch(word)]:
            raise ValueError(f"four to ten small letters: {odd[0]}")
        return found


@cache
def return_words() -> ReturnWords:
    """What is said about return codes, read once. Raises ContentError."""
    return read(ReturnWords, "return.yml")


@cache
def code_words() -> CodeWords:
    """The words of return codes, read once. Raises ContentError."""
    return read(CodeWords, "return_words.yml")
