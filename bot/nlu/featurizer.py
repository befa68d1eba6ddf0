"""What the intent classifier sees: a sentence vector and character n-grams, scaled against each other.

Rasa's LogisticRegressionClassifier has no parameter for its penalty: the scale of the features stands in for it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import HashingVectorizer

from bot.encoder import Encoder


@cache
def encoder() -> Encoder:
    """The encoder of this process, loaded once."""
    return Encoder.load()


class _Sentences(GraphComponent):  # type: ignore[misc]
    """Gives every message with text one sentence feature; the subclasses say which."""

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> _Sentences:
        """A component; Rasa calls this for training and for loading."""
        return cls(config, execution_context.node_name)

    @classmethod
    def required_components(cls) -> list[type[Any]]:
        """A tokenizer must come before: other components expect tokens."""
        return [Tokenizer]

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the features of messages."""
        texts = [(message, text) for message in messages if (text := message.get(TEXT))]
        if texts:
            for (message, _), row in zip(texts, self.rows([text.lower() for _, text in texts]), strict=True):
                message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Set the features of all examples."""
        self.process(training_data.training_examples)
        return training_data

    def rows(self, texts: list[str]) -> Any:
        """One feature matrix of one row for every text."""
        raise NotImplementedError


def _check_scale(config: dict[str, Any]) -> None:
    scale = config.get("scale", 1.0)
    if not isinstance(scale, int | float) or scale <= 0:
        raise InvalidConfigException(f"scale must be a number above 0, not {scale!r}.")


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER], is_trainable=False)
class SentenceFeaturizer(_Sentences, Featurizer[np.ndarray]):  # type: ignore[misc]
    """Dense: the sentence vector of `bot.encoder`, times `scale`."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`scale` 7: chosen by cross-validation on data/nlu."""
        return {FEATURIZER_CLASS_ALIAS: None, "scale": 7.0}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raise InvalidConfigException if `scale` is not a positive number."""
        _check_scale(config)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The encoder's digest: a new encoder must not meet a classifier trained on the old one."""
        return encoder().digest

    def rows(self, texts: list[str]) -> Any:
        """Arrays of shape (1, 384).

        One text at a time: the int8 encoder scales a whole batch at once, so that a text among others gets
        another vector (cosine down to 0.94) than it will get alone, in a chat.
        """
        return [encoder().encode([text]) * self._config["scale"] for text in texts]


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER], is_trainable=False)
class CharacterFeaturizer(_Sentences, Featurizer[Any]):  # type: ignore[misc]
    """Sparse: hashed character n-grams within words, length 1 times `scale`; bridges misspellings."""

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(config, name)
        self._vectorizer = HashingVectorizer(
            analyzer="char_wb", ngram_range=(config["min_ngram"], config["max_ngram"]), n_features=2**15
        )

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`scale` 5 beside 7 for the sentence vector: chosen by cross-validation on data/nlu."""
        return {FEATURIZER_CLASS_ALIAS: None, "scale": 5.0, "min_ngram": 2, "max_ngram": 4}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raise InvalidConfigException if `scale` is not a positive number."""
        _check_scale(config)

    def rows(self, texts: list[str]) -> Any:
        """CSR matrices of shape (1, 32768)."""
        matrix = self._vectorizer.transform(texts) * self._config["scale"]
        return [matrix[i] for i in range(matrix.shape[0])]
