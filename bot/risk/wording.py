"""The schema of `data/risk/responses.yml`, `second.yml` and `cards.yml`: what the safety step may say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

from pydantic import Field, ValidationError

from bot.content import Assurance, ContentError, ContentSource, Reviewed, SourceRef, Strict
from bot.messages import Source
from bot.risk.model import Level


class Said(Reviewed):
    """One wording with its sources. Without categories it fits any; `child`: for a child who writes."""

    id: str
    text: str = Field(min_length=20, max_length=900)
    categories: list[str] = []
    child: bool = False


class SafetyEntry(Said):
    """A safety message; `choices` are ids of Answer."""

    level: Literal[Level.URGENT, Level.EMERGENCY]
    other_language: bool = False
    choices: list[str] = []


class Answer(Said):
    """A button below a safety message, and what it answers."""

    label: str


class _File(Strict):
    review: dict[str, object]
    references: dict[str, SourceRef]


class Responses(_File):
    """`data/risk/responses.yml`."""

    safety: list[SafetyEntry]
    concern: list[Said]
    choices: list[Answer]


class Staffed(Strict):
    """Somebody is at the desk. `text` takes {before}."""

    text: str
    next: str
    one: str
    many: str
    emergency: str


class Unstaffed(Strict):
    """Nobody is at the desk. `text` takes {opens} and {lines}, `unknown` {lines}."""

    text: str
    unknown: str


class PersonRequest(Strict):
    """The answer to "can I talk to someone"."""

    staffed: str
    unstaffed: str
    unknown: str


class Static(Reviewed):
    """The answer when nothing behind the page answers."""

    text: str


class Second(_File):
    """`data/risk/second.yml`."""

    staffed: Staffed
    unstaffed: Unstaffed
    person: PersonRequest
    static: Static
    lines: list[Said]


class CardText(Reviewed):
    """The card in English; takes {presence}."""

    text: str


class Presence(Strict):
    """Whether somebody is at the desk. `unstaffed` takes {opens}."""

    staffed: str
    unstaffed: str
    unknown: str


class Card(Strict):
    """The card in another language: shown once a native speaker's check is recorded."""

    language: str
    name: str
    text: str
    assurance: Assurance | None


class Cards(_File):
    """`data/risk/cards.yml`."""

    english: CardText
    presence: Presence
    cards: list[Card]


T = TypeVar("T", bound=_File)


@dataclass(frozen=True)
class Wording:
    """All three files, checked."""

    responses: Responses
    second: Second
    cards: Cards


def load_wording(source: ContentSource) -> Wording:
    """Read and check the wording. Raises ContentError with file and field."""
    documents = {doc.path: doc.data for doc in source.documents("risk")}
    wording = Wording(
        _check(Responses, documents, "risk/responses.yml"),
        _check(Second, documents, "risk/second.yml"),
        _check(Cards, documents, "risk/cards.yml"),
    )
    _check_choices(wording.responses)
    return wording


def sources_of(entry: Reviewed, entry_id: str) -> list[Source]:
    """The sources of an entry as a message carries them."""
    return [
        Source(
            entry=f"safety:{entry_id}",
            title=ref.title,
            reference=ref.reference,
            url=str(ref.url),
            read_on=entry.read_on,
            assured_on=entry.assurance.on if entry.assurance else None,
        )
        for ref in entry.sources
    ]


def _check_choices(responses: Responses) -> None:
    known = {choice.id for choice in responses.choices}
    for entry in responses.safety:
        if missing := set(entry.choices) - known:
            raise ContentError(f"risk/responses.yml: {entry.id}: no choice {', '.join(sorted(missing))}")


def _check(model: type[T], documents: dict[str, object], path: str) -> T:
    try:
        return model.model_validate(documents.get(path))
    except ValidationError as error:
        first = error.errors()[0]
        raise ContentError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
