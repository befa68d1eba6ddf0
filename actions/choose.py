"""A choice: a pressed button, a typed number, or "yes" where only one thing was offered."""

from __future__ import annotations

import re

from actions.base import PersonAsked, ReplyAction, Said, Turn
from actions.content import MORE, from_knowledge, if_more_than_talk, more_services, services, sought, typed
from actions.libraries import PERSON

_ORDER = ("first", "second", "third", "fourth", "fifth", "sixth")
_NUMBERS = ("one", "two", "three", "four", "five", "six")
_LAST = ("last", "bottom")
_DIGITS = re.compile(r"(?<!\d)\d{1,2}(?!\d)")


def position(text: str) -> int | None:
    """Which of the choices a typed message means: 1 for the first, -1 for the last, None if it does not say."""
    if digits := _DIGITS.search(text):
        return int(digits[0])
    words = set(re.findall(r"[a-z]+", text.lower()))
    if words.intersection(_LAST):
        return -1
    if "top" in words:
        return 1
    # The ordinals come first: "the second one" is 2
    for names in (_ORDER, _NUMBERS):
        for number, name in enumerate(names, 1):
            if name in words:
                return number
    return None


class Choose(ReplyAction):
    """Does what the chosen value says (`bot.messages.Choice`)."""

    action = "action_choose"

    def answer(self, turn: Turn) -> Said:
        """The reply to the choice. Raises PersonAsked if that is what was chosen."""
        if turn.chosen is not None:
            return self._take(turn.chosen, turn)
        if turn.intent == "affirm":
            offered = [value for value in turn.pending if value != PERSON] or turn.pending
            return self._take(offered[0], turn) if len(offered) == 1 else self._unclear(turn)
        number = position(turn.text)
        # Services are numbered in their text, so that a number never means the button below them
        options = [value for value in turn.pending if value != MORE]
        if number is None or not options:
            return self._unclear(turn)
        if number == 0 or number > len(options):
            reply = self.libraries.dialogue.say("which_number", n=len(options))
            return Said(reply, pending=turn.pending)
        return self._take(options[number - 1 if number > 0 else -1], turn)

    def _unclear(self, turn: Turn) -> Said:
        more = if_more_than_talk(self.libraries, turn)
        return more or Said(self.libraries.dialogue.say("which"))

    def _take(self, value: str, turn: Turn) -> Said:
        kind, _, rest = value.partition(":")
        if value == PERSON:
            raise PersonAsked
        if value == MORE:
            return more_services(self.libraries, turn)
        try:
            if kind == "entry":
                return from_knowledge(self.libraries.knowledge.entry(rest))
            if kind == "need":
                return services(self.libraries, self.libraries.directory.for_need(rest).after(sought(turn)))
        except KeyError:
            # A button of an older version of the content, or not one of ours
            return Said(self.libraries.dialogue.say("which"))
        return typed(self.libraries, turn.saying(rest if kind == "say" else value))
