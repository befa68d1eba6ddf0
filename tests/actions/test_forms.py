"""The short forms in the chat: they take what answers them, step aside for what does not, and come back."""

from __future__ import annotations

import pytest
from rasa_sdk.executor import ActionExecutor

from .conftest import Chat

INTRO = "which rights matter for you"
REPORTED = "Do the police know about it?"


@pytest.fixture
def asked(chat: Chat) -> Chat:
    """A chat in which the form has asked whether the police know."""
    assert INTRO in chat.say("action_rights_form", "which rights apply to me", "ask_which_rights").text
    chat.press("form:rights:who:me")
    assert REPORTED in chat.say("action_find_services", "my ex hit me", "find_service").text
    return chat


def test_the_form_goes_from_question_to_result_by_button_number_and_words(asked: Chat) -> None:
    assert "Where does the case stand" in asked.say("action_choose", "2", "choose").text
    assert "arrest" in asked.say("action_answer", "they nicked him", "ask_updates").text
    assert "harder" in asked.say("action_fallback", "skip", "nlu_fallback").text
    reply = asked.say("action_talk", "no", "deny")
    assert "should have enhanced rights" in reply.text
    assert "within 1 working day" in reply.text
    assert reply.sources
    assert asked.slots["form"] is None, "what was answered is not kept"


def test_a_line_of_the_result_is_read_on_by_its_number(asked: Chat) -> None:
    asked.press("form:rights:reported:no")
    result = asked.press("form:rights:harder:enough")
    second = asked.say("action_choose", "2", "choose")
    assert second.text == asked.press(result.choices[1].value).text


@pytest.mark.parametrize("words", ["why do you ask?", "but why", "what for?"])
def test_why_is_answered_and_the_question_asked_again(asked: Chat, words: str) -> None:
    reply = asked.say("action_answer", words, "ask_bot")
    assert "I ask because" in reply.text
    assert REPORTED in reply.text


def test_a_question_in_between_is_answered_and_the_form_comes_back(asked: Chat) -> None:
    reply = asked.say("action_answer", "when do the police have to tell me about an arrest", "ask_updates")
    assert "5 working days" in reply.text
    assert reply.sources
    assert REPORTED in reply.text
    assert "Where does the case stand" in asked.say("action_choose", "2", "choose").text


def test_services_in_between_keep_their_numbers_and_the_form_waits(asked: Chat) -> None:
    reply = asked.say("action_find_services", "who helps after a burglary in harlow", "find_service")
    assert reply.services
    assert REPORTED not in reply.text
    assert "go on" in reply.text
    assert asked.say("action_choose", "2", "choose").services
    assert REPORTED in asked.say("action_more", "go on", "more").text


def test_a_choice_asked_back_in_between_takes_the_number_then_the_form_comes_back(asked: Chat) -> None:
    assert "Which do you mean" in asked.say("action_answer", "what about the money", "ask_money").text
    reply = asked.say("action_choose", "1", "choose")
    assert reply.sources
    assert REPORTED in reply.text


def test_stop_leaves_the_form_and_forgets_the_answers(asked: Chat) -> None:
    assert "stopped" in asked.say("action_complaint", "stop", "complain_bot").text
    assert asked.slots["form"] is None
    assert REPORTED not in asked.say("action_talk", "thanks", "thanks").text


def test_goodbye_leaves_the_form(asked: Chat) -> None:
    assert REPORTED not in asked.say("action_talk", "bye", "goodbye").text
    assert asked.slots["form"] is None


def test_what_says_nothing_to_the_question_is_not_guessed(asked: Chat) -> None:
    reply = asked.say("action_fallback", "purple elephants dance", "nlu_fallback", 0.1)
    assert "couldn't match" in reply.text
    assert "don't have to tell me what happened" in reply.text
    assert REPORTED in reply.text


def test_a_person_can_be_asked_for_at_any_question(asked: Chat) -> None:
    assert asked.raw("action_ask_person", "get me a human", "ask_person") == [{"request": "person"}]


def test_going_back_asks_the_question_before(asked: Chat) -> None:
    assert "Which kind of crime" in asked.say("action_repeat", "go back", "ask_repeat").text


def test_not_understanding_brings_the_reason(asked: Chat) -> None:
    assert "I ask because" in asked.say("action_repeat", "i dont understand", "ask_simpler").text


def test_an_older_button_changes_its_answer(asked: Chat) -> None:
    assert "Which kind of crime" not in asked.press("form:rights:who:business").text
    assert REPORTED in asked.press("form:rights:who:bereaved").text


def test_several_things_can_be_pressed_one_after_the_other(asked: Chat) -> None:
    asked.press("form:rights:reported:no")
    more = asked.press("form:rights:harder:afraid")
    assert "anything else" in more.text
    assert "form:rights:harder:afraid" not in [choice.value for choice in more.choices]
    asked.press("form:rights:harder:disability")
    assert "enhanced rights" in asked.press("form:rights:harder:enough").text


@pytest.mark.parametrize("value", ["form:rights:nowhere:me", "form:rights:who:nobody", "form:other:who:me"])
def test_an_old_button_of_a_form_is_not_silence(chat: Chat, value: str) -> None:
    assert chat.press(value).text


def test_the_form_is_offered_where_rights_are_asked_for(chat: Chat) -> None:
    reply = chat.say("action_answer", "what are the 12 rights", "ask_right")
    assert "form:rights" in [choice.value for choice in reply.choices]
    assert INTRO in chat.press("form:rights").text


def test_a_form_of_another_version_is_forgotten(executor: ActionExecutor) -> None:
    chat = Chat(executor)
    chat.slots = {"form": {"form": "gone", "at": "who", "answers": {}, "paused": False}}
    assert chat.say("action_talk", "thanks", "thanks").text
    chat.slots = {"form": {"odd": 1}}
    assert chat.say("action_talk", "thanks", "thanks").text


def test_a_complaint_ends_with_a_draft_that_is_not_kept(chat: Chat) -> None:
    first = chat.say("action_complaint_form", "help me write a complaint", "ask_complaint_help")
    assert "I don't send it" in first.text
    chat.say("action_choose", "1", "choose")
    chat.say("action_answer", "they never told me he was out", "ask_updates")
    reply = chat.say("action_talk", "no", "deny")
    assert "[Your name]" in reply.text
    assert "Right 6" in reply.text
    assert reply.sources
    assert chat.slots["form"] is None


def test_help_with_a_complaint_is_offered_where_complaining_is_explained(chat: Chat) -> None:
    reply = chat.say("action_answer", "how do i complain", "ask_decision")
    assert "form:complaint" in [choice.value for choice in reply.choices]
