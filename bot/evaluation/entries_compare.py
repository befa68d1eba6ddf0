"""Simpler ways to find the entry, with the same phrasings: `python -m bot.evaluation.entries_compare` (minutes).

BM25 alone, the nearest phrasing by the encoder's vectors alone, and what runs; on the held-out questions and by
cross-validation over the phrasings. Its figures are kept in docs/evaluation.md (`bot.evaluation.page`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bot.clock import now
from bot.content import ROOT, FileContent
from bot.encoder import Encoder
from bot.evaluation.knowledge import ALLOWED, folds
from bot.evaluation.proportion import proportion
from bot.evaluation.questions import ENTRY, NOT_OURS, Question, files, read
from bot.knowledge.load import Knowledge, load_knowledge
from bot.knowledge.search import GROUP, Matcher, Row, training_rows
from bot.knowledge.text import spelled_out
from bot.knowledge.vectors import SentenceEncoder, cached_vectors

WAYS_FILE = ROOT / "results" / "entries_ways.json"
CROSS = "cross-validation"
Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Scored:
    """Entries, likeliest first, and a number that is higher the likelier one of them answers."""

    ranked: list[str]
    ours: float


class Way(Protocol):
    """Finds entries after it has been given rows to learn from."""

    def __call__(self, question: str, /) -> Scored: ...


def best_rows(scores: Array, rows: Sequence[Row]) -> Scored:
    """A score for each row becomes one for each label: that of its best row."""
    best: dict[str, float] = {}
    for row, score in zip(rows, scores, strict=True):
        best[row.label] = max(best.get(row.label, -np.inf), float(score))
    ranked = sorted((label for label in best if label[0] != GROUP), key=lambda label: -best[label])
    others = max((score for label, score in best.items() if label[0] == GROUP), default=0.0)
    return Scored(ranked, best[ranked[0]] - others)


class Bm25:
    """Robertson and Zaragoza 2009, with the usual k1 = 1.2 and b = 0.75, over single words."""

    def __init__(self, rows: Sequence[Row], textspeak: dict[str, str]) -> None:
        from sklearn.feature_extraction.text import CountVectorizer

        self._rows, self._textspeak = rows, textspeak
        self._words = CountVectorizer(token_pattern=r"[\w']+")  # noqa: S106 (a pattern)
        counts = self._words.fit_transform([spelled_out(row.text, textspeak) for row in rows]).astype(float)
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        holding = np.asarray((counts > 0).sum(axis=0)).ravel()
        rarity = np.log(1 + (len(rows) - holding + 0.5) / (holding + 0.5))
        counts = counts.tocoo()
        weight = 1.2 * (1 - 0.75 + 0.75 * lengths / lengths.mean())
        counts.data = rarity[counts.col] * counts.data * 2.2 / (counts.data + weight[counts.row])
        self._scores = counts.tocsr()

    def __call__(self, question: str, /) -> Scored:
        asked = self._words.transform([spelled_out(question, self._textspeak)])
        return best_rows((self._scores @ asked.T).toarray().ravel(), self._rows)


class Nearest:
    """The text with the nearest vector."""

    def __init__(self, rows: Sequence[Row], encoder: SentenceEncoder, textspeak: dict[str, str]) -> None:
        self._rows, self._encoder, self._textspeak = rows, encoder, textspeak
        self._vectors = cached_vectors(encoder, [spelled_out(row.text, textspeak) for row in rows])

    def __call__(self, question: str, /) -> Scored:
        vector = self._encoder.encode([spelled_out(question, self._textspeak)])[0]
        return best_rows(self._vectors @ vector, self._rows)


def what_runs(rows: Sequence[Row], encoder: SentenceEncoder, knowledge: Knowledge) -> Way:
    """The matcher of `bot.knowledge`."""
    matcher = Matcher(rows, encoder, knowledge.words.textspeak)
    temperature = knowledge.policy.thresholds.temperature

    def find(question: str) -> Scored:
        found = matcher.find(question)
        return Scored(found.ranked(), found.ours(temperature))

    return find


def ways(knowledge: Knowledge, encoder: SentenceEncoder) -> dict[str, Callable[[Sequence[Row]], Way]]:
    """By name, what makes a way from rows."""
    textspeak = knowledge.words.textspeak
    return {
        "BM25 alone": lambda rows: Bm25(rows, textspeak),
        "MiniLM, nearest text alone": lambda rows: Nearest(rows, encoder, textspeak),
        "what runs": lambda rows: what_runs(rows, encoder, knowledge),
    }


def table_row(asked: Sequence[tuple[Question, Scored]], rights: dict[str, int | None]) -> dict[str, Any]:
    """Figures of one way; for the last, the threshold that rejects 5% of the others of this very set."""
    ours = [(q, s) for q, s in asked if q.wanted == ENTRY]
    others = np.array([s.ours for q, s in asked if q.wanted in NOT_OURS])
    below = float(np.quantile([s.ours for _, s in ours], ALLOWED, method="lower")) if ours else 0.0

    def share(hit: Callable[[Question, Scored], bool]) -> dict[str, Any]:
        return proportion(sum(hit(q, s) for q, s in ours), len(ours))

    return {
        "right_entry_first": share(lambda q, s: s.ranked[0] in q.fits),
        "right_entry_in_three": share(lambda q, s: bool({*s.ranked[:3]} & q.fits)),
        "right_right": share(lambda q, s: rights.get(s.ranked[0]) in {rights.get(id) for id in q.fits}),
        "out_of_scope_found_at_5_percent_false_rejection": proportion(
            int((others < below).sum()), len(others)
        ),
    }


def phrasing(row: Row) -> Question:
    """A phrasing as a question, for cross-validation."""
    ours = row.label[0] != GROUP
    fits = frozenset({row.label} if ours else ())
    return Question("", row.text, ENTRY if ours else NOT_OURS[0], fits, "")


def compare() -> dict[str, Any]:
    """The tables: set of questions -> way -> figures."""
    knowledge, encoder = load_knowledge(FileContent()), Encoder.load()
    rows = training_rows(knowledge.entries_on(), knowledge.out_of_scope, knowledge.timescales)
    rights = {entry.id: entry.right for entry in knowledge.entries_on()}
    known = {row.text for row in rows}
    sets: dict[str, dict[str, Any]] = {}
    for name, make in ways(knowledge, encoder).items():
        way = make(rows)
        for path in files():
            asked = [(q, way(q.text)) for q in read(path) if q.text not in known]
            sets.setdefault(path.name, {})[name] = table_row(asked, rights)
        crossed = []
        for train, test in folds(rows):
            way = make(train)
            crossed += [(phrasing(row), way(row.text)) for row in test]
        sets.setdefault(CROSS, {})[name] = table_row(crossed, rights)
    return {"at": now().isoformat(), "sets": sets}


def main() -> None:
    """Compare, print, keep."""
    found = compare()
    WAYS_FILE.parent.mkdir(exist_ok=True)
    WAYS_FILE.write_text(json.dumps(found, indent=1), "utf-8")
    for name, rows in found["sets"].items():
        print(f"\n{name}")
        for way, row in rows.items():
            figures = [f"{p['share']:.3f}" if p["n"] else "-" for p in row.values()]
            print(f"  {way:<28} {'  '.join(figures)}")


if __name__ == "__main__":
    main()
