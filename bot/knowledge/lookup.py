"""Look-up for staff: by word, beginning of a word, slip of the finger and trade abbreviation. No encoder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from math import log
from typing import TypedDict

from bot.knowledge.schema import Entry, Words
from bot.knowledge.text import plain
from bot.knowledge.timescales import Timescales

# how much a word counts by where it stands
_WEIGHTS = {"title": 4.0, "short": 4.0, "id": 3.0, "answer": 1.0, "questions": 0.6}


class Hit(TypedDict):
    """One line of the desk's look-up; `note` is for staff eyes only."""

    kind: str
    id: str
    title: str
    text: str
    reference: str
    note: str | None


class Lookup:
    """Words of the entries and where they stand, made once."""

    def __init__(self, entries: Sequence[Entry], limits: Timescales, words: Words) -> None:
        self._hits = [_hit(entry, limits) for entry in entries]
        self._names = [{plain(entry.title), plain(entry.short)} for entry in entries]
        self._words = [_weights(entry, hit) for entry, hit in zip(entries, self._hits, strict=True)]
        self._spread = Counter(word for words in self._words for word in words)
        self._trade = {plain(short): plain(long).split() for short, long in words.trade.items()}
        self._small = frozenset(words.small)
        self._near = lru_cache(maxsize=4096)(self._matches)

    def find(self, query: str, limit: int) -> list[Hit]:
        """The best `limit` entries, first the one that is called so; none for words that stand nowhere."""
        terms = self._terms(query)
        scores = [(self._score(terms, words), number) for number, words in enumerate(self._words)]
        called = plain(query)
        found = [pair for pair in scores if pair[0] > 0]
        best = sorted(found, key=lambda pair: (called not in self._names[pair[1]], -pair[0], pair[1]))
        return [self._hits[number] for _, number in best[:limit]]

    def _terms(self, query: str) -> list[list[str]]:
        """Each typed word with all that it may stand for; small words only if there is nothing else."""
        typed = plain(query).split()
        typed = [word for word in typed if word not in self._small] or typed
        return [[word, *(w for w in self._trade.get(word, []) if w not in self._small)] for word in typed]

    def _score(self, terms: list[list[str]], words: dict[str, float]) -> float:
        parts = [self._term_score(term, words) for term in terms]
        # all words found counts for more than one word found often
        return sum(parts) * (sum(part > 0 for part in parts) / len(parts)) ** 2 if parts else 0.0

    def _term_score(self, term: list[str], words: dict[str, float]) -> float:
        spelled = self._one(term[0], words)
        meant = [self._one(word, words) for word in term[1:]]
        if meant and all(part > 0 for part in meant):
            spelled = max(spelled, sum(meant) / len(meant) * 1.5)
        return spelled

    def _one(self, word: str, words: dict[str, float]) -> float:
        return max(
            (
                words[known] * likeness * self._rarity(known)
                for known, likeness in self._near(word)
                if known in words
            ),
            default=0.0,
        )

    def _rarity(self, word: str) -> float:
        return log(1 + len(self._words) / self._spread[word])

    def _matches(self, word: str) -> tuple[tuple[str, float], ...]:
        """Known words that the typed one is, begins, or is a slip of."""
        found = [(known, 1.0 if known == word else 0.7) for known in self._spread if known.startswith(word)]
        if not found and len(word) >= 4:
            found = [
                (known, 0.5)
                for known in self._spread
                if abs(len(known) - len(word)) <= 2 and SequenceMatcher(None, word, known).ratio() >= 0.8
            ]
        return tuple(found)


def _hit(entry: Entry, limits: Timescales) -> Hit:
    text = " ".join(limits.fill(entry.answer).split())
    references = dict.fromkeys(source.reference for source in entry.sources if source.reference)
    reference = "; ".join(references) or (f"Right {entry.right}" if entry.right else "")
    return Hit(
        kind="entry", id=entry.id, title=entry.title, text=text, reference=reference, note=entry.staff_notes
    )


def _weights(entry: Entry, hit: Hit) -> dict[str, float]:
    fields = {
        "title": entry.title,
        "short": entry.short,
        "id": entry.id.replace("-", " "),
        "answer": f"{hit['text']} {hit['reference']} {entry.topic.value}",
        "questions": " ".join(entry.questions),
    }
    words: dict[str, float] = {}
    for field, text in fields.items():
        for word in set(plain(text).split()):
            words[word] = max(words.get(word, 0.0), _WEIGHTS[field])
    return words
