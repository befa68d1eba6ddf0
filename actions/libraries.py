"""The libraries behind the actions, loaded once when the action server starts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from bot.content import FileContent, Strict
from bot.directory import Directory
from bot.encoder import Encoder
from bot.knowledge import KnowledgeBase
from bot.knowledge.complaint_form import ComplaintForm
from bot.knowledge.rights_form import RightsForm
from bot.knowledge.short_form import ShortForm
from bot.messages import Choice, Reply
from bot.settings import get_settings

PERSON = "person"


class Phrase(Strict):
    """One sentence of small talk; `person` adds the button that asks for a person."""

    text: str
    person: bool = False


class Dialogue(Strict):
    """`data/dialogue.yml`."""

    person_label: str
    more_label: str
    asking_words: list[str]
    asking_lead_ins: list[str]
    people_words: list[str]
    yes_words: list[str]
    also: str
    phrases: dict[str, Phrase]

    def asking(self, piece: str) -> bool:
        """Whether a piece of a message is a question of its own, by the word it begins with."""
        words = re.sub(r"[^a-z ]", "", piece.lower()).split()
        for lead_in in self.asking_lead_ins:
            if words[: len(lead_in.split())] == lead_in.split():
                words = words[len(lead_in.split()) :]
        return len(words) > 1 and words[0] in self.asking_words

    def means_yes(self, text: str) -> bool:
        """Whether somebody says yes to a person; "ok" may only mean that the message was read."""
        return bool(set(re.findall(r"[a-z]+", text.lower())).intersection(self.yes_words))

    def means_people(self, text: str) -> bool:
        """Whether a request for more is for other people or services, not for more about an answer."""
        return bool(set(re.findall(r"[a-z]+", text.lower())).intersection(self.people_words))

    def say(self, name: str, **values: object) -> Reply:
        """The phrase as a reply. Raises KeyError if there is none of that name."""
        phrase = self.phrases[name]
        choices = [Choice(label=self.person_label, value=PERSON)] if phrase.person else []
        return Reply(text=phrase.text.format(**values), choices=choices)


@dataclass(frozen=True)
class Libraries:
    """What the actions speak with. `forms`: the short forms by name."""

    knowledge: KnowledgeBase
    directory: Directory
    dialogue: Dialogue
    forms: dict[str, ShortForm[Any]]


@cache
def libraries() -> Libraries:
    """Load everything, once per process. Raises ContentError where content does not fit its schema."""
    source = FileContent()
    knowledge = KnowledgeBase(source, Encoder.load())
    knowledge.warm()
    forms: tuple[ShortForm[Any], ...] = (RightsForm(source, knowledge), ComplaintForm(source, knowledge))
    return Libraries(
        knowledge,
        Directory(source, area=get_settings().areas[0]),
        Dialogue.model_validate(source.one("dialogue.yml")),
        {form.form.name: form for form in forms},
    )
