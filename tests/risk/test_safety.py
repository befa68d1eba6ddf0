"""What is said when risk is seen, and what is never said."""

import datetime as dt
import re
from dataclasses import replace

import pytest

from bot.content import Assurance
from bot.messages import Author, Reply
from bot.risk import Level, RiskAssessment, safety
from bot.risk.detector import detector
from bot.risk.safety import (
    concern_sentence,
    person_request_reply,
    safety_choice,
    safety_reply,
    second_message,
    static_reply,
    wording,
)
from tests.risk.conftest import Assess

CATEGORIES = [category.id for category in detector().book.categories]
ALARMS = [Level.URGENT, Level.EMERGENCY]


def reply(level: Level, *categories: str, child: bool = False, language: str = "en") -> Reply:
    found = safety_reply(RiskAssessment(level, categories, child_writing=child, language=language))
    assert found is not None
    return found


def everything_said() -> list[str]:
    responses, second, cards = wording().responses, wording().second, wording().cards
    shown = [cards.english.text, *cards.presence.model_dump().values()]
    said = [
        entry.text for entry in [*responses.safety, *responses.concern, *responses.choices, *second.lines]
    ]
    desk = [second.staffed, second.unstaffed, second.person]
    return [
        *said,
        *shown,
        second.static.text,
        *(text for part in desk for text in part.model_dump().values()),
    ]


@pytest.mark.parametrize("level", ALARMS)
@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("child", [False, True])
def test_every_alarm_says_999_that_it_is_a_bot_and_where_it_comes_from(
    level: Level, category: str, child: bool
) -> None:
    found = reply(level, category, child=child)
    assert found.author is Author.SAFETY
    assert "999" in found.text
    assert "I'm a bot" in found.text
    assert found.sources


def test_none_and_concern_get_no_safety_message() -> None:
    assert safety_reply(RiskAssessment()) is None
    assert safety_reply(RiskAssessment(Level.CONCERN, ("distress",))) is None


def test_suicide_is_not_an_intruder() -> None:
    found = reply(Level.EMERGENCY, "suicide")
    assert "116 123" in found.text
    assert "way out" not in found.text
    assert [choice.label for choice in found.choices] == ["Can't talk out loud?"]


def test_danger_now_says_how_to_call_without_a_voice() -> None:
    found = reply(Level.EMERGENCY, "attacker-present")
    assert "press 55" in found.text
    assert [choice.value for choice in found.choices] == ["safety:deaf"]


def test_a_child_gets_a_childs_words_and_line() -> None:
    found = reply(Level.URGENT, "child-at-risk", child=True)
    assert "0800 1111" in found.text
    assert "not your fault" in found.text


def test_an_adult_who_speaks_for_a_child_gets_the_social_care_numbers() -> None:
    assert "0345 603 7627" in reply(Level.URGENT, "child-at-risk").text


def test_recent_rape_leaves_the_choice_with_the_person() -> None:
    found = reply(Level.URGENT, "sexual-assault-recent")
    assert "without telling the police" in found.text
    assert "0330 223 0099" in found.text


def test_another_language_is_told_of_the_interpreter() -> None:
    assert "interpreter" in reply(Level.EMERGENCY, "weapon", language="pl").text


def test_nothing_lets_999_and_55_be_dialled_as_one_number() -> None:
    assert not [text for text in everything_said() if re.search(r"999\W*(then|and|press)?\W*55", text)]


def test_nothing_promises_that_somebody_comes() -> None:
    promise = re.compile(
        r"(will come|is coming|on (its|their) way to you|will be with you|someone will)", re.I
    )
    assert not [text for text in everything_said() if promise.search(text)]


def test_every_choice_that_is_offered_has_its_answer() -> None:
    offered = {choice.value for level in ALARMS for c in CATEGORIES for choice in reply(level, c).choices}
    offered |= {
        choice.value for level in ALARMS for c in CATEGORIES for choice in reply(level, c, child=True).choices
    }
    for value in offered:
        answered = safety_choice(value)
        assert answered is not None
        assert answered.sources
    assert safety_choice("safety:nothing-such") is None


def test_the_deaf_choice_names_the_three_routes() -> None:
    answered = safety_choice("deaf")
    assert answered is not None
    assert all(route in answered.text for route in ("999 BSL", "18000", "register"))


