"""The schema of `data/handoff/callback.yml`, and how a number is read out of a message and blacked out of it."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

import phonenumbers
from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberType

from bot.content import Strict
from bot.conversations.words import plain, read

Step = Literal["number", "days", "hours", "voicemail", "other", "words", "code"]
Outcome = Literal["reached", "no_answer", "someone_else", "not_them"]
REGION = "GB"
UK = 44
# A mistyped number is nobody else's to read either
DIGITS = re.compile(r"\+?\d(?:[ ().-]{0,2}\d){5,}")
# All of them, also ranges that are newer than the library's list
MOBILE = re.compile(r"7\d{9}")
NOT_RUNG = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN)


class Option(Strict):
    """One button of a step."""

    id: str
    label: str


class Asked(Strict):
    """One step: the question, its buttons, and what is said where the answer can't be read."""

    ask: str
    choices: list[Option] = []
    wrong: str | None = None


class ForStaff(Strict):
    """What whoever rings reads beside the number."""

    rules: str
    voicemail: dict[Literal["neither", "voicemail", "text", "both"], str]


class CallbackWords(Strict):
    """`callback.yml`. `done` takes {tries} and {days}, `unreached` {tries}."""

    mask: str
    stop: str
    cancel: str
    again: str
    asks: list[str]
    stops: str
    steps: dict[Step, Asked]
    wrong_number: str
    done: str
    done_quietly: str
    cancelled: str
    nothing_to_cancel: str
    stopped: str
    arranged_already: str
    alarm: str
    unreached: str
    tries: dict[int, str]
    outcomes: dict[Outcome, str]
    staff: ForStaff

    def asked_for(self, text: str) -> bool:
        """Whether a message asks for a call."""
        return any(re.fullmatch(pattern, plain(text)) for pattern in self.asks)

    def stopped_by(self, text: str) -> bool:
        """Whether a message stops the arranging."""
        return re.fullmatch(self.stops, plain(text)) is not None

    def masked(self, text: str) -> str:
        """The text with every phone number, and whatever could be a mistyped one, blacked out."""
        found = phonenumbers.PhoneNumberMatcher(text, REGION, leniency=Leniency.POSSIBLE)
        for match in reversed(list(found)):
            text = f"{text[: match.start]}{self.mask}{text[match.end :]}"
        return DIGITS.sub(self.mask, text)


def number_in(text: str) -> str | None:
    """The first UK number in a message that a helpline can ring, as people write it; None where there is none."""
    for match in phonenumbers.PhoneNumberMatcher(text, REGION, leniency=Leniency.POSSIBLE):
        number = match.number
        mobile = number.country_code == UK and MOBILE.fullmatch(str(number.national_number))
        ours = phonenumbers.is_valid_number_for_region(number, REGION)
        if (ours or mobile) and phonenumbers.number_type(number) not in NOT_RUNG:
            return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return None


@cache
def callback_words() -> CallbackWords:
    """The words of call-backs, read once. Raises ContentError."""
    return read(CallbackWords, "callback.yml")
