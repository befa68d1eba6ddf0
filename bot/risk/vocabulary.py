"""The third voice of the learned part: which words, pairs of words and groups of letters speak for which level.

It sees no meaning, only spelling, and so errs elsewhere than the encoders do: together they see more (measured in
docs/evaluation.md). Imports numpy alone.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.adapter import ADAPTER_DIR, AdapterError

Array = npt.NDArray[Any]
FILE = "vocabulary.npz"
LETTERS = (3, 4)
# Names of features may hold any letter but this
BETWEEN = "\n"


def features(cleaned: str) -> list[str]:
    """Words, pairs of words and groups of letters within words, each marked as what it is."""
    words = cleaned.split()
    groups = (
        f" {word} "[start : start + size]
        for word in words
        for size in LETTERS
        for start in range(len(word) + 3 - size)
    )
    pairs = itertools.pairwise(words)
    return [*(f"w{w}" for w in words), *(f"w{a} {b}" for a, b in pairs), *(f"c{g}" for g in groups)]


@dataclass(frozen=True)
class Vocabulary:
    """Weight of each feature for rarity (n,) and for the levels (n, 4), and the digest of the messages it is of."""

    positions: dict[str, int]
    rarity: Array
    weights: Array
    bias: Array
    data: str

    @classmethod
    def load(cls, data: str, folder: Path = ADAPTER_DIR) -> Vocabulary:
        """The one of the checkout. Raises AdapterError where it cannot be read or is not of the messages `data`."""
        try:
            with np.load(folder / FILE, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
        except (OSError, ValueError) as error:
            raise AdapterError(f"{FILE} in {folder} cannot be read: {error}") from error
        if str(arrays["data"]) != data:
            raise AdapterError(f"{FILE} in {folder} and the adapter come from different messages.")
        names = bytes(arrays["names"]).decode().split(BETWEEN)
        rarity, weights, bias = (arrays[name].astype(np.float32) for name in ("rarity", "weights", "bias"))
        return cls({name: at for at, name in enumerate(names)}, rarity, weights, bias, data)

    def save(self, folder: Path = ADAPTER_DIR) -> None:
        """Write it in half precision."""
        np.savez_compressed(
            folder / FILE,
            names=np.frombuffer(BETWEEN.join(self.positions).encode(), dtype=np.uint8),
            rarity=self.rarity.astype(np.float16),
            weights=self.weights.astype(np.float16),
            bias=self.bias.astype(np.float16),
            data=self.data,
        )

    def chances(self, cleaned: str) -> Array:
        """Chances of the levels (4,)."""
        counts = Counter(at for name in features(cleaned) if (at := self.positions.get(name)) is not None)
        logits = self.bias
        if counts:
            found = np.fromiter(counts, int)
            strength = np.array([1 + math.log(n) for n in counts.values()]) * self.rarity[found]
            logits = logits + (strength / np.linalg.norm(strength)) @ self.weights[found]
        powers = np.exp(logits - logits.max())
        shares: Array = powers / powers.sum()
        return shares
