"""Repair of single words: short forms, stretched, leet, starred, mistyped, split and run-together words.

Only towards words that patterns know, and never of a real word (`data/risk/real_words.yml` holds those that
come near one), so that a stranger does not become a strangler.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.risk.language import BREAK
from bot.risk.normalise import Token

_LEET = str.maketrans("013457@$!|", "oieastasil")
_STRETCHED = re.compile(r"(.)\1{2,}")
_DOUBLED = re.compile(r"(.)\1+")
_VOWELS = re.compile(r"[aeiou]")
_SIGNS = re.compile(r"['*@$!|]+")
_LONG = 5  # shorter words have too many neighbours to be repaired
_RUN = 4  # single letters in a row that are taken for a spelt-out word
_NEXT_TO_2 = frozenset(
    {"want", "wants", "wanted", "going", "need", "trying", "used", "able", "threatening", "have"}
)


class Lexicon:
    """The words that patterns use, and how other spellings lead to them."""

    def __init__(self, vocabulary: Iterable[str], short: Mapping[str, str], real: Iterable[str]) -> None:
        self.vocabulary = frozenset(vocabulary)
        self.short = {form: words.split() for form, words in short.items()}
        self.known = self.vocabulary | frozenset(real) | self.short.keys()
        self.longest = max(map(len, self.vocabulary), default=0)
        self._near: dict[str, list[str]] = {}
        self._skeletons: dict[str, str] = {}
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(self.vocabulary):
            self._by_length.setdefault(len(word), []).append(word)
            if len(word) >= _LONG and word.isascii():
                for form in _deletes(word):
                    self._near.setdefault(form, []).append(word)
            bones = _VOWELS.sub("", word)
            if len(bones) >= 3 and bones not in self.known:
                self._skeletons.setdefault(bones, word)

    def words(self, word: str) -> list[str]:
        """The known words behind one typed word; the word itself where nothing is known."""
        if word in self.known:
            return self.short.get(word) or [word]
        bare = word.replace("'", "")
        for form in (word, bare):
            if form in self.short:
                return self.short[form]
        if bare in self.known:
            return [bare]
        if word.endswith("'s"):
            return [*self.words(word[:-2]), "is"]
        repaired = self._repair(bare) if len(bare) > 1 else None
        if repaired:
            return repaired
        return [part for part in _SIGNS.split(bare) if part] or [bare]

    def _repair(self, word: str) -> list[str] | None:
        if "*" in word:
            found = self._starred(word)
        elif word.isalpha():
            found = self._stretched(word) or self._mistyped(word)
        else:
            found = self._leet(word)
        if found:
            return self.short.get(found) or [found]
        return self._split(word) if word.isascii() else None

    def _leet(self, word: str) -> str | None:
        plain = word.translate(_LEET)
        if plain == word or not plain.isalpha() or word.isdigit():
            return None
        return plain if plain in self.known else self._stretched(plain)

    def _stretched(self, word: str) -> str | None:
        for form in (_STRETCHED.sub(r"\1\1", word), _STRETCHED.sub(r"\1", word), _DOUBLED.sub(r"\1", word)):
            if form != word and form in self.known and len(form) > 1:
                return form
        return None

    def _mistyped(self, word: str) -> str | None:
        for ending in ("in", "n"):  # tryin, kickn
            if word.endswith(ending) and (whole := word.removesuffix(ending) + "ing") in self.vocabulary:
                return whole
        if not word.isascii() or len(word) > self.longest + 1:
            return None
        if not _VOWELS.search(word):
            return self._skeletons.get(word)
        if len(word) < _LONG - 1:
            return None
        near = {c for form in (word, *_deletes(word)) for c in self._near.get(form, ()) if _one_slip(word, c)}
        return min(near, key=lambda c: (c[0] != word[0], abs(len(c) - len(word)), c), default=None)

    def _starred(self, word: str) -> str | None:
        if len(word) > self.longest or sum(c != "*" for c in word) < 2:
            return None
        shape = re.compile(re.escape(word).replace(r"\*", "."))
        return next((c for c in self._by_length.get(len(word), ()) if shape.fullmatch(c)), None)

    def _split(self, word: str) -> list[str] | None:
        """Words run together: `helpme`. At least one of four letters or more, none unknown."""
        if not 6 <= len(word) <= 40:
            return None
        parts = self._segment(word)
        return parts if parts and max(map(len, parts)) >= 4 else None

    def _segment(self, word: str) -> list[str] | None:
        best: list[list[str] | None] = [[], *([None] * len(word))]
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - self.longest), end):
                head, part = best[start], word[start:end]
                if head is None or part not in self.vocabulary or (len(part) == 1 and part not in "ai"):
                    continue
                rival = best[end]
                if rival is None or len(head) + 1 < len(rival):
                    best[end] = [*head, part]
        return best[-1]

    def rejoin(self, tokens: list[Token]) -> list[Token]:
        """Put together words that were typed with spaces inside (`k n i f e`, `stran gled`)."""
        out: list[Token] = []
        i = 0
        while i < len(tokens):
            taken, joined = self._run(tokens, i) or self._halves(tokens, i) or (1, [tokens[i]])
            out.extend(joined)
            i += taken
        return [self._to(out, i) for i in range(len(out))]

    def _run(self, tokens: list[Token], i: int) -> tuple[int, list[Token]] | None:
        end = i
        while end < len(tokens) and len(tokens[end].surface) == 1 and tokens[end].surface.isalpha():
            end += 1
        if end - i < _RUN:
            return None
        run = "".join(token.surface for token in tokens[i:end])
        joined: list[Token] = []
        for at in range(0, len(run), MAX_RUN):
            part = run[at : at + MAX_RUN]
            joined += [Token(word, word) for word in self._segment(part) or [part]]
        return end - i, joined

    def _halves(self, tokens: list[Token], i: int) -> tuple[int, list[Token]] | None:
        for count in (2, 3):
            parts = [token.surface for token in tokens[i : i + count]]
            if len(parts) < count or not all(part.isalpha() for part in parts):
                return None
            whole = "".join(parts)
            if len(whole) < _LONG or all(part in self.known and len(part) > 1 for part in parts):
                continue
            if whole in self.vocabulary and not (parts[0] in ("i", "a") and parts[1] in self.known):
                return count, [Token(whole, " ".join(parts))]
        return None

    def _to(self, tokens: list[Token], i: int) -> Token:
        """`2` between words is "to"."""
        token = tokens[i]
        if token.norm == "2" and i and tokens[i - 1].norm in _NEXT_TO_2:
            return Token("to", token.surface)
        return token


MAX_RUN = 400


def _deletes(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))} | {word}


def _one_slip(a: str, b: str) -> bool:
    """One letter added, left out, changed, or two neighbours swapped."""
    if abs(len(a) - len(b)) > 1 or BREAK in a:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    x, y = a[start:], b[start:]
    if len(x) == len(y):
        return x[1:] == y[1:] or (x[:2] == y[1::-1] and x[2:] == y[2:])
    return x[1:] == y if len(x) > len(y) else x == y[1:]
