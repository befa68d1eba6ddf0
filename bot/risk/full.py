"""The full matcher: the same rules in spaCy's Matcher over a blank English vocabulary.

Importing this module imports spaCy. Words that no pattern knows are shown to spaCy as one placeholder, so that
nothing a visitor writes stays in its string store.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import spacy
from spacy.matcher import Matcher
from spacy.tokens import Doc

from bot.risk.floor import Hit, Index
from bot.risk.language import BREAK, Branch, Gap
from bot.risk.normalise import Token

UNKNOWN = "unknownword"


class Full:
    """Finds rules with spaCy. Same results as `Floor`, and every overlapping match."""

    def __init__(self, index: Index, vocabulary: frozenset[str]) -> None:
        self.index = index
        self.vocabulary = vocabulary | {BREAK}
        self.vocab = spacy.blank("en").vocab
        self._matchers = {
            (rule.id, number): self._matcher(branch)
            for rule in index.rules.values()
            for number, branch in enumerate(rule.branches)
        }

    def _matcher(self, branch: Branch) -> Matcher:
        matcher = Matcher(self.vocab, validate=False)
        matcher.add("rule", [list(_tokens(branch))], greedy="LONGEST")
        return matcher

    def find(self, tokens: list[Token]) -> list[Hit]:
        """Longest matches of every branch that could match."""
        words = [t.norm if t.norm in self.vocabulary else UNKNOWN for t in tokens]
        doc = Doc(self.vocab, words=words)
        return [
            Hit(place[0], start, end)
            for place in self.index.candidates(tokens)
            for _, start, end in self._matchers[place](doc)
        ]


def _tokens(branch: Branch) -> Iterator[dict[str, Any]]:
    for item in branch:
        if isinstance(item, Gap):
            yield from [{"IS_PUNCT": False, "OP": "?"}] * item.most
        else:
            options = sorted(item.options)
            one = {"ORTH": options[0]} if len(options) == 1 else {"ORTH": {"IN": options}}
            yield {**one, "OP": "?"} if item.optional else one
