"""A small training run learns what its examples say; noise and company leave a message readable."""

from __future__ import annotations

import numpy as np
import pytest

from bot.risk.examples import Example
from bot.risk.model import Level
from bot.tuning.__main__ import folds
from bot.tuning.calibration import calibration, fit_temperature, softmax
from bot.tuning.noise import KINDS, beside_calm
from bot.tuning.settings import Tuning
from bot.tuning.train import Encoding, train

DANGER = [
    "he has a knife at the door",
    "she is kicking the door in",
    "he is choking my sister",
    "someone is in my house now",
]
CALM = [
    "when is the court date",
    "how do i claim expenses",
    "who gives me my crime number",
    "what is a witness care unit",
]


def example(text: str, level: Level, writer: str = "w") -> Example:
    return Example(text[:9], text, level, ("weapon",) if level > Level.NONE else (), "plain", writer)


def test_a_short_run_tells_danger_from_calm() -> None:
    examples = [example(t, Level.EMERGENCY) for t in DANGER] + [example(t, Level.NONE) for t in CALM]
    texts = [e.text for e in examples]
    tuning = Tuning(rank=2, first_layer=4, epochs=12, batch=4)
    model = train(Encoding.load(), examples, texts, ["weapon"], tuning, 1, lambda line: None)
    levels, kinds = model.predict(["a man with a knife is in the kitchen", "where do i get a claim form"])
    assert levels[0].argmax() == 3
    assert levels[1].argmax() == 0
    assert kinds[0, 0] > kinds[1, 0]


@pytest.mark.parametrize("kind", KINDS)
def test_noise_changes_the_spelling_and_not_much_more(kind: str) -> None:
    text = "somebody kicked the kitchen window open while we were sleeping"
    noisy = KINDS[kind](text, np.random.default_rng(1))
    assert noisy != text
    assert set(noisy) <= set("abcdefghijklmnopqrstuvwxyz ")
    assert noisy.replace(" ", "")[0] == "s"
    assert KINDS[kind](text, np.random.default_rng(1)) == noisy


def test_a_message_keeps_its_words_beside_a_calm_one() -> None:
    joined = beside_calm("he is here", ["when is court"], np.random.default_rng(1))
    assert "he is here" in joined
    assert "when is court" in joined


def test_a_writer_stands_in_one_group_only() -> None:
    examples = [example(f"{w}{n}", Level.NONE, w) for w in "abcde" for n in range(ord(w) - 90)]
    groups = folds(examples, 2)
    assert set.union(*groups) == set("abcde")
    assert not groups[0] & groups[1]


def test_temperature_makes_overconfident_chances_honest() -> None:
    random = np.random.default_rng(2)
    wanted = random.integers(0, 4, 4000)
    logits = random.normal(0, 1, (4000, 4))
    logits[np.arange(4000), wanted] += 1.5
    temperature = fit_temperature([logits * 5], wanted)
    assert temperature == pytest.approx(5 / 1.5, rel=0.1)
    chances = softmax(logits * 5, temperature)[:, 2:].sum(axis=1)
    for row in calibration(chances, wanted >= 2):
        assert row["said"] == pytest.approx(row["true"], abs=0.06)
