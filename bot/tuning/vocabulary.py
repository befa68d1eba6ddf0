"""Fits `bot.risk.vocabulary` on labelled messages: logistic regression over weighted counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.risk.vocabulary import Vocabulary, features

# Chosen on unseen writers: rarer features or another strength change their recall by less than half a point
AT_LEAST_IN, STRENGTH, ROUNDS = 3, 20.0, 300


def fit(cleaned: Sequence[str], wanted: npt.NDArray[Any], data: str) -> Vocabulary:
    """Learn from cleaned messages and the positions of their levels (n,); `data`: the digest of the messages."""
    counting = TfidfVectorizer(analyzer=features, sublinear_tf=True, min_df=AT_LEAST_IN)
    model = LogisticRegression(C=STRENGTH, max_iter=ROUNDS).fit(counting.fit_transform(cleaned), wanted)
    names: Sequence[str] = counting.get_feature_names_out().tolist()
    positions = {name: at for at, name in enumerate(names)}
    return Vocabulary(
        positions,
        counting.idf_.astype(np.float32),
        model.coef_.T.astype(np.float32),
        model.intercept_.astype(np.float32),
        data,
    )
