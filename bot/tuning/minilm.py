"""The encoder's forward pass in TensorFlow, with low-rank adapters beside its frozen linear layers.

The same arithmetic as the ONNX graph of `bot.encoder_build`, so that an adapter trained here can be merged there.
TensorFlow is here because Rasa brings it; nothing that serves visitors imports this module.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from bot.encoder_build import HEADS, LAYERS, WIDTH, linear_names

Array = npt.NDArray[np.float32]
EPSILON = 1e-12  # of the layer norms, as published with the model


@dataclass
class Adapters:
    """Per linear layer `down` (in, rank) and `up` (rank, out): the layer gives x W + x down up more."""

    rank: int
    down: dict[str, tf.Variable] = field(default_factory=dict)
    up: dict[str, tf.Variable] = field(default_factory=dict)

    @classmethod
    def fresh(cls, weights: dict[str, Array], rank: int, layers: range, seed: int) -> Adapters:
        """Adapters that change nothing yet: `up` is zero."""
        made, random = cls(rank), np.random.default_rng(seed)
        for name in linear_names(layers):
            out, into = weights[f"{name}.weight"].shape
            start = random.normal(0.0, into**-0.5, (into, rank)).astype(np.float32)
            made.down[name] = tf.Variable(start, name=f"{name}.down")
            made.up[name] = tf.Variable(tf.zeros((rank, out)), name=f"{name}.up")
        return made

    @property
    def variables(self) -> list[tf.Variable]:
        """All that is trained, in a stable order."""
        return [*self.down.values(), *self.up.values()]

    def arrays(self) -> dict[str, Array]:
        """As they are stored: `<layer>.down` and `<layer>.up`."""
        return {v.name.split(":")[0]: v.numpy() for v in self.variables}


class MiniLM:
    """Sentence vectors of length 1 from token ids and mask, both int32 (batch, tokens)."""

    def __init__(self, weights: dict[str, Array], adapters: Adapters) -> None:
        self.weights = {name: tf.constant(value) for name, value in weights.items()}
        self.adapters = adapters

    def __call__(self, ids: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        """Vectors (batch, 384), float32."""
        seen = tf.cast(mask, tf.float32)
        far = (1.0 - seen)[:, None, None, :] * -1e9
        x = self._embed(ids)
        for layer in range(LAYERS):
            x = self._block(x, far, f"encoder.layer.{layer}")
        total = tf.reduce_sum(x * seen[:, :, None], axis=1)
        return tf.math.l2_normalize(total / tf.reduce_sum(seen, axis=1, keepdims=True), axis=-1)

    def _embed(self, ids: tf.Tensor) -> tf.Tensor:
        words = tf.gather(self.weights["embeddings.word_embeddings.weight"], ids)
        places = self.weights["embeddings.position_embeddings.weight"][: tf.shape(ids)[1]]
        kind = self.weights["embeddings.token_type_embeddings.weight"][0]
        return self._norm(words + places + kind, "embeddings.LayerNorm")

    def _block(self, x: tf.Tensor, far: tf.Tensor, name: str) -> tf.Tensor:
        q, k, v = (
            self._split(self._linear(x, f"{name}.attention.self.{part}"))
            for part in ("query", "key", "value")
        )
        scores = tf.matmul(q, k, transpose_b=True) * (WIDTH // HEADS) ** -0.5
        mixed = tf.transpose(tf.matmul(tf.nn.softmax(scores + far), v), (0, 2, 1, 3))
        joined = tf.reshape(mixed, (tf.shape(x)[0], -1, WIDTH))
        attended = self._linear(joined, f"{name}.attention.output.dense")
        x = self._norm(x + attended, f"{name}.attention.output.LayerNorm")
        inner = tf.nn.gelu(self._linear(x, f"{name}.intermediate.dense"))
        return self._norm(x + self._linear(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _split(self, x: tf.Tensor) -> tf.Tensor:
        shape = (tf.shape(x)[0], -1, HEADS, WIDTH // HEADS)
        return tf.transpose(tf.reshape(x, shape), (0, 2, 1, 3))

    def _linear(self, x: tf.Tensor, name: str) -> tf.Tensor:
        weight = self.weights[f"{name}.weight"]
        # Flat: a product of a batch of matrices with one matrix is many small products to TensorFlow
        flat = tf.reshape(x, (-1, weight.shape[1]))
        made = tf.matmul(flat, weight, transpose_b=True) + self.weights[f"{name}.bias"]
        if name in self.adapters.down:
            made += tf.matmul(tf.matmul(flat, self.adapters.down[name]), self.adapters.up[name])
        return tf.reshape(made, (tf.shape(x)[0], -1, weight.shape[0]))

    def _norm(self, x: tf.Tensor, name: str) -> tf.Tensor:
        mean, variance = tf.nn.moments(x, axes=[-1], keepdims=True)
        scale, shift = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return (x - mean) * tf.math.rsqrt(variance + EPSILON) * scale + shift
