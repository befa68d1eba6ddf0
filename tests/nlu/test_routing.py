"""The trained model on messages that it was not trained on: where they go, and what is read in them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import yaml
from rasa.core.agent import Agent

from bot.content import ROOT
from bot.nlu.serve import MODEL

QUESTIONS = {"ask_right", "ask_report", "ask_updates", "ask_court", "ask_money", "ask_decision"}
ROUTES = {
    "question": [
        "how fast must i be told that he was freed on bail",
        "am i allowed to sit where he cannot see me when i testify",
        "is there any payment for someone who got hurt",
        "they binned my case, what can i do about that",
        "i never got a letter after i reported it",
        "what is a vps and do i need one",
        "does the code help people who witnessed a crime",
        "wen do i hear bout the sentense",
    ],
    "services": [
        "i need someone to help me, my boyfriend beats me",
        "who do people ring after a mugging",
        "my nan got conned by a man at the door",
        "where can a man go who was abused as a boy",
        "some1 is stalkin me i need help",
        "im in chelmsford",
        "my postcode is cm1 1aa",
    ],
    "greet": ["hello there friend", "hiya"],
    "thanks": ["thanks very much for that", "cheers mate"],
    "goodbye": ["ok bye bye now"],
    "choose": ["number 3 please", "the second one please", "2"],
    "more": ["what else have you got", "show me more of them"],
    "ask_repeat": ["could you repeat that please"],
    "complain_bot": ["that was not what i asked you"],
    "ask_person": ["i want to speak to a real person", "please let me talk with a human being"],
    "ask_which_rights": [
        "please check which rights i have in my case",
        "so which of them apply to me then",
        "can you see if the police missed a deadline for me",
    ],
    "ask_complaint_help": ["will you help me write the complaint", "i need a draft letter to complain"],
    "about": ["are you a human or a robot", "who can read this chat", "how do i delete all this"],
}


@pytest.fixture(scope="module")
def agent() -> Agent:
    assert MODEL.is_file(), "There is no model: run `make train`."
    return Agent.load(str(MODEL))


def parse(agent: Agent, text: str) -> dict[str, Any]:
    parsed: dict[str, Any] = asyncio.run(agent.parse_message(text))
    return parsed


def route(intent: str) -> str:
    if intent in QUESTIONS:
        return "question"
    if intent in {"find_service", "inform_place"}:
        return "services"
    return "about" if intent in {"ask_bot", "ask_privacy"} else intent


@pytest.mark.parametrize("wanted", list(ROUTES))
def test_messages_that_were_not_trained_on_find_their_way(agent: Agent, wanted: str) -> None:
    strayed = {
        text: intent
        for text in ROUTES[wanted]
        if route(intent := parse(agent, text)["intent"]["name"]) != wanted
    }
    # The actions put right what strays between question and services; one such message in a route is let pass
    assert len(strayed) <= (1 if wanted in {"question", "services"} else 0), strayed


def test_the_unseen_messages_are_unseen() -> None:
    known = {
        line[2:].strip().lower()
        for path in (ROOT / "data" / "nlu").glob("*.yml")
        for group in yaml.safe_load(path.read_text("utf-8"))["nlu"]
        for line in group["examples"].splitlines()
    }
    unseen = {text for texts in ROUTES.values() for text in texts} - {"2", "hiya"}
    assert not unseen & known


def entities(agent: Agent, text: str) -> dict[str, str]:
    return {e["entity"]: e["value"] for e in parse(agent, text)["entities"]}


def test_place_need_and_person_are_read_by_the_directory(agent: Agent) -> None:
    found = entities(agent, "my daughter is 15 and her boyfriend hits her, we live in Clacton")
    assert found["place"] == "Tendring"
    assert found["age"] == "child"
    assert found["who"] == "child"
    assert "abuse" in found["need"]


def test_an_entity_stands_where_its_words_stand(agent: Agent) -> None:
    text = "we got burgled, we live in Clacton"
    place = next(e for e in parse(agent, text)["entities"] if e["entity"] == "place")
    assert text[place["start"] : place["end"]] == "Clacton"


def test_a_button_is_not_read_as_words(agent: Agent) -> None:
    parsed = parse(agent, '/choose{"value": "entry:arrest-told"}')
    assert parsed["intent"]["name"] == "choose"
    assert [(e["entity"], e["value"]) for e in parsed["entities"]] == [("value", "entry:arrest-told")]


@pytest.mark.parametrize("text", ["?", "😀😀😀", "a" * 2000, "\u202e\u0301", "مرحبا", "..."])
def test_no_text_breaks_the_pipeline(agent: Agent, text: str) -> None:
    assert parse(agent, text)["intent"]["name"]
