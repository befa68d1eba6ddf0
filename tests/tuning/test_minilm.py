"""What is trained in TensorFlow is what runs: the same vectors from the ONNX graph with the adapter merged in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from bot.adapter import HEAD, Adapter, AdapterError, merged
from bot.encoder_build import build_graph
from bot.tuning.settings import Tuning
from bot.tuning.train import Encoding, Model

TEXTS = ["he's outside with a knife", "when do they tell me about bail", "in the loo. lights off"]
TUNING = Tuning(rank=2, first_layer=4, epochs=1)


@pytest.fixture(scope="module")
def encoding() -> Encoding:
    return Encoding.load()


def test_the_graph_with_the_adapter_merged_gives_the_vectors_that_were_trained(encoding: Encoding) -> None:
    model = Model(encoding, ["weapon"], TUNING, seed=1)
    random = np.random.default_rng(3)
    for up in model.adapters.up.values():
        up.assign(random.normal(0, 0.1, up.shape))
    arrays = {k: v.astype(np.float16) for k, v in model.arrays(temperature=1.0).items()}
    for variable in model.adapters.variables:
        variable.assign(arrays[variable.name.split(":")[0]].astype(np.float32))
    tuned = merged(encoding.weights, arrays)
    graph = onnxruntime.InferenceSession(build_graph(tuned).SerializeToString())
    plain = onnxruntime.InferenceSession(build_graph(encoding.weights).SerializeToString())
    for _, ids, mask in encoding.batches(TEXTS, 1):
        feed = {"ids": ids.astype(np.int64), "mask": mask.astype(np.int64)}
        trained = model.encoder(ids, mask).numpy()
        assert np.allclose(graph.run(None, feed)[0], trained, atol=1e-4)
        assert not np.allclose(plain.run(None, feed)[0], trained, atol=1e-2)


def test_a_fresh_adapter_changes_nothing(encoding: Encoding) -> None:
    model = Model(encoding, ["weapon"], TUNING, seed=1)
    plain = onnxruntime.InferenceSession(build_graph(encoding.weights).SerializeToString())
    for _, ids, mask in encoding.batches(TEXTS, 3):
        feed = {"ids": ids.astype(np.int64), "mask": mask.astype(np.int64)}
        assert np.allclose(plain.run(None, feed)[0], model.encoder(ids, mask).numpy(), atol=1e-4)


def _adapter() -> Adapter:
    return Adapter([{name: np.zeros((384, 4)) for name in HEAD}], {"categories": ["weapon"]})


def test_an_adapter_that_is_not_the_one_of_its_card_is_refused(tmp_path: Path) -> None:
    _adapter().save(tmp_path)
    assert Adapter.load(tmp_path).card["categories"] == ["weapon"]
    file = tmp_path / "adapter.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"\x01")
    with pytest.raises(AdapterError, match="not the one"):
        Adapter.load(tmp_path)


def test_a_missing_adapter_is_named(tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match="cannot be read"):
        Adapter.load(tmp_path)
