"""Which of the two libraries answers a message. Rasa's intent only says which is asked first."""

from __future__ import annotations

from dataclasses import replace

from actions.base import Said, Turn
from actions.libraries import Libraries
from actions.sought import pack, unpack
from bot.clock import now
from bot.directory import Query
from bot.knowledge import Answer
from bot.messages import Choice, Reply

# Outcomes of bot/knowledge that say something about the question itself
SETTLED = frozenset({"answer", "clarify", "about_service", "not_covered"})
# A longer message is more than "hello" or "thanks", whatever its intent
TALK_WORDS = 3
# Below this, Rasa's intent does not outweigh a plain answer of bot/knowledge
SURE = 0.5
# How many more services are shown at once
PAGE = 3
MORE = "say:more"


def from_knowledge(answer: Answer) -> Said:
    """The reply for an answer of bot/knowledge; an answered entry becomes the thread."""
    slots = {"last_entry": answer.entry, "last_kind": "entry"} if answer.entry else {}
    return Said(Reply(text=answer.text, sources=answer.sources, choices=answer.choices), slots)


def knowledge(libraries: Libraries, turn: Turn) -> Answer:
    """What bot/knowledge says to this message, in the thread of the entry answered last."""
    return libraries.knowledge.answer(turn.text, context=turn.slots.get("last_entry"))


def sought(turn: Turn) -> Query:
    """What was sought in this conversation before this message."""
    return unpack(turn.slots.get("sought"))


def services(libraries: Libraries, query: Query, shown: tuple[str, ...] = ()) -> Said:
    """What bot/directory finds for a query, which becomes what the next message goes on from.

    `shown` are services of earlier replies: then the next ones are shown, or that there are no more is said.
    """
    found = libraries.directory.find(query, now())
    if shown:
        rest = [card.id for card in (*found.services, *found.more) if card.id not in shown]
        if not rest:
            return Said(libraries.dialogue.say("no_more"))
        found = libraries.directory.find(replace(query, named=tuple(rest[:PAGE]), former=None), now())
    seen = (*shown, *(card.id for card in found.services))
    left = any(card.id not in seen for card in found.more)
    more = [Choice(label=libraries.dialogue.more_label, value=MORE)] if left else []
    kept = replace(query, place_asked=query.place_asked or found.ask_place)
    return Said(
        Reply(text=found.text, services=found.services, choices=[*found.choices, *more]),
        {"sought": pack(kept), "shown": list(seen), "last_kind": "services"},
    )


def more_services(libraries: Libraries, turn: Turn) -> Said:
    """The next services for what was sought, where services were shown last."""
    if turn.slots.get("last_kind") != "services":
        return Said(libraries.dialogue.say("no_more"))
    return services(libraries, sought(turn), tuple(turn.slots.get("shown") or ()))


def typed(libraries: Libraries, turn: Turn) -> Said:
    """A message without an intent: services where a need or a place is named, else knowledge."""
    query = libraries.directory.understand(turn.text)
    first = directory_first if _seeks(query) or query.place.said else knowledge_first
    return first(libraries, turn)


def knowledge_first(libraries: Libraries, turn: Turn) -> Said:
    """An answer; a service where knowledge sends there or has nothing and a need is named; else what it says."""
    answer = knowledge(libraries, turn)
    if answer.outcome in SETTLED:
        return from_knowledge(answer)
    query = libraries.directory.understand(turn.text)
    if _seeks(query):
        return services(libraries, query.after(sought(turn)))
    return from_knowledge(answer)


def directory_first(libraries: Libraries, turn: Turn) -> Said:
    """Services for the need and place of this message and those before.

    Without a need it asks what happened where a place was named, and else leaves it to bot/knowledge.
    """
    query = libraries.directory.understand(turn.text)
    answer = knowledge(libraries, turn)
    unsure = turn.confidence < SURE or not _seeks(query)
    if answer.outcome == "answer" and unsure and not query.place.said:
        return from_knowledge(answer)
    whole = query.after(sought(turn))
    if _seeks(whole):
        return services(libraries, whole)
    if query.place.said:
        return Said(libraries.dialogue.say("what_happened"), {"sought": pack(whole)})
    return services(libraries, whole) if answer.outcome == "signpost" else from_knowledge(answer)


def if_more_than_talk(libraries: Libraries, turn: Turn) -> Said | None:
    """The answer to a message that says more than its intent ("thanks, but when will they tell me"), or None."""
    if len(turn.text.split()) <= TALK_WORDS:
        return None
    answer = knowledge(libraries, turn)
    if answer.outcome == "answer":
        return from_knowledge(answer)
    query = libraries.directory.understand(turn.text)
    return services(libraries, query.after(sought(turn))) if _seeks(query) else None


def _seeks(query: Query) -> bool:
    return bool(query.needs or query.named or query.refuge_address)
