"""What a visitor reads, turn by turn, with the real content."""

from __future__ import annotations

import logging

import pytest
import yaml
from rasa_sdk.executor import ActionExecutor

from bot.content import ROOT

from .conftest import Chat

ARREST = "when do the police have to tell me if they arrest someone"


def test_a_question_is_answered_with_its_source(chat: Chat) -> None:
    reply = chat.say("action_answer", ARREST, "ask_updates")
    assert "5 working days" in reply.text
    assert "1 working day" in reply.text
    assert reply.sources
    assert reply.sources[0].right == 6


def test_the_thread_is_kept(chat: Chat) -> None:
    chat.say("action_answer", ARREST, "ask_updates")
    reply = chat.say("action_answer", "and if i have a learning disability?", "ask_right")
    assert "1 working day" in reply.text
    assert "5 working days" in reply.text


def test_a_number_takes_the_choice_at_that_place(chat: Chat) -> None:
    first = chat.say("action_answer", ARREST, "ask_updates")
    pressed = chat.press(first.choices[1].value)
    chat.say("action_answer", ARREST, "ask_updates")
    for words in ("2", "number 2", "the second one", "2.", "option two"):
        chat.say("action_answer", ARREST, "ask_updates")
        assert chat.say("action_choose", words, "choose").text == pressed.text


def test_a_number_beyond_the_choices_is_asked_again_and_the_choices_stay(chat: Chat) -> None:
    first = chat.say("action_answer", ARREST, "ask_updates")
    assert str(len(first.choices)) in chat.say("action_choose", "9", "choose").text
    assert chat.say("action_choose", "1", "choose").text == chat.press(first.choices[0].value).text


def test_a_number_without_choices_is_not_guessed(chat: Chat) -> None:
    assert "few words" in chat.say("action_choose", "2", "choose").text


def test_an_old_button_is_not_silence(chat: Chat) -> None:
    assert chat.press("entry:no-longer-there").text
    assert chat.press("need:no-longer-there").text


def test_the_place_is_asked_for_once_and_then_kept(chat: Chat) -> None:
    first = chat.say("action_find_services", "my husband hits me, who can help", "find_service")
    assert "Which town" in first.text
    second = chat.say("action_find_services", "Clacton", "inform_place")
    assert [s.id for s in second.services if s.id == "next-chapter"]
    assert "Tendring" in second.text
    third = chat.say("action_find_services", "i am scared of my ex too, he follows me", "find_service")
    assert "Clacton" in third.text
    assert "Which town" not in third.text


def test_an_unknown_place_is_not_asked_for_again(chat: Chat) -> None:
    chat.say("action_find_services", "my husband hits me, who can help", "find_service")
    second = chat.say("action_find_services", "my husband hits me please who is there", "find_service")
    assert second.services
    assert "Which town" not in second.text


def test_a_place_before_the_need_is_remembered(chat: Chat) -> None:
    first = chat.say("action_find_services", "colchester", "inform_place")
    assert "what happened" in first.text
    assert first.services
    assert "Colchester" in chat.say("action_find_services", "i was raped", "find_service").text


def test_where_the_place_does_not_matter_it_is_not_asked(chat: Chat) -> None:
    reply = chat.say("action_find_services", "who helps people who got burgled", "find_service")
    assert "vs-essex" in [s.id for s in reply.services]
    assert "Which town" not in reply.text


def test_more_shows_other_services_until_there_are_none(chat: Chat) -> None:
    seen = {
        s.id
        for s in chat.say("action_find_services", "husband hits me, i am in clacton", "find_service").services
    }
    for _ in range(20):
        reply = chat.say("action_more", "more", "more")
        new = {s.id for s in reply.services} - seen
        if not new:
            break
        seen |= new
    assert not reply.services
    assert "all I have" in reply.text
    assert len(seen) > 3


def test_a_question_of_words_that_seek_help_goes_to_the_directory(chat: Chat) -> None:
    assert chat.say("action_answer", "who can help me with stalking", "ask_right").services


def test_thanks_with_a_question_in_it_is_a_question(chat: Chat) -> None:
    assert chat.say("action_talk", f"thanks but {ARREST}", "thanks").sources
    assert not chat.say("action_talk", "thanks", "thanks").sources


