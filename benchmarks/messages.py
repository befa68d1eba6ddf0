"""The messages that the benchmark sends."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import yaml

from bot.content import ROOT, Strict
from bot.risk import Level, assess

EVALUATION = ROOT / "tests" / "evaluation"
DIALOGUES = Path(__file__).with_name("dialogues.yml")
EMERGENCY = "he's outside with a knife"


class _Dialogues(Strict):
    dialogues: list[list[str]]


def dialogues() -> list[list[str]]:
    """The chats of the visitors. Raises ValueError where one would be handed to a person."""
    found = _Dialogues.model_validate(yaml.safe_load(DIALOGUES.read_text("utf-8"))).dialogues
    for text in itertools.chain.from_iterable(found):
        risk = assess(text)
        if risk.level >= Level.URGENT or risk.wants_person:
            raise ValueError(f"This message would go to the queue and measure nothing: {text!r}")
    return found


def endless(chats: list[list[str]], start: int = 0) -> Iterator[list[str]]:
    """The chats over and over, from one on: visitors who start at different places write different things."""
    return itertools.islice(itertools.cycle(chats), start, None)


def texts(name: str, count: int) -> list[str]:
    """The first `count` messages of an evaluation file below tests/evaluation; all where it has fewer.

    None comes twice: what was said before is answered faster.
    """
    lines = (EVALUATION / name).read_text("utf-8").splitlines()
    found = [json.loads(line)["text"] for line in lines if line.strip()]
    return list(dict.fromkeys(found))[:count]
