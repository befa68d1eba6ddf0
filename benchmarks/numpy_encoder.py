"""What the encoder is compared with: the same weights and tokens through a forward pass written by hand in numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from scipy.special import erf
from tokenizers import Tokenizer

from bot.encoder import ENCODER_DIR, MAX_TOKENS
from bot.encoder_build import HEADS, LAYERS, WIDTH, check_weights, weights_folder

Array = npt.NDArray[np.float32]
ROOT_TWO = np.float32(np.sqrt(2))


def _norm(x: Array, scale: Array, shift: Array) -> Array:
    x = x - x.mean(axis=-1, keepdims=True)
    normed: Array = x / np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + np.float32(1e-12)) * scale + shift
    return normed


def _softmax(x: Array) -> Array:
    x = np.exp(x - x.max(axis=-1, keepdims=True))
    shares: Array = x / x.sum(axis=-1, keepdims=True)
    return shares


class NumpyEncoder:
    """MiniLM in float32, one sentence at a time; the three projections of a layer as one product."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load the packaged weights. Raises EncoderError where they are missing or not the pinned ones."""
        folder = folder or weights_folder()
        check_weights(folder)
        self._weights: dict[str, Array] = load_file(folder / "model.safetensors")
        self._tokenizer = Tokenizer.from_file(str(ENCODER_DIR / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self._projections = [self._projection(layer) for layer in range(LAYERS)]

    def encode(self, sentence: str) -> Array:
        """The vector of a sentence, length 1."""
        w, ids = self._weights, self._tokenizer.encode(sentence).ids
        x = w["embeddings.word_embeddings.weight"][ids]
        x = x + w["embeddings.position_embeddings.weight"][: len(ids)]
        x = x + w["embeddings.token_type_embeddings.weight"][0]
        x = self._normed(x, "embeddings.LayerNorm")
        for layer in range(LAYERS):
            x = self._block(x, layer)
        mean = x.mean(axis=0)
        vector: Array = mean / np.linalg.norm(mean)
        return vector

    def _projection(self, layer: int) -> tuple[Array, Array]:
        names = [f"encoder.layer.{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        kernel = np.concatenate([self._weights[f"{name}.weight"].T for name in names], axis=1)
        return np.ascontiguousarray(kernel), np.concatenate([self._weights[f"{name}.bias"] for name in names])

    def _linear(self, x: Array, name: str) -> Array:
        return x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _normed(self, x: Array, name: str) -> Array:
        return _norm(x, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _block(self, x: Array, layer: int) -> Array:
        name = f"encoder.layer.{layer}"
        kernel, bias = self._projections[layer]
        size = WIDTH // HEADS
        q, k, v = (x @ kernel + bias).reshape(len(x), 3, HEADS, size).transpose(1, 2, 0, 3)
        attention = _softmax(q @ k.transpose(0, 2, 1) * np.float32(size**-0.5))
        mixed = (attention @ v).transpose(1, 0, 2).reshape(len(x), WIDTH)
        attended = self._linear(mixed, f"{name}.attention.output.dense")
        x = self._normed(x + attended, f"{name}.attention.output.LayerNorm")
        inner = self._linear(x, f"{name}.intermediate.dense")
        inner = inner * np.float32(0.5) * (1 + erf(inner / ROOT_TWO))
        return self._normed(x + self._linear(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")
