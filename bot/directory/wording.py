"""The directory's own sentences, from `data/areas/wording.yml`: code only fills in the blanks."""

from __future__ import annotations

from functools import cache

from bot.content import ContentSource, FileContent, Strict
from bot.directory.files import read

WORDING = "areas/wording.yml"


class HoursWords(Strict):
    """Words for days, clock times and states of opening."""

    days: tuple[str, ...]
    months: tuple[str, ...]
    am: str
    pm: str
    noon: str
    midnight: str
    to: str
    and_also: str
    every_day: str
    always: str
    open_until: str
    open_now: str
    opens_today: str
    opens_tomorrow: str
    opens_on: str
    opens_date: str
    closed: str
    may_be_closed: str
    unknown: str
    not_bank_holidays: str
    staff_held: str


class AnswerWords(Strict):
    """The sentences around the services. Names in braces are filled in."""

    danger: str
    refuge_never: str
    for_place: str
    for_county: str
    anywhere: str
    outside: str
    outside_unnamed: str
    beyond: str
    service: str
    labelled: str
    free: str
    email: str
    chat: str
    text: str
    seen: str
    not_rung: str
    no_contact: str
    reached_through: str
    covers_place: str
    covers_county: str
    who: str
    ask_place: str
    ask_which: str
    ask_which_unnamed: str
    elsewhere: str
    or_word: str
    former: str
    no_need: str
    deaf: str


class Wording(Strict):
    """Everything in the wording file."""

    hours: HoursWords
    answer: AnswerWords


@cache
def default_hours_words() -> HoursWords:
    """The words of the files, for callers that have only hours and no directory. Raises ContentError."""
    return load_wording(FileContent()).hours


def load_wording(source: ContentSource) -> Wording:
    """The wording in `source`. Raises ContentError where it is missing or does not fit."""
    return read(source, WORDING, Wording)