@pytest.mark.parametrize("intent", ["greet", "thanks", "goodbye", "deny"])
def test_small_talk_has_words(chat: Chat, intent: str) -> None:
    assert chat.say("action_talk", "ok", intent).text


def test_the_last_answer_can_be_read_again(chat: Chat) -> None:
    first = chat.say("action_answer", ARREST, "ask_updates")
    again = chat.say("action_repeat", "say again", "ask_repeat")
    assert first.text in again.text
    assert again.sources == first.sources
    services = chat.say("action_find_services", "my house was burgled", "find_service")
    assert services.text in chat.say("action_repeat", "say again", "ask_repeat").text


def test_a_wrong_answer_is_admitted_and_a_person_offered(chat: Chat) -> None:
    chat.say("action_answer", ARREST, "ask_updates")
    reply = chat.say("action_complaint", "wrong answer", "complain_bot")
    assert "sorry" in reply.text
    assert [c for c in reply.choices if c.value == "person"]


def test_a_request_for_a_person_is_passed_on_without_a_promise(chat: Chat) -> None:
    assert chat.raw("action_ask_person", "get me a human", "ask_person") == [{"request": "person"}]
    assert chat.raw("action_choose", '/choose{"value": "person"}', "choose") == [{"request": "person"}]


def test_what_is_not_known_is_said(chat: Chat) -> None:
    reply = chat.say("action_fallback", "can they use my fitbit as evidence", "nlu_fallback")
    assert "checked answer" in reply.text
    assert [c for c in reply.choices if c.value == "person"]


def test_the_other_side_gets_no_services_for_victims(chat: Chat) -> None:
    assert not chat.say("action_fallback", "ive been charged with assault what now", "other_side").services


