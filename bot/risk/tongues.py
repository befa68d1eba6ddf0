"""Urgent words in other languages, and noticing that a message is not in English. Standard library only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.content import ContentError
from bot.risk.model import ENGLISH, Evidence
from bot.risk.normalise import clean
from bot.risk.rules import Phrase, Tongue

_WORD = re.compile(r"[a-z]+")
_STEM = "*"  # ends a stem: any word that begins so
_WHOLE = "^"  # begins what must be the whole message: "help" may be help with a form, alone it is a cry
_NO_SPACES = frozenset({"zh"})  # written without spaces: phrases in its script are found anywhere
_PREFIX = 3  # letters of a stem by which it is looked up
_ENOUGH = 2  # everyday words of a language that make a message be of it


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to say a phrase, as consecutive words; of the last one the beginning where it is a stem."""

    language: str
    phrase: Phrase
    say: str
    words: tuple[str, ...]
    stem: bool
    whole: bool

    def stands(self, words: list[str], at: int) -> bool:
        """Whether it stands in the message from this word on."""
        end = at + len(self.words)
        if end > len(words) or (self.whole and (at or end < len(words))):
            return False
        *before, last = self.words
        found = words[end - 1]
        return words[at : end - 1] == before and (found.startswith(last) if self.stem else found == last)


class Tongues:
    """Looks for the phrases of `data/risk/languages/` in a cleaned message."""

    def __init__(self, tongues: Sequence[Tongue], english: frozenset[str]) -> None:
        self.tongues = tongues
        self._english = english
        self._common = {
            t.language: frozenset(w for p in t.common for w in fold(clean(p, {})).split()) for t in tongues
        }
        self._by_word: dict[str, list[_Form]] = {}
        self._by_prefix: dict[str, list[_Form]] = {}
        self._anywhere: list[_Form] = []
        for tongue in tongues:
            for phrase in tongue.phrases:
                for say in phrase.say:
                    self._add(_form(tongue.language, phrase, say))
        self._scripts = [(t.language, re.compile(f"[{t.script}]")) for t in tongues if t.script]

    def _add(self, form: _Form) -> None:
        first = form.words[0]
        if form.language in _NO_SPACES and not first.isascii():
            self._anywhere.append(form)
        elif form.stem and len(form.words) == 1:
            self._by_prefix.setdefault(first[:_PREFIX], []).append(form)
        else:
            self._by_word.setdefault(first, []).append(form)

    def english_share(self, folded: str) -> float:
        """The share of words that English rules know, 0 to 1; 1 of nothing."""
        words = folded.split()
        return sum(word in self._english for word in words) / len(words) if words else 1.0

    def find(self, folded: str) -> tuple[list[Evidence], str]:
        """Evidence from phrases, and the language (ENGLISH where nothing speaks against it)."""
        found = {form.say: form for form in self._forms(folded)}.values()
        evidence = [Evidence(f.phrase.id, f.phrase.category, f.phrase.level, f.say) for f in found]
        return evidence, self._language(folded, [f.language for f in found])

    def _forms(self, folded: str) -> Iterator[_Form]:
        words = folded.split()
        for at, word in enumerate(words):
            yield from (f for f in self._by_word.get(word, ()) if f.stands(words, at))
            for length in range(1, _PREFIX + 1):
                yield from (f for f in self._by_prefix.get(word[:length], ()) if f.stands(words, at))
        if not folded.isascii():
            yield from (f for f in self._anywhere if f.words[0] in folded)

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


def _form(language: str, phrase: Phrase, say: str) -> _Form:
    words = tuple(fold(clean(say.strip(_WHOLE + _STEM), {})).split())
    if not words:
        raise ContentError(f"risk/languages: {phrase.id}: {say!r} holds no word")
    return _Form(language, phrase, say, words, say.endswith(_STEM), say.startswith(_WHOLE))


def fold(cleaned: str) -> str:
    """The words of a cleaned text, one space between: digits and punctuation gone, vowel signs kept."""
    if cleaned.isascii():
        return " ".join(_WORD.findall(cleaned))
    kept = (char if char.isalpha() or unicodedata.category(char) == "Mc" else " " for char in cleaned)
    return " ".join("".join(kept).replace("'", " ").split())
