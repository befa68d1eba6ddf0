"""Which of the two libraries answers a message. Rasa's intent only says which is asked first."""

from __future__ import annotations

from dataclasses import replace

from actions.libraries import Libraries
from actions.sought import pack, unpack
from actions.turn import SERVICE, Said, Turn
from bot.clock import now
from bot.directory import Query
from bot.knowledge import Answer
from bot.knowledge.decide import is_follow_up
from bot.messages import Choice, Reply

# Outcomes of bot/knowledge that say something about the question itself
SETTLED = frozenset({"answer", "clarify", "about_service", "not_covered"})
# Outcomes beside which one of the choices offered before may still be meant, by a message of so many words
UNSETTLED = frozenset({"clarify", "cannot_answer", "signpost"})
FEW_WORDS = 6
# A longer message is more than "hello" or "thanks", whatever its intent
TALK_WORDS = 3
# Below this, Rasa's intent does not outweigh a plain answer of bot/knowledge
SURE = 0.5
# A child whose words are not understood still reads who listens to children
ADULT = 18
# How many more services are shown at once
PAGE = 3
MORE = "say:more"
ENTRY = "entry:"
# Up to so many words ("what if they dont") say nothing new about a question that was asked back
NO_NEWS_WORDS = 4


def from_knowledge(answer: Answer) -> Said:
    """The reply for an answer of bot/knowledge; an answered entry becomes the thread."""
    slots = {"last_entry": answer.entry, "last_kind": "entry"} if answer.entry else {}
    if answer.outcome == "clarify":
        slots = {"last_kind": "clarify"}
    return Said(Reply(text=answer.text, sources=answer.sources, choices=answer.choices), slots)


def knowledge(libraries: Libraries, turn: Turn) -> Answer:
    """What bot/knowledge says to this message, in the thread of the entry answered last.

    After a question that was asked back, a few words name one of the choices.
    """
    answer = libraries.knowledge.answer(turn.text, context=turn.slots.get("last_entry"))
    if turn.slots.get("last_kind") != "clarify" or len(turn.text.split()) > FEW_WORDS:
        return answer
    offered = [value.removeprefix(ENTRY) for value in turn.pending if value.startswith(ENTRY)]
    if answer.outcome not in UNSETTLED or answer.entry in offered:
        return answer
    meant = libraries.knowledge.among(offered, turn.text)
    return libraries.knowledge.entry(meant) if meant else answer


def sought(turn: Turn) -> Query:
    """What was sought in this conversation before this message."""
    return unpack(turn.slots.get("sought"))


def services(
    libraries: Libraries, query: Query, shown: tuple[str, ...] = (), only: tuple[str, ...] = ()
) -> Said:
    """What bot/directory finds for a query, which becomes what the next message goes on from.

    `shown` are services of earlier replies: then the next ones are shown, or that there are no more is said.
    `only` shows just these.
    """
    found = libraries.directory.find(query, now(), only=only)
    if shown and not only:
        rest = [card.id for card in (*found.services, *found.more) if card.id not in shown]
        if not rest:
            return Said(libraries.dialogue.say("no_more"))
        left = len(rest) > PAGE
        found = libraries.directory.find(replace(query, former=None), now(), only=tuple(rest[:PAGE]))
    else:
        left = bool(found.more)
    seen = tuple(dict.fromkeys((*shown, *(card.id for card in found.services))))
    more = [Choice(label=libraries.dialogue.more_label, value=MORE)] if left else []
    kept = replace(query, place_asked=query.place_asked or found.ask_place)
    return Said(
        Reply(text=found.text, services=found.services, choices=[*found.choices, *more]),
        {"sought": pack(kept), "shown": list(seen), "last_kind": "services"},
        [*(SERVICE + service for service in found.numbered), *(c.value for c in (*found.choices, *more))],
    )


def more_services(libraries: Libraries, turn: Turn) -> Said:
    """The next services for what was sought, where services were shown last; else the choices once more."""
    shown = tuple(turn.slots.get("shown") or ())
    last_were_services = turn.slots.get("last_kind") == "services"
    if shown and (last_were_services or libraries.dialogue.means_people(turn.text)):
        return services(libraries, sought(turn), shown)
    return offered_again(libraries, turn) or Said(libraries.dialogue.say("no_more"))