def test_a_failing_action_says_nothing_and_logs_no_text(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    chat.slots = {"pending": 5}
    with caplog.at_level(logging.DEBUG):
        assert chat.raw("action_choose", "2 he keeps a key under the mat", "choose") == []
    assert "action_choose failed" in caplog.text
    assert "mat" not in caplog.text.replace("format", "")


def test_every_action_of_the_domain_exists(executor: ActionExecutor) -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    assert set(domain["actions"]) == set(executor.actions)


def test_what_a_question_was_about_is_remembered_for_a_place_named_later(chat: Chat) -> None:
    chat.say("action_answer", "how do i report a scam, my bank account was emptied", "ask_report")
    reply = chat.say("action_find_services", "maldon", "inform_place")
    assert "what happened" not in reply.text
    assert [s.id for s in reply.services if s.id == "report-fraud"]


def test_a_number_below_services_names_a_service_and_never_calls_a_person(chat: Chat) -> None:
    chat.say("action_find_services", "who helps after a burglary in harlow", "find_service")
    second = chat.say("action_choose", "2", "choose")
    assert [s.id for s in second.services] == ["essex-police"]
    assert chat.say("action_choose", "the cheap one", "choose").text


def test_more_never_shows_again_what_was_shown(chat: Chat) -> None:
    seen = {s.id for s in chat.say("action_find_services", "burgled in wickford", "find_service").services}
    for _ in range(4):
        more = {s.id for s in chat.say("action_more", "more", "more").services}
        assert not seen & more
        seen |= more


def test_what_was_asked_back_is_asked_again_where_nothing_new_was_said(chat: Chat) -> None:
    asked = chat.say("action_answer", "money", "ask_money")
    for action, words, intent in (
        ("action_repeat", "i dont understand", "ask_simpler"),
        ("action_answer", "what if they dont", "ask_right"),
        ("action_choose", "yes", "affirm"),
    ):
        assert chat.say(action, words, intent).choices == asked.choices


def test_of_several_questions_none_is_lost(chat: Chat) -> None:
    text = "i was mugged in witham, who helps me, how do i claim criminal injuries and can i change my statement?"
    reply = chat.say("action_find_services", text, "find_service")
    assert reply.services
    offered = {choice.value for choice in reply.choices}
    assert "entry:vps-change" in offered or "entry:statement-correct" in offered


def test_another_country_is_not_sent_to_services_of_england(chat: Chat) -> None:
    reply = chat.say("action_find_services", "i got robbed in edinburgh", "find_service")
    assert "outside England and Wales" in reply.text


def test_ok_is_no_request_for_a_person_and_yes_is(chat: Chat) -> None:
    chat.say("action_answer", "can they use my fitbit as evidence", "ask_right")
    chat.slots["pending"] = ["person"]
    assert chat.say("action_choose", "ok", "affirm").text
    chat.slots["pending"] = ["person"]
    assert chat.raw("action_choose", "yes please", "affirm") == [{"request": "person"}]


def test_who_can_i_talk_to_keeps_to_what_was_told_before(chat: Chat) -> None:
    first = chat.say("action_find_services", "i was raped last year", "find_service")
    second = chat.say("action_find_services", "who can i talk to in brentwood", "find_service")
    assert first.services[0].id in {service.id for service in second.services}


def test_an_age_said_later_brings_what_is_there_for_the_young(chat: Chat) -> None:
    chat.say("action_find_services", "they want me to get married and i dont", "find_service")
    reply = chat.say("action_find_services", "im 16", "find_service")
    assert "childline" in {service.id for service in reply.services}


def test_a_child_whose_words_are_not_understood_still_reads_who_listens(chat: Chat) -> None:
    reply = chat.say("action_find_services", "im 14 and my tummy hurts about home", "find_service")
    assert "childline" in {service.id for service in reply.services}


def test_a_follow_up_is_about_the_answer_before(chat: Chat) -> None:
    chat.say("action_answer", ARREST, "ask_updates")
    assert "counts from" in chat.say("action_answer", "how long?", "ask_updates").text
    assert "101" in chat.say("action_ask_person", "who do i ask?", "ask_person").text
    chat.say("action_answer", ARREST, "ask_updates")
    reply = chat.say("action_answer", "what if they don't?", "ask_decision")
    assert "You can ask at any time" in reply.text
    assert reply.sources


@pytest.mark.parametrize(
    "action", ["action_talk", "action_complaint", "action_find_services", "action_answer"]
)
def test_a_correction_is_answered_whatever_action_it_reaches(chat: Chat, action: str) -> None:
    chat.say("action_answer", ARREST, "ask_updates")
    reply = chat.say(action, "no, i meant the court", "deny")
    assert [choice for choice in reply.choices if "court" in choice.label.lower()]
    assert "arrest" not in reply.text


def test_a_corrected_place_is_still_a_place(chat: Chat) -> None:
    chat.say("action_find_services", "i live in basildon, my ex hits me", "find_service")
    assert "Southend" in chat.say("action_find_services", "no i meant southend", "inform_place").text


@pytest.mark.parametrize(
    ("words", "title"),
    [("3", "expenses"), ("Expenses for going to court", "expenses"), ("the train fare", "expenses")],
)
def test_what_was_asked_back_takes_number_label_or_free_words(chat: Chat, words: str, title: str) -> None:
    chat.say("action_answer", "what about the money", "ask_money")
    action = "action_choose" if words.isdigit() else "action_answer"
    assert title in chat.say(action, words, "choose").text


def test_the_words_of_an_answer_are_explained_where_they_are_not_understood(chat: Chat) -> None:
    chat.say("action_answer", "why was nobody charged", "ask_decision")
    reply = chat.say("action_repeat", "i dont understand", "ask_simpler")
    assert "Crown Prosecution Service" in reply.text
    assert reply.sources


def test_an_answer_without_hard_words_is_said_again_and_a_person_offered(chat: Chat) -> None:
    first = chat.say("action_answer", "how often should i get updates", "ask_updates")
    reply = chat.say("action_repeat", "what does that mean?", "ask_simpler")
    assert first.text in reply.text
    assert "person" in [choice.value for choice in reply.choices]


def test_a_bare_abbreviation_is_explained_before_services_are_looked_for(chat: Chat) -> None:
    reply = chat.say("action_find_services", "isva?", "find_service")
    assert "Independent Sexual Violence Adviser" in reply.text
    assert chat.say("action_find_services", "need an isva", "find_service").services
