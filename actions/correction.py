"""A message that puts the last one right: "no, I meant the court". The last question is read with the new words."""

from __future__ import annotations

from actions.content import from_knowledge
from actions.libraries import Libraries
from actions.turn import Said, Turn


def corrected(libraries: Libraries, turn: Turn) -> Said | None:
    """The answer to what was meant; None where nothing is put right, or where a place is."""
    meant = None if turn.chosen else libraries.knowledge.by_words.follow_ups.corrected(turn.text)
    if meant is None or libraries.directory.understand(turn.text).place.said:
        return None
    last = turn.slots.get("last_entry")
    if turn.earlier:
        together = libraries.knowledge.answer(f"{turn.earlier} {meant}")
        if together.outcome == "answer" and together.entry != last:
            return from_knowledge(together)
    alone = libraries.knowledge.answer(meant)
    settled = alone.outcome in ("answer", "clarify", "about_service", "not_covered")
    return from_knowledge(alone) if settled else None
