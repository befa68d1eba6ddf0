"""Urgent words in other languages, and noticing that a message is not in English. Standard library only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bot.risk.model import ENGLISH, Evidence
from bot.risk.normalise import clean
from bot.risk.rules import Tongue

_WORD = re.compile(r"[a-z]+")
_NO_SPACES = frozenset({"zh"})  # written without spaces: phrases are found anywhere
_STEM = "*"  # ends a stem: any word that begins so
_ENOUGH = 2  # everyday words of a language that make a message be of it


class Tongues:
    """Looks for the phrases of `data/risk/languages/` in a cleaned message."""

    def __init__(self, tongues: Sequence[Tongue], english: frozenset[str]) -> None:
        self.tongues = tongues
        self._english = english
        self._common = {
            t.language: frozenset(w for p in t.common for w in fold(clean(p, {})).split()) for t in tongues
        }
        self._phrases = [
            (
                t.language,
                phrase,
                [(say, self._bounded(t.language, say)) for say in phrase.say],
            )
            for t in tongues
            for phrase in t.phrases
        ]
        self._scripts = [(t.language, re.compile(f"[{t.script}]")) for t in tongues if t.script]

    def english_share(self, folded: str) -> float:
        """The share of words that English rules know, 0 to 1; 1 of nothing."""
        words = folded.split()
        return sum(word in self._english for word in words) / len(words) if words else 1.0

    def _bounded(self, language: str, say: str) -> str:
        """What to look for in a padded message: whole words, or words that begin with a stem."""
        folded = fold(clean(say.removesuffix(_STEM), {}))
        if language in _NO_SPACES:
            return folded
        return f" {folded}" if say.endswith(_STEM) else f" {folded} "

    def find(self, folded: str) -> tuple[list[Evidence], str]:
        """Evidence from phrases, and the language (ENGLISH where nothing speaks against it)."""
        padded = f" {folded} "
        found = [
            (language, Evidence(phrase.id, phrase.category, phrase.level, say))
            for language, phrase, forms in self._phrases
            for say, form in forms
            if form in padded
        ]
        return [evidence for _, evidence in found], self._language(
            folded, [language for language, _ in found]
        )

    def _language(self, folded: str, phrases: list[str]) -> str:
        words = folded.split()
        score = {
            language: sum(word in common for word in words) + 2 * phrases.count(language)
            for language, common in self._common.items()
        }
        for language, script in self._scripts:
            if script.search(folded):
                score[language] = score.get(language, 0) + _ENOUGH
        best = max(score, key=lambda language: score[language], default=ENGLISH)
        english = sum(word in self._english for word in words)
        return best if score.get(best, 0) >= max(_ENOUGH, english // 2) else ENGLISH


def fold(cleaned: str) -> str:
    """The words of a cleaned text, one space between: digits and punctuation gone, vowel signs kept."""
    if cleaned.isascii():
        return " ".join(_WORD.findall(cleaned))
    kept = (char if char.isalpha() or unicodedata.category(char) == "Mc" else " " for char in cleaned)
    return " ".join("".join(kept).replace("'", " ").split())
