"""What a tuning run is made with. The values are those that were measured best: docs/evaluation.md."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tuning:
    """Settings of one run; they stand in the adapter's card."""

    seed: int = 1
    members: int = 2  # models with seeds of their own, whose chances are averaged
    rank: int = 5  # of the adapters of one member
    first_layer: int = 0  # adapters from this block of the encoder on
    epochs: int = 4
    rate: float = 2e-3  # highest learning rate, reached after a tenth of the steps, then a cosine to nothing
    batch: int = 32
    scale: float = 10.0  # of cosines, before the softmax
    category_weight: float = 0.5  # of the categories' loss beside the levels'
    noisy: float = 0.35  # share of messages with spelling noise, anew in every epoch
    joined: float = 0.15  # share of messages put beside a calm one