def test_a_kind_sentence_at_concern_only() -> None:
    assert "116 123" in (concern_sentence(RiskAssessment(Level.CONCERN, ("distress",))) or "")
    assert concern_sentence(RiskAssessment(Level.URGENT, ("distress",))) is None
    assert concern_sentence(RiskAssessment()) is None


@pytest.mark.parametrize(
    ("position", "words"),
    [(1, "You are next."), (2, "One person is before you."), (5, "4 people are before you.")],
)
def test_staffed_asks_not_to_wait_and_says_how_many_are_before(position: int, words: str) -> None:
    said = second_message(staffed=True, position=position, opens=None, level=Level.URGENT, categories=())
    assert said.text.startswith("I've asked a helpline worker to join this chat. Don't wait for them.")
    assert words in said.text


def test_unstaffed_says_that_nobody_has_read_it_and_who_is_open() -> None:
    said = second_message(
        staffed=False, position=1, opens="8 am tomorrow", level=Level.URGENT, categories=("domestic-abuse",)
    )
    assert said.text.startswith("Nobody is at the desk until 8 am tomorrow. Nobody has read this.")
    assert "0808 2000 247" in said.text
    assert "asked a helpline worker" not in said.text


def test_unstaffed_within_hours_names_no_time() -> None:
    said = second_message(
        staffed=False, position=1, opens=None, level=Level.EMERGENCY, categories=("suicide",)
    )
    assert said.text.startswith("Nobody is at the desk now. Nobody has read this.")
    assert "None" not in said.text


def test_a_request_for_a_person_is_answered_truly() -> None:
    there = person_request_reply(staffed=True, position=1, opens=None)
    away = person_request_reply(staffed=False, position=1, opens="8 am tomorrow")
    assert "asked a helpline worker" in there.text
    assert "until 8 am tomorrow" in away.text
    assert "08 08 16 89 111" in away.text


def test_the_static_answer_holds_the_lines_and_a_way_to_a_person() -> None:
    said = static_reply()
    assert all(number in said.text for number in ("999", "08 08 16 89 111", "116 123"))
    assert [choice.value for choice in said.choices] == ["person"]


def test_from_message_to_wording(either: Assess) -> None:
    found = either("it happened saturday night i havent told anyone")
    said = safety_reply(found)
    assert said is not None
    assert "Oakwood Place" in said.text


def with_a_checked_polish_card(monkeypatch: pytest.MonkeyPatch) -> str:
    """As if a native speaker's check had been recorded; the card's text."""
    current = safety.wording()
    checked = Assurance(by="A native speaker", on=dt.date(2026, 11, 1), against="the English card")
    cards = [
        card.model_copy(update={"assurance": checked}) if card.language == "pl" else card
        for card in current.cards.cards
    ]
    changed = replace(current, cards=current.cards.model_copy(update={"cards": cards}))
    monkeypatch.setattr(safety, "wording", lambda: changed)
    return next(card.text for card in cards if card.language == "pl")


def test_no_translation_shows_before_a_native_speaker_has_checked_it() -> None:
    reply = safety.language_card("pl", staffed=False, opens="8 am tomorrow")
    assert "999" in reply.text and "interpreter" in reply.text and "8 am tomorrow" in reply.text
    assert not any(card.text in reply.text for card in safety.wording().cards.cards)


@pytest.mark.parametrize("level", [Level.URGENT, Level.EMERGENCY])
def test_a_checked_translation_stands_above_the_english(
    monkeypatch: pytest.MonkeyPatch, level: Level
) -> None:
    polish = with_a_checked_polish_card(monkeypatch)
    reply = safety.safety_reply(RiskAssessment(level=level, language="pl"))
    assert reply
    assert reply.text.startswith(polish)
    assert "interpreter" in reply.text.removeprefix(polish)
    romanian = safety.safety_reply(RiskAssessment(level=level, language="ro"))
    assert romanian
    assert polish not in romanian.text


def test_every_card_says_999_and_names_its_language_in_english() -> None:
    cards = safety.wording().cards.cards
    assert len(cards) >= 12
    assert all("999" in card.text and card.name in card.text for card in cards)
