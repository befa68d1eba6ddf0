"""Sentence vectors: all-MiniLM-L6-v2 as an int8 ONNX graph, without torch, TensorFlow or a network.

Built by `bot.encoder_build` into the checkout; heavy imports happen on load, not on import.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bot.content import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

ENCODER_DIR = ROOT / "build" / "encoder"
RISK_ENCODER_DIR = ROOT / "build" / "risk-encoder"
MAX_TOKENS = 256
# Part of the digest that vectors are cached by: how sentences are put to the graph
MANNER = b"alone"


class Encoder:
    """Turns sentences into vectors of length 1, so that a dot product is their cosine."""

    def __init__(self, session: Any, tokenizer: Any, digest: str) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self.digest = digest

    @classmethod
    def load(cls, folder: Path = ENCODER_DIR) -> Encoder:
        """Load a built encoder. Raises FileNotFoundError, saying what to run, if there is none."""
        path = folder / "model.onnx"
        if not path.is_file():
            raise FileNotFoundError(f"No encoder in {folder}: run `make setup`.")
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        # One thread: messages are short, and the processes share two cores.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.no_padding()
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        return cls(
            session, tokenizer, hashlib.sha256(MANNER + (folder / "card.json").read_bytes()).hexdigest()
        )

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of shape (len(sentences), 384), float32, in the order of `sentences`.

        Each sentence is encoded alone: the int8 graph scales its activations over the whole batch, so that in
        a batch the same sentence would get another vector than it gets when a visitor writes it.
        """
        result = np.empty((len(sentences), 384), dtype=np.float32)
        for row, sentence in enumerate(sentences):
            tokens = self._tokenizer.encode(sentence)
            inputs = {"ids": [tokens.ids], "mask": [tokens.attention_mask]}
            feed = {name: np.array(value, dtype=np.int64) for name, value in inputs.items()}
            result[row] = self._session.run(["vector"], feed)[0][0]
        return result
