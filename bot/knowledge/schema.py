"""Shapes of what stands in `data/knowledge/`: entries, time limits, policy, questions that are not ours.

Only shapes: rules that need more than one record, or that must name a field in the author's words,
are in `checks`.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from bot.content import Reviewed, Strict

Right = Annotated[int, Field(ge=0, le=12)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Share = Annotated[float, Field(ge=0, le=1)]


class Kind(StrEnum):
    """What an entry speaks about; each kind is an outcome of its own."""

    ANSWER = "answer"
    ABOUT_SERVICE = "about_service"
    NOT_COVERED = "not_covered"


class Topic(StrEnum):
    """The part of a case that an entry belongs to."""

    CODE = "code"
    ENHANCED = "enhanced"
    REPORT = "report"
    SUPPORT = "support"
    COMPENSATION = "compensation"
    INVESTIGATION = "investigation"
    STATEMENT = "statement"
    TRIAL = "trial"
    OUTCOME = "outcome"
    EXPENSES = "expenses"
    OFFENDER = "offender"
    COMPLAINT = "complaint"
    PROTECTION = "protection"
    PRIVACY = "privacy"
    SERVICE = "service"


class Span(Strict):
    """A length of time as people say it."""

    n: Annotated[int, Field(gt=0)]
    unit: Literal["hours", "days", "working_days", "weeks", "months", "years"]

    def __str__(self) -> str:
        """ "5 working days", "1 working day"."""
        unit = self.unit.replace("_", " ")
        return f"{self.n} {unit.removesuffix('s') if self.n == 1 else unit}"


class InForce(Strict):
    """First and last day of the law that a record tells, in London; `to: null` is "until further notice"."""

    from_: dt.date = Field(alias="from")
    to: dt.date | None

    @model_validator(mode="after")
    def _in_order(self) -> InForce:
        if self.to is not None and self.to < self.from_:
            raise ValueError("`to` is before `from`")
        return self

    def covers(self, day: dt.date) -> bool:
        return self.from_ <= day and (self.to is None or day <= self.to)

    def ended(self, before: dt.date) -> InForce:
        """The same, but over before that day, which must be after its first."""
        return InForce.model_validate({"from": self.from_, "to": before - dt.timedelta(days=1)})

    def overlaps(self, other: InForce) -> bool:
        last, other_last = self.to or dt.date.max, other.to or dt.date.max
        return self.from_ <= other_last and other.from_ <= last


class Timescale(Reviewed):
    """One time limit; `sure: unverified` is for staff until a named human has assured it."""

    id: Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$")]
    what: str
    everyone: Span
    enhanced: Span | None
    runs_from: str
    who: str
    right: Right | None
    sure: Literal["read", "unverified"]
    in_force: InForce

    @property
    def showable(self) -> bool:
        """Whether a visitor may read it."""
        return self.sure == "read" or self.assurance is not None


class Entry(Reviewed):
    """One reviewed answer with the ways in which people ask for it."""

    id: Slug
    kind: Kind
    right: Right | None = None
    title: Annotated[str, Field(min_length=3, max_length=120)]
    topic: Topic
    answer: Annotated[str, Field(min_length=1)]
    choices: Annotated[list[str], Field(max_length=3)] = []
    short: Annotated[str, Field(min_length=2, max_length=40)]
    staff_notes: str | None = None
    in_force: InForce
    questions: list[str]


class Edition(Strict):
    """`edition.yml` of a folder that lays another Code beside the one before: what becomes of the old records.

    A record of the same id takes the old one's place. Other old records of the twelve Rights end, so that no
    old law goes on by forgetting, except those in `keeps`; others go on, except those in `ends`. `in_force`
    is that of all records of the folder that give none of their own.
    """

    title: str
    in_force: InForce
    keeps: list[str] = []
    ends: list[str] = []


class Thresholds(Strict):
    """When the assistant is sure enough. Shares are of the calibrated probability."""

    temperature: Annotated[float, Field(gt=0)]
    answer: Share
    clarify_mass: Share
    clarify_each: Share
    near_each: Share
    not_ours: Share
    nearest: Share


class FollowUp(Strict):
    """How the entry last answered pulls on the next question."""

    openers: list[str]
    max_words: Annotated[int, Field(gt=0)]
    link_weight: float
    pull: Share
    enhanced_sentence: str


class GroupText(Strict):
    """What is said to questions of one group of `out_of_scope.yml`."""

    outcome: Literal["signpost", "cannot_answer", "not_covered"]
    text: str
    offer_topics: bool = False
    offer_person: bool = True


class Broad(Strict):
    """Words so broad that, alone in a question, they only tell which entries to offer."""

    words: Annotated[list[str], Field(min_length=1)]
    choices: Annotated[list[str], Field(min_length=2, max_length=4)]


class Review(Strict):
    """What `vra content check` measures by. Ages in years, of readers to whom an answer reads easily."""

    marks: Annotated[list[str], Field(min_length=1)]
    reading_age: Annotated[float, Field(gt=5)]
    reading_age_median: Annotated[float, Field(gt=5)]


class Policy(Strict):
    """`policy.yml`: thresholds, and the sentences for everything that is not an entry."""

    thresholds: Thresholds
    follow_up: FollowUp
    broad: list[Broad]
    review: Review
    clarify: str
    clarify_end: str
    unsure: str
    no_content: str
    topics: str
    person: str
    person_label: str
    empty: str
    groups: dict[str, GroupText]


class Examples(Strict):
    """One group of questions to which no entry gives an answer; `entry` says so where one was written."""

    group: str
    why: str
    entry: Slug | None = None
    questions: Annotated[list[str], Field(min_length=5)]


class Words(Strict):
    """`words.yml`: how visitors shorten words, and what the trade's abbreviations stand for."""

    textspeak: dict[str, str]
    small: list[str]
    trade: dict[str, str]
