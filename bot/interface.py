"""The programme's own sentences, from `data/interface.yml`: errors and changes of hands."""

from __future__ import annotations

from functools import cache

from bot.content import FileContent, Strict
from bot.messages import Choice


class Greeting(Strict):
    """The first message of a conversation; `{area}` is the area's full name."""

    text: str
    choices: list[Choice]


class Interface(Strict):
    """Sentences by key; `{...}` in them is filled by the code that says them."""

    errors: dict[str, str]
    labels: dict[str, str]
    told: dict[str, str]
    outcomes: dict[str, str]
    in_charge: dict[str, str]
    greeting: Greeting
    opens: dict[str, str]


@cache
def interface() -> Interface:
    """The sentences, read once."""
    return Interface.model_validate(FileContent().one("interface.yml"))
