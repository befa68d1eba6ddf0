"""A message that is not in English is noticed; English, however spelt, is not taken for another language."""

import pytest

from bot.risk import Level
from bot.risk.examples import training_examples
from bot.risk.model import ENGLISH
from tests.risk.conftest import Assess


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Czy mogę dostać ulotkę o prawach ofiar po polsku?", "pl"),
        ("Bună ziua, aveți interpret de română pentru ședința de mâine?", "ro"),
        ("Boa tarde, recebi uma carta do tribunal mas não entendo a palavra", "pt"),
        ("Ar teisme galiu gauti vertėją nemokamai?", "lt"),
        ("Добрий день, у мене вкрали велосипед біля вокзалу", "uk"),
        ("A keni përkthyes shqip për nesër në gjykatë?", "sq"),
    ],
)
def test_a_calm_question_in_another_language_is_noticed(full: Assess, text: str, language: str) -> None:
    found = full(text)
    assert found.language == language
    assert found.level < Level.URGENT


def test_english_of_every_spelling_stays_english(full: Assess) -> None:
    ours = [e for e in training_examples() if e.note != "other_language"][::5]
    taken = [e.id for e in ours if full(e.text).language != ENGLISH]
    assert len(taken) <= 0.005 * len(ours), taken


@pytest.mark.parametrize("text", ["ok", "pls", "mi dispiace", "no", "si", "merci", "hello", "CICA?", ""])
def test_a_few_letters_say_nothing_about_the_language(full: Assess, text: str) -> None:
    assert full(text).language == ENGLISH
