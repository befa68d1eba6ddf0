"""What the words of a message settle before the matcher is asked: terms to explain, follow-ups, what is not ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.content import ContentSource
from bot.knowledge.follow_ups import FollowUps
from bot.knowledge.load import Knowledge
from bot.knowledge.schema import Entry
from bot.knowledge.sure_words import SureWordsList
from bot.knowledge.terms import Term, Terms
from bot.knowledge.text import plain
from bot.knowledge.timescales import Timescales
from bot.messages import Source

MAX_TERMS = 3
# Letters by which two forms of a word are taken for one: "injury", "injuries"
STEM = 5


@dataclass(frozen=True)
class Settled:
    """An entry, or a group of policy.yml. `text`, `sources` and `leads_on` replace the entry's own where given.

    `goes_on`: it is read as going on from the entry before.
    """

    entry: str = ""
    group: str | None = None
    text: str | None = None
    sources: tuple[Source, ...] = ()
    leads_on: tuple[str, ...] = ()
    goes_on: bool = False


class ByWords:
    """Terms, follow-ups and sure words of the content. Raises ContentError where they name what does not exist."""

    def __init__(self, source: ContentSource, knowledge: Knowledge) -> None:
        ids = {entry.id for entry in knowledge.entries}
        self.terms, self.follow_ups = Terms(source, ids), FollowUps(source, ids)
        self._sure = SureWordsList(source, ids, knowledge.policy.groups)
        self._small = frozenset(knowledge.words.small)

    def settle(
        self, question: str, before: Entry | None, entries: Mapping[str, Entry], limits: Timescales
    ) -> Settled | None:
        """What a question is by its words; None where the matcher has to say. Entries, by id, and limits in force."""
        if (term := self.terms.asked(question)) and term.entry in entries:
            return self._explained([term], entries[term.entry], entries)
        if before and (found := self._follow_up(question, before, entries, limits)):
            return found
        rule = self._sure.find(question)
        if rule is None or (rule.entry and rule.entry not in entries):
            return None
        return Settled(entry=rule.entry or "", group=rule.group)

    def among(self, offered: Sequence[Entry], text: str) -> str | None:
        """The one of the entries offered whose title shares most words with a few words; None if there is not one."""
        said = self._stems(text)
        shared = [len(said & self._stems(f"{entry.short} {entry.title}")) for entry in offered]
        most = max(shared, default=0)
        return offered[shared.index(most)].id if most and shared.count(most) == 1 else None

    def _stems(self, text: str) -> set[str]:
        return {word[:STEM] for word in plain(text).split() if word not in self._small}

    def _follow_up(
        self, question: str, before: Entry, entries: Mapping[str, Entry], limits: Timescales
    ) -> Settled | None:
        kind = self.follow_ups.kind(question)
        if kind is None:
            return None
        if kind == "meaning":
            written = limits.fill(" ".join(before.answer.split()))
            terms = [term for term in self.terms.within(written) if term.entry in entries]
            return self._explained(terms[:MAX_TERMS], before, entries) if terms else Settled(before.id)
        if kind == "how_long" and (text := self.follow_ups.how_long(before, limits)):
            return Settled(before.id, text=text)
        leads_to = self.follow_ups.leads_to(kind, before)
        if leads_to in entries:
            return Settled(str(leads_to), goes_on=True)
        return Settled(before.id, text=self.follow_ups.file.how_long.none) if kind == "how_long" else None

    def _explained(self, terms: Sequence[Term], entry: Entry, entries: Mapping[str, Entry]) -> Settled:
        """The words explained, in the thread of an entry."""
        own = [self.terms.source(term, entries[term.entry].right) for term in terms]
        return Settled(
            entry.id,
            text=" ".join(self.terms.explained(term) for term in terms),
            sources=tuple(source for source in own if source),
            leads_on=tuple(dict.fromkeys([*(term.entry for term in terms), *entry.choices])),
        )
