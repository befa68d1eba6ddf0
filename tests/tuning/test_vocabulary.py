"""The words that speak for a level: learned, kept in a small file, and refused where they belong to other messages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.adapter import AdapterError
from bot.risk.vocabulary import Vocabulary, features
from bot.tuning import vocabulary

TEXTS = [
    "he has a knife",
    "a knife here now",
    "she hits me",
    "i am so low",
    "when is court",
    "when is the day",
] * 3
WANTED = np.array([3, 3, 2, 1, 0, 0] * 3)


def test_what_runs_says_what_was_fitted(tmp_path: Path) -> None:
    vocabulary.fit(TEXTS, WANTED, "abc").save(tmp_path)
    kept = Vocabulary.load("abc", tmp_path)
    counting = TfidfVectorizer(analyzer=features, sublinear_tf=True, min_df=vocabulary.AT_LEAST_IN)
    model = LogisticRegression(C=vocabulary.STRENGTH, max_iter=vocabulary.ROUNDS)
    model.fit(counting.fit_transform(TEXTS), WANTED)
    for text in ("a knife a knife", "when is it", "zzz", ""):
        wanted = model.predict_proba(counting.transform([text]))[0]
        assert np.allclose(kept.chances(text), wanted, atol=0.01), text


def test_words_of_other_messages_are_refused(tmp_path: Path) -> None:
    vocabulary.fit(TEXTS, WANTED, "abc").save(tmp_path)
    with pytest.raises(AdapterError, match="different messages"):
        Vocabulary.load("abd", tmp_path)
    with pytest.raises(AdapterError, match="cannot be read"):
        Vocabulary.load("abc", tmp_path / "nowhere")
