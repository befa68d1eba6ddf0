"""One training run: examples in, adapters with a classifier of levels and categories out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from bot.encoder import MAX_TOKENS
from bot.encoder_build import LAYERS, WIDTH, check_weights, weights_folder
from bot.risk.examples import Example
from bot.risk.model import Level
from bot.tuning.minilm import Adapters, MiniLM
from bot.tuning.noise import beside_calm, noisy
from bot.tuning.settings import Tuning

Array = npt.NDArray[Any]
PAD = 8  # lengths are rounded up to a multiple of this
ORDER = list(Level)


@dataclass(frozen=True)
class Encoding:
    """The packaged encoder's weights and tokenizer."""

    weights: dict[str, Array]
    tokenizer: Tokenizer

    @classmethod
    def load(cls) -> Encoding:
        """Raises EncoderError where the weights are not the pinned ones."""
        folder = weights_folder()
        check_weights(folder)
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        found = load_file(folder / "model.safetensors")
        return cls({k: v.astype(np.float32) for k, v in found.items() if v.dtype != np.int64}, tokenizer)

    def batches(
        self, texts: Sequence[str], size: int, random: np.random.Generator | None = None
    ) -> Iterator[tuple[Array, Array, Array]]:
        """(positions in `texts`, ids, mask) of texts of like length; in random order where `random` is given."""
        ids = [encoded.ids for encoded in self.tokenizer.encode_batch(list(texts))]
        blur = random.random(len(ids)) * PAD if random else np.zeros(len(ids))
        order = np.argsort([len(tokens) for tokens in ids] + blur)
        groups = [order[i : i + size] for i in range(0, len(order), size)]
        if random:
            random.shuffle(groups)
        for group in groups:
            longest = -(-max(len(ids[i]) for i in group) // PAD) * PAD
            padded, mask = (np.zeros((len(group), longest), np.int32) for _ in range(2))
            for row, i in enumerate(group):
                padded[row, : len(ids[i])] = ids[i]
                mask[row, : len(ids[i])] = 1
            yield group, padded, mask


class Model:
    """The tuned encoder with its classifier."""

    def __init__(self, encoding: Encoding, categories: Sequence[str], tuning: Tuning, seed: int) -> None:
        self.encoding, self.tuning, self.seed = encoding, tuning, seed
        layers = range(tuning.first_layer, LAYERS)
        self.adapters = Adapters.fresh(encoding.weights, tuning.rank, layers, seed)
        self.encoder = MiniLM(encoding.weights, self.adapters)
        random = np.random.default_rng(seed)

        def head(columns: int, bias: float) -> tuple[tf.Variable, tf.Variable]:
            start = random.normal(0, WIDTH**-0.5, (WIDTH, columns)).astype(np.float32)
            return tf.Variable(start), tf.Variable(np.full(columns, bias, np.float32))

        # A category is rare: its chance begins near a twentieth
        self.levels, self.categories = head(len(ORDER), 0.0), head(len(categories), -3.0)

    @property
    def variables(self) -> list[tf.Variable]:
        """All that is trained."""
        return [*self.adapters.variables, *self.levels, *self.categories]

    def logits(self, ids: tf.Tensor, mask: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Of the levels (batch, 4) and of the categories (batch, n)."""
        vectors = self.encoder(ids, mask)
        level, category = (
            self.tuning.scale * tf.matmul(vectors, tf.math.l2_normalize(weight, axis=0)) + bias
            for weight, bias in (self.levels, self.categories)
        )
        return level, category

    def predict(self, texts: Sequence[str]) -> tuple[Array, Array]:
        """Logits of the levels (n, 4) and of the categories (n, categories)."""
        shapes = [tf.TensorSpec([None, None], tf.int32)] * 2
        forward = tf.function(self.logits, input_signature=shapes, autograph=False)
        levels = np.zeros((len(texts), len(ORDER)))
        categories = np.zeros((len(texts), self.categories[1].shape[0]))
        for rows, ids, mask in self.encoding.batches(texts, 64):
            level, category = forward(ids, mask)
            levels[rows], categories[rows] = level.numpy(), category.numpy()
        return levels, categories

    def arrays(self, temperature: float) -> dict[str, Array]:
        """As the adapter file stores them; the scale and the temperature are folded into the classifier."""
        found: dict[str, Array] = self.adapters.arrays()
        for name, (weight, bias), by in (
            ("levels", self.levels, temperature),
            ("categories", self.categories, 1.0),
        ):
            unit = tf.math.l2_normalize(weight, axis=0).numpy()
            found[f"{name}.weight"] = unit * self.tuning.scale / by
            found[f"{name}.bias"] = bias.numpy() / by
        return found


class Optimiser:
    """Adam, with the gradient's length cut at 1."""

    def __init__(self, variables: Sequence[tf.Variable]) -> None:
        self.variables = list(variables)
        self._first = [tf.Variable(tf.zeros_like(v)) for v in variables]
        self._second = [tf.Variable(tf.zeros_like(v)) for v in variables]
        self._steps = tf.Variable(0.0)

    def apply(self, gradients: Sequence[tf.Tensor], rate: tf.Tensor) -> None:
        """One step along `gradients`."""
        cut, _ = tf.clip_by_global_norm(gradients, 1.0)
        self._steps.assign_add(1.0)
        for variable, gradient, first, second in zip(
            self.variables, cut, self._first, self._second, strict=True
        ):
            first.assign(0.9 * first + 0.1 * gradient)
            second.assign(0.999 * second + 0.001 * gradient * gradient)
            mean = first / (1.0 - 0.9**self._steps)
            variance = second / (1.0 - 0.999**self._steps)
            variable.assign_sub(rate * mean / (tf.sqrt(variance) + 1e-8))


def train(
    encoding: Encoding,
    examples: Sequence[Example],
    texts: Sequence[str],
    categories: Sequence[str],
    tuning: Tuning,
    seed: int,
    say: Callable[[str], None],
) -> Model:
    """A model trained on `texts`, the cleaned texts of `examples`."""
    model = Model(encoding, categories, tuning, seed)
    step = _step(model, len(categories))
    random = np.random.default_rng(seed)
    wanted = np.array([ORDER.index(e.level) for e in examples], np.int32)
    kinds = np.array([[c in e.categories for c in categories] for e in examples], np.float32)
    steps, done = -(-len(texts) // tuning.batch) * tuning.epochs, 0
    for epoch in range(tuning.epochs):
        losses = []
        for rows, ids, mask in encoding.batches(_anew(texts, wanted, tuning, random), tuning.batch, random):
            part = done / steps
            rate = tuning.rate * min(1.0, part / 0.1) * (1 + np.cos(np.pi * part)) / 2
            losses.append(float(step(ids, mask, wanted[rows], kinds[rows], np.float32(rate))))
            done += 1
        say(f"epoch {epoch + 1} of {tuning.epochs}: loss {np.mean(losses):.3f}")
    return model


def _step(model: Model, categories: int) -> Any:
    optimiser = Optimiser(model.variables)
    whole = tf.TensorSpec([None, None], tf.int32)
    shapes = [
        whole,
        whole,
        tf.TensorSpec([None], tf.int32),
        tf.TensorSpec([None, categories]),
        tf.TensorSpec([]),
    ]

    @tf.function(input_signature=shapes, autograph=False)  # type: ignore[untyped-decorator]
    def step(
        ids: tf.Tensor, mask: tf.Tensor, wanted: tf.Tensor, kinds: tf.Tensor, rate: tf.Tensor
    ) -> tf.Tensor:
        with tf.GradientTape() as tape:
            level, category = model.logits(ids, mask)
            levels = tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, level)
            named = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(kinds, category), axis=-1)
            loss = tf.reduce_mean(levels + model.tuning.category_weight * named)
        optimiser.apply(tape.gradient(loss, model.variables), rate)
        return loss

    return step


def _anew(texts: Sequence[str], wanted: Array, tuning: Tuning, random: np.random.Generator) -> list[str]:
    """The texts as this epoch sees them: some misspelt, some beside a calm message."""
    calm = [text for text, level in zip(texts, wanted, strict=True) if level == 0]
    seen = []
    for text in texts:
        changed = noisy(text, random) if random.random() < tuning.noisy else text
        seen.append(beside_calm(changed, calm, random) if random.random() < tuning.joined else changed)
    return seen
