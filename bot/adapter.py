"""The adapter that tunes the sentence encoder for risk: a small file of numbers and the card that describes it.

`adapter.safetensors` holds, in half precision, `<layer>.down` (in, rank) and `<layer>.up` (rank, out) for each tuned
linear layer, and the classifier's `levels.weight` (384, 4), `levels.bias`, `categories.weight` (384, n) and
`categories.bias`. `card.json` says from which data, seed and settings it comes, and how well it did. Both are written
by `make finetune`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.content import DATA

Array = npt.NDArray[Any]
ADAPTER_DIR = DATA / "risk" / "adapter"
WEIGHTS, CARD = "adapter.safetensors", "card.json"
HEAD = ("levels.weight", "levels.bias", "categories.weight", "categories.bias")


class AdapterError(ValueError):
    """The adapter is missing or is not what its card says; the message says which."""


@dataclass(frozen=True)
class Adapter:
    """Adapter and classifier as stored, and the card."""

    arrays: dict[str, Array]
    card: dict[str, Any]

    @classmethod
    def load(cls, folder: Path = ADAPTER_DIR) -> Adapter:
        """The adapter of the checkout. Raises AdapterError."""
        from safetensors.numpy import load

        try:
            raw = (folder / WEIGHTS).read_bytes()
            card = json.loads((folder / CARD).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise AdapterError(f"The adapter in {folder} cannot be read: {error}") from error
        if hashlib.sha256(raw).hexdigest() != card["sha256"]:
            raise AdapterError(f"{WEIGHTS} in {folder} is not the one that its card describes.")
        arrays = load(raw)
        if missing := [name for name in HEAD if name not in arrays]:
            raise AdapterError(f"{WEIGHTS} in {folder} lacks {', '.join(missing)}.")
        return cls(arrays, card)

    def save(self, folder: Path = ADAPTER_DIR) -> None:
        """Write the arrays in half precision, and the card with their digest."""
        from safetensors.numpy import save

        folder.mkdir(parents=True, exist_ok=True)
        raw = save({name: np.ascontiguousarray(a, dtype=np.float16) for name, a in self.arrays.items()})
        (folder / WEIGHTS).write_bytes(raw)
        card = {**self.card, "sha256": hashlib.sha256(raw).hexdigest()}
        (folder / CARD).write_text(json.dumps(card, indent=1) + "\n", "utf-8")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the stored file."""
        return str(self.card["sha256"])

    def merged(self, weights: dict[str, Array]) -> dict[str, Array]:
        """The encoder's weights with each adapter added to its layer: W + (down up) transposed."""
        tuned = dict(weights)
        for name in (n.removesuffix(".down") for n in self.arrays if n.endswith(".down")):
            down, up = (self.arrays[f"{name}.{part}"].astype(np.float32) for part in ("down", "up"))
            tuned[f"{name}.weight"] = weights[f"{name}.weight"] + (down @ up).T
        return tuned

    def head(self) -> tuple[Array, Array, Array, Array]:
        """Weights and biases of the levels and of the categories, float32."""
        weight, bias, categories, offset = (self.arrays[name].astype(np.float32) for name in HEAD)
        return weight, bias, categories, offset
