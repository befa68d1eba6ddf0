"""The schemas of `data/handoff/`: what visitors and staff read around a hand-off. Checked when `web` starts."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, TypeVar

from pydantic import Field, ValidationError, field_validator

from bot.content import ContentError, FileContent, Strict

FOLDER = "handoff"
M = TypeVar("M", bound=Strict)


def plain(text: str) -> str:
    """A message in small letters, without punctuation and figures: what the patterns of whole messages look at."""
    return " ".join(re.sub(r"[^a-z ]", "", re.sub(r"[’']", "", text.lower())).split())


class AlertWords(Strict):
    """`alerts.yml`. Texts take {n}, how many wait, and {level}; they can hold nothing else.

    `unsent` is read at the desk; it takes {kind}, {level} and {time}.
    """

    title: str
    texts: dict[str, str]
    levels: dict[str, str]
    kinds: dict[str, str]
    unsent: dict[Literal["unsure", "given_up"], str]
    seen: str


class Late(Strict):
    """Told after a long wait. `staffed` takes {before} and {lines}, `unstaffed` {lines}."""

    staffed: str
    unstaffed: str
    emergency: str


class WaitingWords(Strict):
    """`waiting.yml`. `decline`: patterns for whole messages in small letters without punctuation; `openers` may stand
    before them."""

    late: Late
    meanwhile: str
    openers: str
    decline: list[str]

    @field_validator("decline")
    @classmethod
    def _patterns(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            re.compile(pattern)
        return patterns

    def declines(self, text: str) -> bool:
        """Whether a message says that its writer wants no person."""
        said = plain(text)
        return any(re.fullmatch(f"(?:(?:{self.openers}) )*(?:{pattern})", said) for pattern in self.decline)


class Phrase(Strict):
    """A line that staff can send; takes {name}, their own as visitors read it."""

    id: str
    label: str
    text: str


class Silence(Strict):
    """What to do when the visitor falls silent. `text` takes {minutes}."""

    after_s: int = Field(ge=30)
    text: str


class DeskWords(Strict):
    """`desk.yml`."""

    phrases: list[Phrase]
    silence: Silence
    raised: str
    left: str
    opened_by_someone: str
    pause: str
    channel_failing: str
    rules_only: str
    marks: dict[Literal["right", "too_high", "too_low"], str]
    abouts: dict[Literal["child", "adult", "other"], str]


def read(model: type[M], name: str) -> M:
    """One file of the folder, checked. Raises ContentError with file and field."""
    path = f"{FOLDER}/{name}"
    try:
        return model.model_validate(FileContent().one(path))
    except ValidationError as error:
        first = error.errors()[0]
        raise ContentError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


@cache
def alert_words() -> AlertWords:
    """The words of alerts."""
    return read(AlertWords, "alerts.yml")


@cache
def waiting_words() -> WaitingWords:
    """The words for who waits."""
    return read(WaitingWords, "waiting.yml")


@cache
def desk_words() -> DeskWords:
    """The words of the desk."""
    return read(DeskWords, "desk.yml")
