"""A choice: a pressed button, a typed number, or "yes" where only one thing was offered."""

from __future__ import annotations

from actions.base import PersonAsked, ReplyAction, Said, Turn
from actions.content import (
    MORE,
    from_knowledge,
    if_more_than_talk,
    knowledge,
    more_services,
    offered_again,
    one_service,
    services,
    sought,
    typed,
)
from actions.libraries import PERSON
from actions.turn import SERVICE
from bot.knowledge.positions import position


class Choose(ReplyAction):
    """Does what the chosen value says (`bot.messages.Choice`)."""

    action = "action_choose"

    def answer(self, turn: Turn) -> Said:
        """The reply to the choice. Raises PersonAsked if that is what was chosen."""
        if turn.chosen is not None:
            return self._take(turn.chosen, turn)
        if turn.intent == "affirm":
            buttons = [value for value in turn.pending if not value.startswith(SERVICE)]
            offered = [value for value in buttons if value != PERSON] or buttons
            if len(offered) == 1 and (offered[0] != PERSON or self.libraries.dialogue.means_yes(turn.text)):
                return self._take(offered[0], turn)
            return self._unclear(turn)
        number = position(turn.text)
        # Services and entries are numbered in their text, a button for more or for a person is not
        options = [value for value in turn.pending if value not in (MORE, PERSON)]
        if number is None or not options:
            return self._unclear(turn)
        if number == 0 or number > len(options):
            reply = self.libraries.dialogue.say("which_number", n=len(options))
            return Said(reply, pending=turn.pending)
        return self._take(options[number - 1 if number > 0 else -1], turn)

    def _unclear(self, turn: Turn) -> Said:
        named = knowledge(self.libraries, turn) if turn.intent == "choose" and turn.chosen is None else None
        if named and named.outcome in ("answer", "clarify"):
            return from_knowledge(named)
        more = if_more_than_talk(self.libraries, turn) or offered_again(self.libraries, turn)
        return more or Said(self.libraries.dialogue.say("which"), pending=turn.pending or None)

    def _take(self, value: str, turn: Turn) -> Said:
        kind, _, rest = value.partition(":")
        if value == PERSON:
            raise PersonAsked
        if value == MORE:
            return more_services(self.libraries, turn)
        try:
            if kind == "entry":
                return from_knowledge(self.libraries.knowledge.entry(rest))
            if value.startswith(SERVICE):
                return one_service(self.libraries, turn, rest)
            if kind == "need":
                return services(self.libraries, self.libraries.directory.for_need(rest).after(sought(turn)))
        except KeyError:
            # A button of an older version of the content, or not one of ours
            return Said(self.libraries.dialogue.say("which"))
        return typed(self.libraries, turn.saying(rest if kind == "say" else value))
