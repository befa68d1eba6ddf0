"""A message that asks several things at once: one is answered, the others become choices instead of being lost."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.base import Said, Turn
from actions.content import ENTRY
from actions.libraries import Libraries
from bot.messages import Choice

_PIECES = re.compile(r"[?!.;,\n]+|\band\b|\balso\b", re.IGNORECASE)
_MOST = 4


def with_the_rest(libraries: Libraries, turn: Turn, said: Said) -> Said:
    """The reply with what else the message asked, named in the text and offered as choices."""
    others = [c for c in _others(libraries, turn) if c.value != ENTRY + (said.slots.get("last_entry") or "")]
    if not others or said.slots.get("last_kind") == "clarify":
        return said
    named = "; ".join(choice.label.rstrip("?.") for choice in others)
    text = f"{said.reply.text}\n\n{libraries.dialogue.also.format(named=named)}"
    kept = [c for c in said.reply.choices if not c.value.startswith(ENTRY)]
    reply = said.reply.model_copy(update={"text": text, "choices": [*others, *kept]})
    return replace(said, reply=reply)


def _others(libraries: Libraries, turn: Turn) -> list[Choice]:
    """Choices for what each further question in the message would be answered with, without repeats."""
    pieces = [piece.strip() for piece in _PIECES.split(turn.text)]
    asked = [piece for piece in pieces if libraries.dialogue.asking(piece)]
    if len(asked) < 2:
        return []
    found: dict[str, Choice] = {}
    for piece in asked:
        answer = libraries.knowledge.answer(piece)
        if answer.outcome == "answer" and answer.entry:
            (choice,) = libraries.knowledge.offer([answer.entry]).choices
            found[choice.value] = choice
        elif answer.outcome == "clarify" and answer.choices:
            found.setdefault(answer.choices[0].value, answer.choices[0])
    return list(found.values())[:_MOST]
