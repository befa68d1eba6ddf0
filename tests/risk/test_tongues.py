"""Phrases of other languages: stems, whole messages, scripts without spaces; and calm messages left alone."""

import pytest

from bot.content import ContentError
from bot.risk.examples import training_examples
from bot.risk.model import Level
from bot.risk.rules import Phrase, Tongue
from bot.risk.tongues import Tongues, fold
from tests.risk.conftest import Assess


def tongues(*say: str, language: str = "pl") -> Tongues:
    phrase = Phrase(id="x.y", category="weapon", level=Level.EMERGENCY, english="axe", say=list(say))
    return Tongues([Tongue(language=language, name="X", phrases=[phrase])], frozenset())


def found(known: Tongues, text: str) -> list[str]:
    return [evidence.words for evidence in known.find(fold(text))[0]]


def test_a_stem_is_the_beginning_of_a_word_and_not_its_middle() -> None:
    known = tongues("siekier*")
    assert found(known, "on ma siekiere") == ["siekier*"]
    assert found(known, "nadsiekiera") == []


def test_a_short_phrase_matches_consecutive_words_only() -> None:
    known = tongues("ma noz*")
    assert found(known, "on ma nozyk") and not found(known, "ma duzy noz")


def test_what_must_be_the_whole_message_is_not_found_within_one() -> None:
    known = tongues("^pomocy")
    assert found(known, "pomocy!") and not found(known, "pomocy z formularzem")


def test_chinese_is_found_anywhere_and_its_romanised_form_as_a_word() -> None:
    known = tongues("救命", "jiuming", language="zh")
    assert found(known, "快来救命啊") and found(known, "jiuming") and not found(known, "xjiumingx")


def test_a_phrase_without_a_word_is_refused() -> None:
    with pytest.raises(ContentError, match=r"x\.y"):
        tongues("***")


def test_no_calm_message_in_another_language_raises_an_alarm(floor: Assess) -> None:
    calm = [e for e in training_examples() if e.note == "other_language" and e.level is Level.NONE]
    assert len(calm) > 20
    assert not [e.id for e in calm if floor(e.text).level >= Level.URGENT]


@pytest.mark.parametrize(
    "text", ["Pomocy!", "Ajutor!!", "помогите", "救命", "au secours", "bachao", "yardım edin"]
)
def test_one_word_for_help_is_a_cry_for_help(floor: Assess, text: str) -> None:
    assert floor(text).level >= Level.URGENT
