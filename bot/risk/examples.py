"""Labelled messages: `{"id", "text", "level", "categories", "note"}` a line, one file a writer.

Labels follow docs/risk-levels.md. `note` is the slice: how and by whom the message is written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.content import DATA, ROOT
from bot.risk.model import Level

TRAINING = DATA / "risk" / "examples"
HELD_OUT = ROOT / "tests" / "evaluation" / "risk"
CODE_QUESTIONS = "code-question"  # plain questions about the Code, police, court: never an alarm


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled message. `writer`: the file it stands in, without its ending."""

    id: str
    text: str
    level: Level
    categories: tuple[str, ...]
    note: str
    writer: str


def read_examples(paths: Iterable[Path]) -> list[Example]:
    """Examples of these files in order. Raises ValueError naming file and line."""
    examples: list[Example] = []
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            try:
                raw = json.loads(line)
                level, categories = Level(raw["level"]), tuple(raw["categories"])
                note = raw.get("note", "")
                examples.append(Example(raw["id"], raw["text"], level, categories, note, path.stem))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path.name}:{number}: {error!r}") from error
    return examples


def training_examples() -> list[Example]:
    """All messages that the learned part is trained on."""
    return read_examples(training_files())


def held_out_examples() -> list[Example]:
    """All messages that nothing is trained or tuned on."""
    return read_examples(sorted(HELD_OUT.glob("heldout_*.jsonl")))


def training_files() -> list[Path]:
    """Their files, in order."""
    return sorted(TRAINING.glob("*.jsonl"))


def training_digest() -> str:
    """SHA-256 over names and bytes of the training files: the adapter's card must hold the same."""
    digest = hashlib.sha256()
    for path in training_files():
        digest.update(path.name.encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()
