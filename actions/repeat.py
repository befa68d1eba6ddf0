"""The last answer once more."""

from __future__ import annotations

from actions.base import ReplyAction, Said, Turn
from actions.content import from_knowledge, if_more_than_talk, offered_again, services, sought


class Repeat(ReplyAction):
    """Says the last entry or the last services again, and offers a person who can explain."""

    action = "action_repeat"

    def answer(self, turn: Turn) -> Said:
        """The last answer under a short heading."""
        if more := if_more_than_talk(self.libraries, turn):
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
        heading = self.libraries.dialogue.say("again")
        text = f"{heading.text}\n\n{said.reply.text}"
        choices = [*said.reply.choices, *(c for c in heading.choices if c not in said.reply.choices)]
        return Said(said.reply.model_copy(update={"text": text, "choices": choices}), said.slots)
