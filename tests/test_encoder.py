"""The encoder: the published model, in a form that needs no torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.encoder import Encoder
from bot.encoder_build import REFERENCE, TOLERANCE, EncoderError, check_weights, weights_folder


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load()


def test_cosines_are_those_published_for_the_model(encoder: Encoder) -> None:
    sentence, expected = REFERENCE
    vectors = encoder.encode([sentence, *expected])
    assert vectors[1:] @ vectors[0] == pytest.approx(list(expected.values()), abs=TOLERANCE)


def test_vectors_have_length_one_and_the_order_of_the_sentences(encoder: Encoder) -> None:
    sentences = [
        "a much longer sentence about being a witness in a crown court",
        "short",
        "in between, perhaps",
    ] * 20
    vectors = encoder.encode(sentences)
    assert vectors.shape == (60, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(60), abs=1e-5)
    assert np.array_equal(vectors[0], encoder.encode(sentences[:1])[0]), "the same alone as among others"
    assert encoder.encode([]).shape == (0, 384)


@pytest.mark.parametrize(
    "text", ["", " ", "x" * 5000, "\N{HOCHO}" * 500], ids=["empty", "space", "long", "emoji"]
)
def test_any_text_has_a_vector(encoder: Encoder, text: str) -> None:
    assert np.isfinite(encoder.encode([text])).all()


def test_other_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(
        (weights_folder() / "model.safetensors").read_bytes()[:-1] + b"x"
    )
    with pytest.raises(EncoderError, match="refused"):
        check_weights(tmp_path)


def test_without_an_encoder_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make setup"):
        Encoder.load(tmp_path)
