"""Notices that a message is not in English: py3langid over the languages of the policy, and what guards it.

A wrong "not English" would keep the learned part from judging an English message, so short and doubtful messages
count as English.
"""

from __future__ import annotations

import re

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from bot.risk.model import ENGLISH
from bot.risk.rules import LanguagePolicy
from bot.risk.tongues import Tongues, fold

_SPACES = re.compile(r"\s+")


class Languages:
    """Which language a message is in, by ISO 639-1 code."""

    def __init__(self, tongues: Tongues, policy: LanguagePolicy) -> None:
        self._tongues, self._policy = tongues, policy
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self._identifier.set_languages(policy.known)

    def of(self, text: str, by_words: str) -> str:
        """The language of `text`. `by_words`: what `Tongues` noticed by its everyday words and phrases."""
        if by_words != ENGLISH:
            return by_words
        plain = _SPACES.sub(" ", text).strip()
        if sum(char.isalpha() for char in plain) < self._policy.letters:
            return ENGLISH
        language, chance = self._identifier.classify(plain)
        if (
            language == ENGLISH
            or chance < self._policy.sure
            or self._tongues.english_share(fold(plain.lower())) >= self._policy.english_share
        ):
            return ENGLISH
        return str(language)
