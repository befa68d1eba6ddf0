"""What the classifier sees: two features a message, the same alone as in a batch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.featurizer import CharacterFeaturizer, SentenceFeaturizer

KINDS: list[Any] = [SentenceFeaturizer, CharacterFeaturizer]


def rows(kind: Any, *texts: str, **settings: Any) -> list[np.ndarray]:
    messages = [Message({TEXT: text}) for text in texts]
    kind({**kind.get_default_config(), **settings}, "test").process(messages)
    dense = [m.get_dense_features(TEXT)[1] or m.get_sparse_features(TEXT)[1] for m in messages]
    return [d.features if isinstance(d.features, np.ndarray) else d.features.toarray() for d in dense]


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_has_the_same_features_alone_and_in_a_batch(kind: Any) -> None:
    texts = ["hello", "when does the court tell me about the trial", "?"]
    for text, row in zip(texts, rows(kind, *texts), strict=True):
        assert row.shape[0] == 1
        np.testing.assert_allclose(rows(kind, text)[0], row, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_capitals_do_not_matter(kind: Any) -> None:
    shouted, plain = rows(kind, "WHO CAN HELP ME", "who can help me")
    np.testing.assert_allclose(shouted, plain)


@pytest.mark.parametrize("kind", KINDS)
def test_the_scale_is_the_length(kind: Any) -> None:
    assert np.linalg.norm(rows(kind, "who can help me", scale=3.0)[0]) == pytest.approx(3.0, rel=1e-3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scale", [0, -1, "big"])
def test_a_scale_that_is_none_is_refused(kind: Any, scale: Any) -> None:
    with pytest.raises(InvalidConfigException):
        rows(kind, "x", scale=scale)


def test_a_misspelt_word_is_near_the_right_one() -> None:
    right, misspelt, other = rows(CharacterFeaturizer, "compensation", "compinsation", "helicopter")
    assert float((right @ misspelt.T)[0, 0]) > 2 * float((right @ other.T)[0, 0])


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_without_text_is_left_alone(kind: Any) -> None:
    message = Message({INTENT: "greet"})
    kind(kind.get_default_config(), "test").process([message])
    assert message.features == []
