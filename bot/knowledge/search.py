"""Finds the entry that a question is about: question to question, among a closed set of entries.

A multinomial logistic regression over the sentence vector and, beside it, character n-grams (reduced to a
few dimensions), trained on the phrasings, on titles, and lightly on the sentences of the answers. Groups of
questions that no entry answers are classes of their own, so that "none of these" is learned, not guessed.

Chosen by 5-fold cross-validation over 1,886 phrasings of 155 entries (2026-11-21, 2 cores, 24 GiB), right
entry first / among the first three: nearest three phrasings 0.45 / 0.67; ridge 0.51 / 0.73 (67 entries,
where logistic regression had 0.58); linear discriminants 0.50 / 0.71; logistic regression on vectors alone
0.55 / 0.77; with n-grams at 0.25 0.55 / 0.77, at 1.0 0.54 / 0.75; without the answers' sentences 0.54 / 0.76.
The n-grams stay for the sake of misspelt words, which vectors alone split badly, and for a start without
an encoder. Those phrasings are written to differ as much as people do; on 475 questions by somebody else
(tests/evaluation/questions.jsonl) the same matcher has 0.84 / 0.95. `vra evaluate` prints today's figures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.knowledge.schema import Entry, Examples
from bot.knowledge.text import plain, spelled_out
from bot.knowledge.timescales import Timescales
from bot.knowledge.vectors import SentenceEncoder, Vectors, cached_vectors

GROUP = "~"  # first character of the labels that are groups, which no entry's id can begin with
_NGRAMS, _NGRAM_DIMENSIONS, _NGRAM_WEIGHT = (3, 4), 200, 0.25
_STRENGTH, _SENTENCE_WEIGHT, ITERATIONS = 10.0, 0.2, 100
_SENTENCE = re.compile(r"(?<=[.!?])\s+")

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """One text to learn from. `phrasing` marks what a visitor might type, which evaluation holds out; not `ours`
    is a question to which no entry gives an answer."""

    text: str
    label: str
    weight: float = 1.0
    phrasing: bool = False
    ours: bool = True


@dataclass(frozen=True)
class Found:
    """Logits by label, and how like the question is to the nearest text of any entry (-1 to 1)."""

    labels: tuple[str, ...]
    logits: Array
    nearest: float
    exact: str | None

    def ranked(self) -> list[str]:
        """Ids of the entries, likeliest first."""
        return [self.labels[i] for i in np.argsort(-self.logits) if not self.labels[i].startswith(GROUP)]

    def ours(self, temperature: float) -> float:
        """The share (0 to 1) of all entries together: how likely it is that one of them answers."""
        shares = probabilities(self.logits, temperature)
        return float(sum(s for s, label in zip(shares, self.labels, strict=True) if label[0] != GROUP))


def training_rows(entries: Sequence[Entry], groups: Sequence[Examples], timescales: Timescales) -> list[Row]:
    """Everything that the matcher learns from, in a fixed order."""
    rows = [Row(question, entry.id, phrasing=True) for entry in entries for question in entry.questions]
    ids = {entry.id for entry in entries}
    for group in groups:
        label = group.entry if group.entry in ids else GROUP + group.group
        rows += [Row(question, str(label), phrasing=True, ours=False) for question in group.questions]
    rows += [Row(text, entry.id) for entry in entries for text in (entry.title, entry.short)]
    return rows + [
        Row(sentence, entry.id, _SENTENCE_WEIGHT)
        for entry in entries
        for sentence in _SENTENCE.split(" ".join(timescales.fill(entry.answer).split()))
        if len(sentence.split()) > 3
    ]


class Matcher:
    """Learns from rows, then scores questions. Without an encoder it has the n-grams alone.

    `iterations`: at most so many steps of learning.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        encoder: SentenceEncoder | None,
        textspeak: Mapping[str, str],
        iterations: int = ITERATIONS,
    ) -> None:
        self._encoder, self._textspeak, self._iterations = encoder, textspeak, iterations
        texts = [spelled_out(row.text, textspeak) for row in rows]
        vectors = cached_vectors(encoder, texts) if encoder else np.zeros((len(texts), 0), np.float32)
        self._known = vectors[[i for i, row in enumerate(rows) if row.ours]]
        self._exact = _unambiguous(rows)
        self._fit(texts, vectors, rows)

    def _fit(self, texts: list[str], vectors: Vectors, rows: Sequence[Row]) -> None:
        # Heavy, and not needed by those who only look up or render
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):  # several processes share few cores; more threads only wait for each other
            self._tfidf = TfidfVectorizer(analyzer="char_wb", ngram_range=_NGRAMS, sublinear_tf=True)
            ngrams = self._tfidf.fit_transform(texts)
            dimensions = min(_NGRAM_DIMENSIONS, len(texts) - 1, ngrams.shape[1] - 1)
            svd = TruncatedSVD(dimensions, n_iter=3, random_state=0).fit(ngrams)
            # laid out for a product with one sparse row: scikit-learn's own would copy it all for each question
            self._reduce = np.ascontiguousarray(svd.components_.T) * np.sqrt(_NGRAM_WEIGHT)
            features = np.hstack([vectors, self._reduced(ngrams)])
            model = LogisticRegression(C=_STRENGTH, max_iter=self._iterations, tol=1e-3)
            model.fit(features, [row.label for row in rows], sample_weight=[row.weight for row in rows])
        self.labels = tuple(str(label) for label in model.classes_)
        self._coefficients, self._intercept = model.coef_, model.intercept_

    def _reduced(self, ngrams: Any) -> Array:
        reduced: Array = ngrams @ self._reduce
        return reduced

    def find(self, question: str) -> Found:
        """Score one question against every label."""
        text = spelled_out(question, self._textspeak)
        vector = self._encoder.encode([text]) if self._encoder else np.zeros((1, 0), np.float32)
        features = np.hstack([vector, self._reduced(self._tfidf.transform([text]))])
        nearest = float((self._known @ vector[0]).max()) if self._encoder else 1.0
        logits: Array = (features @ self._coefficients.T + self._intercept)[0]
        return Found(self.labels, logits, nearest, self._exact.get(plain(question)))


def _unambiguous(rows: Sequence[Row]) -> dict[str, str]:
    """Phrasings, titles and button labels that belong to one label only, in plain spelling."""
    owners: dict[str, set[str]] = {}
    for row in rows:
        if row.weight == 1.0:
            owners.setdefault(plain(row.text), set()).add(row.label)
    return {text: labels.pop() for text, labels in owners.items() if text and len(labels) == 1}


def probabilities(logits: Array, temperature: float) -> Array:
    """Softmax; above 1 a temperature flattens, below 1 it sharpens."""
    scaled = logits / temperature
    powers: Array = np.exp(scaled - scaled.max())
    shares: Array = powers / powers.sum()
    return shares
