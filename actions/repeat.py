"""The last answer once more."""

from __future__ import annotations

from actions.base import ReplyAction, Said, Turn
from actions.content import from_knowledge, if_more_than_talk, knowledge, offered_again, services, sought
from actions.libraries import Libraries


class Repeat(ReplyAction):
    """Says the last entry or the last services again, and offers a person who can explain."""

    action = "action_repeat"

    def answer(self, turn: Turn) -> Said:
        """The last answer under a short heading."""
        meaning = _meaning(self.libraries, turn)
        if more := meaning or if_more_than_talk(self.libraries, turn):
            return more
        last = turn.slots.get("last_kind")
        if last == "clarify" and (again := offered_again(self.libraries, turn)):
            return again
        if last == "entry":
            said = from_knowledge(self.libraries.knowledge.entry(turn.slots["last_entry"]))
        elif last == "services":
            said = services(self.libraries, sought(turn))
        else:
            return Said(self.libraries.dialogue.say("not_clear"))
        return _under_heading(self.libraries, said)


def _meaning(libraries: Libraries, turn: Turn) -> Said | None:
    """The words of the last entry explained, where that is asked; the entry as it is where it has no such words."""
    follow_ups = libraries.knowledge.by_words.follow_ups
    if turn.slots.get("last_kind") != "entry" or follow_ups.kind(turn.text) != "meaning":
        return None
    answer = knowledge(libraries, turn)
    said = from_knowledge(answer)
    if answer.text != libraries.knowledge.entry(turn.slots["last_entry"]).text:
        return said
    return _under_heading(libraries, said)


def _under_heading(libraries: Libraries, said: Said) -> Said:
    heading = libraries.dialogue.say("again")
    text = f"{heading.text}\n\n{said.reply.text}"
    choices = [*said.reply.choices, *(c for c in heading.choices if c not in said.reply.choices)]
    return Said(said.reply.model_copy(update={"text": text, "choices": choices}), said.slots)
