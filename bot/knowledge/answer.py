"""The knowledge base: a question in, one reviewed answer out, or an honest word that there is none.

No text is made up here: every sentence is an entry's or the policy's.
"""

from __future__ import annotations

import datetime as dt
import threading
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from bot.clock import local, now
from bot.content import ContentSource
from bot.knowledge.by_words import ByWords, Settled
from bot.knowledge.decide import MAX_CHOICES, Decision, broad_choices, decide, is_follow_up, scored
from bot.knowledge.editions import changes
from bot.knowledge.load import load_knowledge
from bot.knowledge.lookup import Hit, Lookup
from bot.knowledge.schema import Entry, Kind, Topic
from bot.knowledge.search import ITERATIONS, Found, Matcher, training_rows
from bot.knowledge.text import plain
from bot.knowledge.timescales import Timescales
from bot.knowledge.vectors import SentenceEncoder
from bot.messages import Choice, Source

Outcome = Literal["answer", "clarify", "signpost", "about_service", "not_covered", "cannot_answer"]
PERSON = "person"
# An offered entry counts as meant if it is among so many likeliest
MAX_NEAR = 5
ENTRY = "entry:"


class Answer(BaseModel):
    """What the knowledge base says. Only `answer` has `right` (0 to 12), and it always has sources."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outcome: Outcome
    entry: str | None = None
    right: int | None = None
    text: str
    sources: list[Source] = []
    choices: list[Choice] = []


class _Day:
    """What is in force on one day: entries by id, time limits, and the matcher, made when first asked."""

    def __init__(self, entries: dict[str, Entry], limits: Timescales) -> None:
        self.entries, self.limits = entries, limits
        self.matcher: Matcher | None = None
        self.lock = threading.Lock()


class KnowledgeBase:
    """The reviewed entries, and how the one that answers a question is found.

    Raises ContentError if the content breaks its contract. Without an encoder it works on spelling
    alone: fewer answers, no wrong kind of answer. Safe to share between threads. `iterations`: of learning.
    """

    def __init__(
        self, source: ContentSource, encoder: SentenceEncoder | None = None, iterations: int = ITERATIONS
    ) -> None:
        self.version = source.version
        self.knowledge = load_knowledge(source)
        self.by_words = ByWords(source, self.knowledge)
        self._encoder, self._iterations = encoder, iterations
        self._changes = changes([*self.knowledge.entries, *self.knowledge.limits.items])
        self._days: dict[int, _Day] = {}
        self._lookup: dict[int, Lookup] = {}

    def warm(self, on: dt.date | None = None) -> None:
        """Make now what the first question would otherwise wait for (a few seconds): on that day, and on the
        next day on which the law changes."""
        day = on or local(now()).date()
        for wanted in [day, *(change for change in self._changes if change > day)][:2]:
            self._matcher(self._day(wanted))

    def answer(self, question: str, on: dt.date | None = None, context: str | None = None) -> Answer:
        """Answer a question as of `on` (today). `context` is the id of the entry last answered in this chat."""
        policy, day = self.knowledge.policy, self._day(on)
        if not plain(question):
            return self._unknown(policy.empty, (), day, person=False)
        if not day.entries:
            return self._unknown(self._no_content(), (), day)
        before = day.entries.get(context or "")
        found = scored(self._matcher(day), question, before, policy.follow_up)
        if not found.exact and (settled := self.by_words.settle(question, before, day.entries, day.limits)):
            return self._settled(settled, before, day)
        broad = broad_choices(question, policy, self.knowledge.words.small)
        broad = tuple(id for id in broad if id in day.entries)
        if len(broad) < 2:
            broad = ()
        # after an answer, "the court?" goes on from it where that leads to an entry
        decision = decide(found, policy.thresholds, broad if before is None else ())
        if broad and decision.step in ("clarify", "unsure"):
            decision = Decision("clarify", broad)
        going_on = before if is_follow_up(question, policy.follow_up) else None
        if decision.step == "entry":
            return self._render(day.entries[decision.ids[0]], day, going_on)
        if decision.step == "unsure" and going_on and len(_choices(going_on.choices, day)) >= 2:
            # keeps the thread: what comes next after the last answer, instead of "I don't know"
            return self._clarify(going_on.choices, day)
        if decision.step == "clarify":
            return self._clarify(decision.ids, day)
        return self._not_known(decision, day)

    def found(self, question: str, on: dt.date | None = None) -> Found:
        """The scores of a question, whatever the thresholds would make of it."""
        return self._matcher(self._day(on)).find(question)

    def among(self, ids: Sequence[str], text: str, on: dt.date | None = None) -> str | None:
        """Which of the offered entries a few words mean: by their words, by likeness, or by what it leads to."""
        entries = self._day(on).entries
        offered = [entries[id] for id in ids if id in entries]
        if named := self.by_words.among(offered, text):
            return named
        near = self.found(text, on).ranked()[:MAX_NEAR]
        leading = [entry.id for entry in offered if near[0] in entry.choices]
        return next((id for id in near if id in ids), leading[0] if len(leading) == 1 else None)

    def entry(self, id: str, on: dt.date | None = None) -> Answer:
        """The answer of one entry. Raises KeyError if there is none of that id in force on that day."""
        day = self._day(on)
        return self._render(day.entries[id], day)

    def offer(self, ids: Iterable[str], on: dt.date | None = None) -> Answer:
        """Asks which of these entries is meant, by number; those not in force are left out."""
        return self._clarify(ids, self._day(on))

    def entries(self, on: dt.date | None = None) -> tuple[Entry, ...]:
        """All entries in force on a day, for pages and the desk."""
        return tuple(self._day(on).entries.values())

    def lookup(self, query: str, limit: int = 8, on: dt.date | None = None) -> list[Hit]:
        """What staff type with a caller on the line: by words, beginnings and abbreviations, best first."""
        day = self._day(on)
        if id(day) not in self._lookup:
            entries = [*day.entries.values()]
            self._lookup[id(day)] = Lookup(entries, day.limits, self.knowledge.words)
        return self._lookup[id(day)].find(query, limit)

    def _day(self, on: dt.date | None) -> _Day:
        wanted = on or local(now()).date()
        version = bisect_right(self._changes, wanted)  # between two changes all days are alike
        if version not in self._days:
            entries = {entry.id: entry for entry in self.knowledge.entries_on(wanted)}
            self._days.setdefault(version, _Day(entries, self.knowledge.limits.on(wanted)))
        return self._days[version]

    def _matcher(self, day: _Day) -> Matcher:
        with day.lock:
            if day.matcher is None:
                known = self.knowledge
                rows = training_rows([*day.entries.values()], known.out_of_scope, day.limits)
                day.matcher = Matcher(rows, self._encoder, known.words.textspeak, self._iterations)
            return day.matcher

    def _settled(self, settled: Settled, before: Entry | None, day: _Day) -> Answer:
        if settled.group:
            return self._not_known(Decision("group", group=settled.group), day)
        answer = self._render(day.entries[settled.entry], day, before if settled.goes_on else None)
        if settled.text is None:
            return answer
        sources = list(settled.sources) or answer.sources
        choices = _choices(settled.leads_on[:MAX_CHOICES], day) or answer.choices
        return answer.model_copy(update={"text": settled.text, "sources": sources, "choices": choices})

    def _render(self, entry: Entry, day: _Day, before: Entry | None = None) -> Answer:
        text = " ".join(day.limits.fill(entry.answer).split())
        sources = _sources([entry])
        limit = before and entry.topic is Topic.ENHANCED and day.limits.differing(before.answer)
        if before and limit and str(limit.everyone) not in text:  # else the entry says it itself
            sentence = self.knowledge.policy.follow_up.enhanced_sentence
            text += " " + sentence.format(enhanced=limit.enhanced, everyone=limit.everyone)
            sources = _sources([entry, before])
        return Answer(
            outcome=entry.kind.value,
            entry=entry.id,
            right=entry.right if entry.kind is Kind.ANSWER else None,
            text=text,
            sources=sources,
            choices=_choices(entry.choices, day),
        )

    def _clarify(self, ids: Iterable[str], day: _Day) -> Answer:
        policy, choices = self.knowledge.policy, _choices(ids, day)
        numbered = [f"{number} {choice.label}" for number, choice in enumerate(choices, start=1)]
        text = "\n".join([policy.clarify, *numbered, policy.clarify_end])
        return Answer(outcome="clarify", text=text, choices=choices)

    def _not_known(self, decision: Decision, day: _Day) -> Answer:
        policy = self.knowledge.policy
        group = policy.groups.get(decision.group or "")
        if group is None:  # also where the entry for such questions is not in force on that day
            return self._unknown(policy.unsure, decision.ids, day)
        near = decision.ids if group.offer_topics else ()
        return self._unknown(group.text, near, day, group.outcome, group.offer_person)

    def _no_content(self) -> str:
        first = min(entry.in_force.from_ for entry in self.knowledge.entries)
        return self.knowledge.policy.no_content.format(first=f"{first.day} {first:%B %Y}")

    def _unknown(
        self,
        text: str,
        near: Iterable[str],
        day: _Day,
        outcome: Outcome = "cannot_answer",
        person: bool = True,
    ) -> Answer:
        policy, choices = self.knowledge.policy, _choices(near, day)
        parts = [text]
        if choices:
            named = "; ".join(choice.label.rstrip("?.") for choice in choices)
            parts.append(f"{policy.topics} {named}.")
        if person:
            parts.append(policy.person)
            choices.append(Choice(label=policy.person_label, value=PERSON))
        return Answer(outcome=outcome, text=" ".join(parts), choices=choices)


def _choices(ids: Iterable[str], day: _Day) -> list[Choice]:
    return [Choice(label=day.entries[id].short, value=ENTRY + id) for id in ids if id in day.entries]


def _sources(entries: Iterable[Entry]) -> list[Source]:
    return [
        Source(
            entry=entry.id,
            right=entry.right,
            title=source.title,
            reference=source.reference,
            url=str(source.url),
            read_on=entry.read_on,
            assured_on=entry.assurance.on if entry.assurance else None,
        )
        for entry in entries
        for source in entry.sources
    ]


def chosen(text: str, choices: list[Choice]) -> Choice | None:
    """The choice that a typed reply names by its number ("3", "number 3") or by its words, if any."""
    said = plain(text).removeprefix("number ").removeprefix("option ").strip()
    if said.isdigit():
        return choices[int(said) - 1] if 1 <= int(said) <= len(choices) else None
    return next((choice for choice in choices if plain(choice.label) == said), None)


def ask_record(answer: Answer, knowledge: KnowledgeBase, on: dt.date | None = None) -> dict[str, Any]:
    """The answer as `vra ask` prints it (contracts, "Commands"), without its `id`."""
    rights = {entry.id: entry.right for entry in knowledge.entries(on)}
    record = answer.model_dump(mode="json")
    record["choices"] = [
        {"label": choice.label, "entry": name, "right": rights.get(name)}
        for choice in answer.choices
        if (name := choice.value.removeprefix(ENTRY)) != choice.value
    ]
    return record
