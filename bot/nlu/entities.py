"""Entities by the same code that finds services: `bot.directory` reads the message, this puts it into Rasa's shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content import FileContent
from bot.directory import Directory, Query
from bot.settings import get_settings

CHILD_UNTIL, OLDER_FROM = 17, 60
# In a longer message the place of the words is not looked for: the whole message stands for them
SPAN_WORDS = 40


def values(query: Query) -> Iterator[tuple[str, str]]:
    """Entity and value for what a query holds; kinds of crime or help last: they rest on the most words."""
    if query.place.said:
        yield "place", query.place.authority
    if query.about != "self":
        yield "who", query.about
    if query.age is not None:
        yield "age", "child" if query.age <= CHILD_UNTIL else "older" if query.age >= OLDER_FROM else "adult"
    for need in query.needs:
        yield "need", need


def narrowed(text: str, holds: Callable[[str], bool]) -> tuple[int, int]:
    """Start and end of a shortest run of words of `text` that still `holds`; all of it if it is long."""
    words = list(re.finditer(r"\S+", text))
    if not words or len(words) > SPAN_WORDS:
        return 0, len(text)
    first, last = 0, len(words) - 1
    while first < last and holds(text[words[first + 1].start() : words[last].end()]):
        first += 1
    while first < last and holds(text[words[first].start() : words[last - 1].end()]):
        last -= 1
    return words[first].start(), words[last].end()


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR], is_trainable=False)
class DirectoryEntities(GraphComponent, EntityExtractorMixin):  # type: ignore[misc]
    """Sets `place`, `need`, `who` and `age`."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DirectoryEntities:
        """Rasa calls this for training and for loading."""
        return cls(Directory(FileContent(), area=get_settings().areas[0]))

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities of messages; commands have their own."""
        for message in messages:
            text = message.get(TEXT) or ""
            if text and not text.startswith("/"):
                found = self.add_extractor_name(self._entities(text))
                message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def _entities(self, text: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for entity, value in values(self._directory.understand(text)):
            start, end = narrowed(text, lambda part, e=entity, v=value: self._holds(part, e, v))  # type: ignore[misc]
            if span := _free(text, start, end, found):
                found.append({"entity": entity, "value": value, "start": span[0], "end": span[1]})
        return found

    def _holds(self, part: str, entity: str, value: str) -> bool:
        return (entity, value) in values(self._directory.understand(part))


def _free(text: str, start: int, end: int, taken: list[dict[str, Any]]) -> tuple[int, int] | None:
    """The span, or its last word that no other entity has: Rasa's tests refuse entities that overlap."""
    words = [(m.start(), m.end()) for m in re.finditer(r"\S+", text) if start <= m.start() and m.end() <= end]
    for first, last in [(start, end), *reversed(words)]:
        if all(last <= other["start"] or other["end"] <= first for other in taken):
            return first, last
    return None
