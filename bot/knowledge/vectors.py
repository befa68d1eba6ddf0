"""Sentence vectors of known texts, kept in the checkout so that a start need not make them again.

Each vector is kept under the digest of its text, in a file named after the encoder: an edited entry costs
only its own new phrasings, another encoder starts afresh. Losing the file costs seconds, nothing else.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from bot.content import ROOT

Vectors = npt.NDArray[np.float32]
CACHE = ROOT / "build" / "knowledge"


class SentenceEncoder(Protocol):
    """What is needed of `bot.encoder.Encoder`. Vectors of one without a digest are not kept."""

    digest: str

    def encode(self, sentences: Sequence[str], /) -> Vectors: ...


def cached_vectors(encoder: SentenceEncoder, texts: Sequence[str], folder: Path = CACHE) -> Vectors:
    """Vectors of `texts` in order, from the file of this encoder where they are, made where not."""
    if not encoder.digest:
        return np.stack([encoder.encode([text])[0] for text in texts])
    path = folder / f"vectors-{encoder.digest[:16]}.npz"
    known = _read(path)
    missing = sorted({text for text in texts if _key(text) not in known})
    for text in missing:
        # One at a time, as questions come: int8 vectors depend a little on what else is in the batch.
        known[_key(text)] = encoder.encode([text])[0]
    if missing:
        _write(path, known)
    return np.stack([known[_key(text)] for text in texts])


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _read(path: Path) -> dict[str, Vectors]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(zip(file["keys"].tolist(), file["vectors"], strict=True))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}


def _write(path: Path, known: dict[str, Vectors]) -> None:
    """Whole or not at all, as other processes may read; a folder that cannot be written to is no error."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
            np.savez(file, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
        os.replace(file.name, path)
    except OSError:
        return
