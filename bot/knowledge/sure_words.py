"""Single words that settle where a message belongs: another country, the accused, the bot itself, orders to it.

The matcher goes by likeness, and "when do they tell me about an arrest in Scotland" is very like a question
that has an answer. `data/knowledge/sure_words.yml` says which words count, and which take them out again.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from pydantic import RootModel, model_validator

from bot.content import ContentError, ContentSource, Strict
from bot.directory.patterns import compile_patterns, normalise
from bot.knowledge.reading import whole
from bot.knowledge.schema import Slug

PATH = "knowledge/sure_words.yml"


class SureWords(Strict):
    """Leads to an entry or to a group of policy.yml; `whole`: the patterns are whole messages."""

    entry: Slug | None = None
    group: str | None = None
    any: list[str]
    unless: list[str] = []
    whole: bool = False

    @model_validator(mode="after")
    def _one_target(self) -> SureWords:
        if (self.entry is None) == (self.group is None):
            raise ValueError("either entry or group")
        return self


class SureWordsList:
    """The list in its order; the first that fits counts. Raises ContentError for a target that does not exist."""

    def __init__(self, source: ContentSource, entries: Collection[str], groups: Collection[str]) -> None:
        rules = whole(source, PATH, RootModel[list[SureWords]]).root
        for rule in rules:
            if (rule.entry and rule.entry not in entries) or (rule.group and rule.group not in groups):
                raise ContentError(f"{PATH}: {rule.entry or rule.group}: no such entry or group")
        self._rules = [(rule, compile_patterns(rule.any), compile_patterns(rule.unless)) for rule in rules]

    def find(self, text: str) -> SureWords | None:
        """The rule whose words the message holds, if any."""
        said = normalise(text)
        return next((rule for rule, yes, no in self._rules if _fits(rule, yes, no, said)), None)


def _fits(rule: SureWords, yes: re.Pattern[str], no: re.Pattern[str], said: str) -> bool:
    found = yes.fullmatch(said) if rule.whole else yes.search(said)
    return bool(found) and not no.search(said)
