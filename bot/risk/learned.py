"""The learned part: chances of each level and category, from the encoder tuned for risk. No network.

Imports numpy; loading it brings onnxruntime. It knows nothing of rules: `bot.risk.decision` joins the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.adapter import Adapter, Array, head
from bot.encoder import RISK_ENCODER_DIR, Encoder
from bot.risk.model import Level
from bot.risk.vocabulary import Vocabulary

LEVELS = tuple(Level)  # none, concern, urgent, emergency: the order of the classifier's columns
WINDOW, OVERLAP = (
    90,
    20,
)  # words: longer messages are read in pieces, as one vector would blur their last line
# How much the words weigh beside the encoders. On writers that neither had seen, what is seen at 3% false alarms rose
# from 0.931 to 0.951, and less with 0.25 or 0.45
WORDS_SHARE = 0.35
NAMED = 0.5  # from this chance on a category is named
MAX_EXPLAINED = 60  # words of a message that are left out, some after the others
TOGETHER = 3  # neighbouring words that are left out together: one alone is rarely missed


@dataclass(frozen=True, slots=True)
class Judgement:
    """Chances of the four levels, which sum to 1, and of each category by id; of how many words."""

    levels: tuple[float, float, float, float]
    categories: Mapping[str, float]
    words: int

    def at_least(self, level: Level) -> float:
        """The chance of this level or a higher one."""
        return float(sum(self.levels[level.rank :]))

    def named(self, *, without: str | None = None) -> list[str]:
        """Categories that are likely, the likeliest first; at least one. `without`: one that is not named."""
        likely = sorted((c for c in self.categories if c != without), key=lambda c: -self.categories[c])
        return [c for c in likely if self.categories[c] >= NAMED] or likely[:1]


class Learned:
    """Judges cleaned messages (`bot.risk.normalise.clean`) by the mean of its members' chances, and by their words."""

    def __init__(self, encoders: Sequence[Encoder], adapter: Adapter, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._members = [(e, head(m)) for e, m in zip(encoders, adapter.members, strict=True)]
        self.categories: list[str] = adapter.card["categories"]

    @classmethod
    def load(cls) -> Learned:
        """The learned part of the checkout. Raises FileNotFoundError or AdapterError."""
        adapter = Adapter.load()
        encoders = [Encoder.load(RISK_ENCODER_DIR / str(number)) for number in range(len(adapter.members))]
        learned = cls(encoders, adapter, Vocabulary.load(adapter.card["data"]))
        learned.judge("")
        return learned

    def judge(self, cleaned: str) -> Judgement:
        """The most dangerous of the message's pieces decides."""
        found = [self._one(piece) for piece in pieces(cleaned)]
        return max(found, key=lambda j: j.at_least(Level.URGENT))

    def explain(self, cleaned: str, level: Level) -> str:
        """The words without which `level` would be least likely, in their order: a few neighbouring ones, or twice
        a few."""
        piece = max(pieces(cleaned), key=lambda p: self._one(p).at_least(Level.URGENT))
        words = piece.split()[:MAX_EXPLAINED]
        if len(words) <= TOGETHER:
            return " ".join(words)
        starts = range(len(words) - TOGETHER + 1)
        left = [self._odds(" ".join([*words[:i], *words[i + TOGETHER :]]), level) for i in starts]
        first = min(starts, key=lambda i: left[i])
        apart = [i for i in starts if abs(i - first) >= TOGETHER]
        second = min(apart, key=lambda i: left[i], default=first)
        whole = self._odds(" ".join(words), level)
        shown = [first, second] if whole - left[second] >= (whole - left[first]) / 2 else [first]
        picked = sorted({at for start in shown for at in range(start, start + TOGETHER)})
        return " ".join(words[at] for at in picked)

    def _odds(self, piece: str, level: Level) -> float:
        """Of `level` or higher, as a logarithm: chances near 1 differ in it."""
        chance = min(max(self._one(piece).at_least(level), 1e-6), 1 - 1e-6)
        return float(np.log(chance / (1 - chance)))

    def _one(self, piece: str) -> Judgement:
        levels, kinds = zip(*(_chances(encoder, *own, piece) for encoder, own in self._members), strict=True)
        named = dict(zip(self.categories, map(float, np.mean(kinds, axis=0)), strict=True))
        together = mixed(np.mean(levels, axis=0), self._vocabulary.chances(piece))
        none, concern, urgent, emergency = map(float, together)
        return Judgement((none, concern, urgent, emergency), named, len(piece.split()))


def mixed(encoders: Array, words: Array) -> Array:
    """Chances of the levels (..., 4) from what the encoders say and what the words say."""
    found: Array = (1 - WORDS_SHARE) * encoders + WORDS_SHARE * words
    return found


def _chances(
    encoder: Encoder, weight: Array, bias: Array, categories: Array, offset: Array, piece: str
) -> tuple[Array, Array]:
    """One member's chances of the levels (4,) and of the categories (n,)."""
    vector = encoder.encode([piece])[0]
    logits = vector @ weight + bias
    shares = np.exp(logits - logits.max())
    return shares / shares.sum(), 1.0 / (1.0 + np.exp(-(vector @ categories + offset)))


def pieces(cleaned: str) -> list[str]:
    """The message, or, where it is long, overlapping windows of it that end with its last word."""
    words = cleaned.split()
    if len(words) <= WINDOW:
        return [" ".join(words)]
    starts = [*range(0, len(words) - WINDOW, WINDOW - OVERLAP), len(words) - WINDOW]
    return [" ".join(words[start : start + WINDOW]) for start in starts]
