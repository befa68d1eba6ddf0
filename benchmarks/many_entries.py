"""Content with as many entries as are wanted, made for the benchmark from those that are there.

A made entry is a real one under another id, each phrasing with a number in words; its vectors are those of the real
texts, moved a little, as encoding 40,000 texts would take minutes and make no answer faster or slower.
"""

from __future__ import annotations

import copy
import hashlib
import itertools
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np

from bot.content import Document, FileContent
from bot.encoder import Encoder
from bot.knowledge.vectors import Vectors

ENTRIES = "knowledge/entries/"
QUESTIONS = 8
_MARK = "made"
_MOVED = 0.02  # of a vector's length 1, in each of its 384 directions


class ManyEntries:
    """The content with `count` entries: the real ones, and copies of them."""

    def __init__(self, count: int) -> None:
        self._files = FileContent()
        self._count = count
        self.version = f"{self._files.version} {count}"

    def documents(self, folder: str) -> Iterator[Document]:
        """The real files below a folder, and one of made entries."""
        real = list(self._files.documents(folder))
        yield from real
        entries = [row for d in real if d.path.startswith(ENTRIES) for row in d.data]
        more = itertools.islice(itertools.cycle(entries), max(0, self._count - len(entries)))
        yield Document(f"{ENTRIES}made.yml", [_copy(row, number) for number, row in enumerate(more)])

    def one(self, name: str) -> Any:
        """A real file."""
        return self._files.one(name)


def _copy(row: dict[str, Any], number: int) -> dict[str, Any]:
    made = copy.deepcopy(row)
    made["id"] = f"{row['id']}-{_MARK}-{number}"
    made["choices"] = []
    made["questions"] = [f"{question} {_MARK} {number}" for question in row["questions"][:QUESTIONS]]
    return made


class QuickEncoder:
    """Encodes questions as they are, and made phrasings as the real ones that they come from, moved a little."""

    digest = ""  # nothing of it is kept

    def __init__(self) -> None:
        self._encoder = Encoder.load()
        self._known = cache(lambda text: self._encoder.encode([text])[0])

    def encode(self, sentences: Sequence[str], /) -> Vectors:
        """Vectors of length 1, float32, one a sentence."""
        return np.stack([self._one(sentence) for sentence in sentences])

    def _one(self, sentence: str) -> Vectors:
        words, made, number = sentence.rpartition(f" {_MARK} ")
        if not made:
            return self._known(sentence)
        seed = int(hashlib.sha256(f"{words}{number}".encode()).hexdigest()[:8], 16)
        vector = self._known(words) + np.random.default_rng(seed).normal(0, _MOVED, 384).astype(np.float32)
        return vector / np.linalg.norm(vector)
