"""The directory of one area: understand a message, find what fits, and say it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.clock import is_bank_holiday, now
from bot.content import DATA, ContentError, ContentSource
from bot.directory.files import read
from bot.directory.load import Area, load_services
from bot.directory.match import Matcher
from bot.directory.names import Names
from bot.directory.places import OUTSIDE, Places
from bot.directory.render import Renderer
from bot.directory.schema import Service
from bot.directory.understand import Query, Understanding
from bot.directory.wording import load_wording
from bot.messages import Choice, ServiceCard

GENERAL = "general"
_REFUGE_NEEDS = ("domestic_abuse", "housing")


@dataclass(frozen=True)
class Found:
    """The answer. `text` is complete by itself; `services` stand in it, `more` do not.

    `area` is the authority, "outside", or "ambiguous" where no one place was named. `ask_place` says that the
    text asks where the person is; `choices` are the places they may have meant; `numbered` are the ids of the
    services with a number in the text, in that order.
    """

    need: str | None
    area: str
    services: list[ServiceCard]
    text: str
    ask_place: bool = False
    more: list[ServiceCard] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    numbered: list[str] = field(default_factory=list)


class Directory:
    """Services, places and needs of one area, read once from `source`. Raises ContentError on any fault in them."""

    def __init__(self, source: ContentSource, area: str = "essex", data: Path = DATA) -> None:
        self.area = read(source, f"areas/{area}/area.yml", Area)
        self.version = source.version
        self.places = Places(source, self.area, data / self.area.sectors)
        self.understanding = Understanding(source)
        self.services = load_services(source, area, frozenset(self.understanding.needs))
        self._check_authorities()
        self._wording = load_wording(source)
        self._names = Names(list(self.services.values()))
        self._matcher = Matcher(self.services, self._wording.hours)
        self._renderer = Renderer(self.services, self._wording, self.area.full_name)
        for year in (now().year, now().year + 1):  # so that the first visitor does not wait for the calendar
            is_bank_holiday(dt.date(year, 1, 1))

    def understand(self, message: str, child_writing: bool = False) -> Query:
        """Needs, place, person and services named in a whole message. Never raises on text."""
        query = self.understanding.query(
            message, self.places.resolve(self._names.without(message)), child_writing
        )
        named = [self._successor(service) for service, _ in self._names.find(message)]
        return replace(query, named=tuple(dict.fromkeys(named)), former=self._former_sentence(message))

    def for_need(self, need: str, message: str = "") -> Query:
        """A query for a need that was chosen from a list. Raises KeyError on one that does not exist."""
        self.understanding.needs[need]
        return replace(self.understand(message), needs=(need,), named=())

    def graver(self, need: str, other: str) -> bool:
        """Whether a need is more dangerous than another. Raises KeyError on one that does not exist."""
        return self.understanding.needs[need].order < self.understanding.needs[other].order

    def label(self, need: str) -> str:
        """What a need is called, for a list to choose from. Raises KeyError."""
        return self.understanding.needs[need].label

    def search(self, name: str) -> list[Service]:
        """Records by any of their names, former ones too, or words in them; for staff, so unshown ones as well."""
        words = name.lower().split()
        named = [self.services[service] for service, _ in self._names.find(name)]
        rest = [s for s in self.services.values() if all(w in _searchable(s) for w in words)]
        return list({s.id: s for s in [*named, *rest]}.values())

    def find(self, query: Query, at: dt.datetime, danger: bool = False, only: tuple[str, ...] = ()) -> Found:
        """The few services that fit, with the words for them; `danger` puts 999 before all else.

        `at` is aware. With no need at all it gives what helps after any crime. `only` are ids of services to be
        shown and no others, as after "more" or a typed number.
        """
        asked = self._with_needs(query)
        first, rest = self._matcher.choose(asked, at)
        if not first:  # nobody who would take them: never leave without someone to talk to
            first, rest = self._matcher.choose(replace(asked, needs=(GENERAL,)), at)
        first, rest = self._named_first(asked, first, rest)
        if only:
            first, rest = [self.services[s] for s in only if self.services[s].shown], []
        ask = not (asked.place.known or asked.place.authority == OUTSIDE or asked.place_asked)
        ask = ask and not asked.refuge_address and self._matcher.depends_on_place(asked)
        authority = asked.place.known
        return Found(
            need=query.need,
            area=query.place.authority,
            services=[self._renderer.card(s, authority, at) for s in first],
            more=[self._renderer.card(s, authority, at) for s in rest],
            text=self._text(query, asked, first, at, danger, ask),
            ask_place=ask,
            choices=self._choices(asked) if ask else [],
            numbered=[s.id for s in self._in_text(first, asked)],
        )

    def _with_needs(self, query: Query) -> Query:
        if query.refuge_address:
            return replace(query, needs=tuple(dict.fromkeys((*_REFUGE_NEEDS, *query.needs))), named=())
        if query.needs:
            return self.understanding.widened(query)
        named = [self.services[n] for n in query.named]
        needs = [min(s.needs, key=s.needs.__getitem__) for s in named if s.needs]
        child = self.understanding.needs[GENERAL].for_child if query.about == "child" else None
        needs = needs or [need for need in (child, GENERAL) if need]
        return replace(query, needs=tuple(dict.fromkeys(needs)))

    def _named_first(
        self, query: Query, first: list[Service], rest: list[Service]
    ) -> tuple[list[Service], list[Service]]:
        named = [self.services[n] for n in query.named if self.services[n].shown]
        ordered = list({s.id: s for s in [*named, *first, *rest]}.values())
        count = max(len(first), min(len(named), 3))
        return ordered[:count], ordered[count:]

    def _successor(self, service: str) -> str:
        record, steps = self.services[service], 0
        while not record.shown and record.successor and steps < len(self.services):
            record, steps = self.services[record.successor], steps + 1
        return record.id

    def _former_sentence(self, message: str) -> str | None:
        for service, former in self._names.find(message):
            record = self.services[service]
            if record.gone:
                return record.gone
            if former and record.shown and former.lower() not in record.name.lower():
                return self._wording.answer.former.format(old=former, new=record.name)
        return None

    def _text(
        self, query: Query, asked: Query, first: list[Service], at: dt.datetime, danger: bool, ask: bool
    ) -> str:
        words = self._wording.answer
        lines = [words.danger] if danger else []
        lines += [query.former] if query.former else []
        lines += [words.refuge_never] if query.refuge_address else [self._heading(query)]
        lines += [
            self._renderer.sentence(n, service, asked.place.known, at, self._beside(service, asked, at))
            for n, service in enumerate(self._in_text(first, asked), 1)
        ]
        lines += [words.deaf] if "deaf" in query.groups else []
        lines += [self._question(asked)] if ask else []
        return "\n".join(lines)

    def _in_text(self, first: list[Service], query: Query) -> list[Service]:
        """Those with a line of their own: what another's line already names beside it has none."""
        beside = {b.service for s in first for b in self._matcher.beside(s, query)}
        return [s for s in first if s.id not in beside or s.id in query.named]

    def _beside(self, service: Service, query: Query, at: dt.datetime) -> list[str]:
        sentences = []
        for beside in self._matcher.beside(service, query):
            other = self.services[beside.service]
            contact = next((c for c in other.shown_contacts(query.place.known) if c.kind == "phone"), None)
            if contact:
                said = self._renderer.contact(contact, at)
                sentences.append(beside.words.format(name=other.name, contact=said))
        return sentences

    def _heading(self, query: Query) -> str:
        words, place = self._wording.answer, query.place
        if place.authority == OUTSIDE and place.name in self.places.beyond:
            return words.beyond.format(place=place.name)
        if place.authority == OUTSIDE:
            template = words.outside if place.name else words.outside_unnamed
            return template.format(place=place.name, area=self.area.full_name)
        if not query.needs and not query.named:
            return words.no_need
        if not place.known:
            return words.anywhere if query.named else words.for_county.format(area=self.area.full_name)
        plain = place.name is None or place.name == place.known
        return words.for_place.format(place=place.known if plain else f"{place.name} ({place.known})")

    def _question(self, query: Query) -> str:
        words, place = self._wording.answer, query.place
        known = [c for c in place.candidates if c != OUTSIDE]
        if not known:
            return words.ask_place
        if len(place.candidates) < 2:
            return words.ask_place
        named = [c if c != OUTSIDE else words.elsewhere.format(area=self.area.name) for c in place.candidates]
        choices = self._renderer.listed(named, words.or_word)
        template = words.ask_which if place.name else words.ask_which_unnamed
        return template.format(name=place.name, choices=choices)

    def _choices(self, query: Query) -> list[Choice]:
        return [Choice(label=c, value=f"say:{c}") for c in query.place.candidates if c != OUTSIDE]

    def _check_authorities(self) -> None:
        for service in self.services.values():
            named = {*service.covers.authorities, *service.covers.home}
            named |= {a for contact in service.contacts for a in contact.only_in}
            for unknown in sorted(named - set(self.area.authorities)):
                raise ContentError(f"{service.id}: not an authority of {self.area.id}: {unknown}")


def _searchable(service: Service) -> str:
    parts = (service.id, service.name, service.organisation, service.summary, *service.former_names)
    return " ".join((*parts, *service.also_called, *(c.value for c in service.contacts))).lower()
