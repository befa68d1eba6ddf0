"""Time limits in a sentence, and the day on which they end: for everyone, with enhanced rights, or both."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from bot.knowledge.dates import in_words, last_day
from bot.knowledge.form_schema import FormWords
from bot.knowledge.timescales import PLACEHOLDER, Timescales

# Whether somebody has enhanced rights, as far as a form can tell
Enhanced = Literal["yes", "maybe", "no"]


class Limits:
    """Says limits of `timescales.yml` in the words of `forms/words.yml`.

    Raises KeyError for a limit that visitors may not be told.
    """

    def __init__(self, timescales: Timescales, words: FormWords) -> None:
        self._timescales, self._words = timescales, words

    def fill(self, text: str, level: Enhanced) -> str:
        """The text with {id} as the limit that fits; {id.everyone} and {id.enhanced} are always that one."""
        return PLACEHOLDER.sub(lambda match: self._limit(match[1], level), text)

    def by(self, limits: list[str], start: dt.date, level: Enhanced, today: dt.date) -> str:
        """By which day limits that run one after the other from `start` end, and whether that day has passed."""
        usual, sooner = self._day(limits, start, enhanced=False), self._day(limits, start, enhanced=True)
        day = sooner if level == "yes" else usual
        either = level == "maybe" and sooner != usual
        sentence = self._words.by_either if either else self._words.by
        text = sentence.format(start=in_words(start), day=in_words(day), sooner=in_words(sooner))
        return f"{text} {self._words.passed}" if day < today else text

    def _limit(self, name: str, level: Enhanced) -> str:
        if "." in name:
            return str(self._timescales.span(name))
        everyone = str(self._timescales.span(f"{name}.everyone"))
        if level == "no" or not self._differs(name):
            return everyone
        enhanced = str(self._timescales.span(f"{name}.enhanced"))
        return enhanced if level == "yes" else self._words.either.format(everyone=everyone, enhanced=enhanced)

    def _day(self, limits: list[str], start: dt.date, *, enhanced: bool) -> dt.date:
        for name in limits:
            which = "enhanced" if enhanced and self._differs(name) else "everyone"
            start = last_day(start, self._timescales.span(f"{name}.{which}"))
        return start

    def _differs(self, name: str) -> bool:
        item = self._timescales.by_id[name]
        return item.enhanced is not None and item.enhanced != item.everyone