def one_service(libraries: Libraries, turn: Turn, id: str) -> Said:
    """The service that a typed number names. Raises KeyError if there is none of that id."""
    return services(libraries, sought(turn), tuple(turn.slots.get("shown") or ()), only=(id,))


def offered_again(libraries: Libraries, turn: Turn) -> Said | None:
    """Asks which of the entries offered last is meant, or None where none were."""
    ids = [value.removeprefix(ENTRY) for value in turn.pending if value.startswith(ENTRY)]
    answer = libraries.knowledge.offer(ids)
    return from_knowledge(answer) if answer.choices else None


def typed(libraries: Libraries, turn: Turn) -> Said:
    """A message without an intent: services where a need or a place is named, else knowledge."""
    query = libraries.directory.understand(turn.text)
    first = directory_first if _seeks(query) or query.place.said else knowledge_first
    return first(libraries, turn)


def knowledge_first(libraries: Libraries, turn: Turn) -> Said:
    """An answer; a service where knowledge sends there or has nothing and a need is named; else what it says."""
    answer = knowledge(libraries, turn)
    query = libraries.directory.understand(turn.text)
    if answer.outcome in SETTLED:
        return _remembering(libraries, turn, query, from_knowledge(answer))
    if _seeks(query):
        return services(libraries, query.after(sought(turn)))
    if answer.outcome == "signpost" and _seeks(sought(turn)):
        return services(libraries, query.after(sought(turn)))
    again = offered_again(libraries, turn) if _brings_no_news(libraries, turn) else None
    return again or _remembering(libraries, turn, query, from_knowledge(answer))


def directory_first(libraries: Libraries, turn: Turn) -> Said:
    """Services for the need and place of this message and those before.

    Without a need it says who helps after any crime where a place was named, and else leaves it to bot/knowledge.
    """
    query = libraries.directory.understand(turn.text)
    answer = knowledge(libraries, turn)
    explains = libraries.knowledge.by_words.terms.asked(turn.text) is not None
    unsure = turn.confidence < SURE or not _seeks(query) or explains
    if answer.outcome == "answer" and unsure and not query.place.said:
        return _remembering(libraries, turn, query, from_knowledge(answer))
    on_topic = turn.slots.get("last_kind") in ("entry", "clarify") and answer.outcome == "clarify"
    if not _seeks(query) and not query.place.said and (answer.outcome == "not_covered" or on_topic):
        return _remembering(libraries, turn, query, from_knowledge(answer))
    whole = query.after(sought(turn))
    child = whole.age is not None and whole.age < ADULT and answer.outcome not in SETTLED
    if _seeks(whole) or query.place.said or answer.outcome == "signpost" or child:
        return services(libraries, whole)
    return _remembering(libraries, turn, query, from_knowledge(answer))


def if_more_than_talk(libraries: Libraries, turn: Turn) -> Said | None:
    """The answer to a message that says more than its intent ("thanks, but when will they tell me"), or None."""
    if len(turn.text.split()) <= TALK_WORDS:
        return None
    answer = knowledge(libraries, turn)
    query = libraries.directory.understand(turn.text)
    if answer.outcome == "answer":
        return _remembering(libraries, turn, query, from_knowledge(answer))
    return services(libraries, query.after(sought(turn))) if _seeks(query) else None


def _remembering(libraries: Libraries, turn: Turn, query: Query, said: Said) -> Said:
    """Keeps who and what a question was about, so that a place named later need not ask what happened.

    A question about the court does not push out the danger named before it.
    """
    earlier = sought(turn)
    whole = query.after(earlier)
    if earlier.needs and query.needs and libraries.directory.graver(earlier.needs[0], query.needs[0]):
        whole = replace(whole, needs=earlier.needs, named=earlier.named)
    return replace(said, slots={**said.slots, "sought": pack(replace(whole, refuge_address=False))})


def _brings_no_news(libraries: Libraries, turn: Turn) -> bool:
    """Whether a message after a question asked back only goes on from it."""
    if turn.slots.get("last_kind") != "clarify":
        return False
    policy = libraries.knowledge.knowledge.policy.follow_up
    return len(turn.text.split()) <= NO_NEWS_WORDS or is_follow_up(turn.text, policy)


def _seeks(query: Query) -> bool:
    return bool(query.needs or query.named or query.refuge_address)
