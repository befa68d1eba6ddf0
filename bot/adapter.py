"""The adapter that tunes the sentence encoder for risk: a small file of numbers and the card that describes it.

`adapter.safetensors` holds one or more members, models whose chances are averaged; of each, its number before every
name and in half precision, `<layer>.down` (in, rank) and `<layer>.up` (rank, out) for each tuned
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
    """The arrays of each member, and the card."""

    members: list[dict[str, Array]]
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
        found: dict[int, dict[str, Array]] = {}
        for name, array in load(raw).items():
            number, _, own = name.partition(".")
            found.setdefault(int(number), {})[own] = array
        for member, arrays in found.items():
            if missing := [name for name in HEAD if name not in arrays]:
                raise AdapterError(f"{WEIGHTS} in {folder}: member {member} lacks {', '.join(missing)}.")
        return cls([found[member] for member in sorted(found)], card)

    def save(self, folder: Path = ADAPTER_DIR) -> None:
        """Write the arrays in half precision, and the card with their digest."""
        from safetensors.numpy import save

        folder.mkdir(parents=True, exist_ok=True)
        arrays = {
            f"{number}.{name}": np.ascontiguousarray(array, dtype=np.float16)
            for number, member in enumerate(self.members)
            for name, array in member.items()
        }
        raw = save(arrays)
        (folder / WEIGHTS).write_bytes(raw)
        card = {**self.card, "sha256": hashlib.sha256(raw).hexdigest()}
        (folder / CARD).write_text(json.dumps(card, indent=1) + "\n", "utf-8")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the stored file."""
        return str(self.card["sha256"])


def merged(weights: dict[str, Array], member: dict[str, Array]) -> dict[str, Array]:
    """The encoder's weights with each adapter of a member added to its layer: W + (down up) transposed."""
    tuned = dict(weights)
    for name in (n.removesuffix(".down") for n in member if n.endswith(".down")):
        down, up = (member[f"{name}.{part}"].astype(np.float32) for part in ("down", "up"))
        tuned[f"{name}.weight"] = weights[f"{name}.weight"] + (down @ up).T
    return tuned


def head(member: dict[str, Array]) -> tuple[Array, Array, Array, Array]:
    """Weights and biases of a member's levels and of its categories, float32."""
    weight, bias, categories, offset = (member[name].astype(np.float32) for name in HEAD)
    return weight, bias, categories, offset
