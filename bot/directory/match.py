"""Which services fit, and in which order. The ranks stand in the records; here is only how they combine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.directory.hours import status
from bot.directory.places import OUTSIDE
from bot.directory.schema import Beside, Contact, Service
from bot.directory.understand import ADULT, OLDER, Query
from bot.directory.wording import HoursWords

FIRST = 3
ASK_UP_TO = 30  # a local service of this rank or better is worth a question about the place
_FIRST_DOOR = 10
_SPECIALIST = -30
_FAR_FROM_HOME = 30
_NOTHING_TO_REACH_IT_BY = 20


@dataclass(frozen=True)
class Match:
    """A service that fits, with its rank for the need that led to it."""

    service: Service
    rank: int
    need: str
    specialist: bool = False


class Matcher:
    """Orders `services` for a query."""

    def __init__(self, services: Mapping[str, Service], hours_words: HoursWords) -> None:
        self._services = services
        self._words = hours_words

    def ranked(self, query: Query, need: str, anywhere: bool = False) -> list[Match]:
        """All that fit one need, best first; with `anywhere` as if every place were covered."""
        found = [
            self._match(service, need, query)
            for service in self._services.values()
            if need in service.needs and self._fits(service, query, anywhere)
        ]
        return sorted(found, key=lambda m: (m.rank, m.specialist, m.service.id))

    def depends_on_place(self, query: Query) -> bool:
        """Whether knowing the place would bring in a local service, or a local number, worth having."""
        for need in query.needs[:2]:
            for match in self.ranked(query, need, anywhere=True):
                contacts = match.service.shown_contacts()
                local = match.service.covers.extent == "authorities" or (
                    bool(contacts) and all(c.only_in for c in contacts)
                )
                if local and match.service.needs[need] <= ASK_UP_TO:
                    return True
        return False

    def choose(self, query: Query, at: dt.datetime) -> tuple[list[Service], list[Service]]:
        """The few to show first, and the rest, both in order."""
        by_need = [self.ranked(query, need) for need in query.needs]
        ordered = list(dict.fromkeys(m.service.id for m in _taken_in_turns(by_need)))
        matches = {m.service.id: m for ranked in by_need for m in ranked}
        specialist = any(matches[i].specialist for i in ordered[:FIRST])
        if len(by_need) == 1 and not specialist:
            ordered = self._with_beside(ordered, query)
        ordered = self._with_an_open_line(ordered, query, at)
        services = [self._services[i] for i in ordered]
        return services[:FIRST], services[FIRST:]

    def beside(self, service: Service, query: Query) -> list[Beside]:
        """What stands with `service` for this person."""
        gender = query.gender or "woman"
        return [
            b
            for b in service.beside
            if gender in b.genders
            and query.caller in b.callers
            and self._fits(self._services[b.service], query)
        ]

    def open_contact(self, service: Service, query: Query, at: dt.datetime) -> Contact | None:
        """A phone, text or chat that is open at `at`, if there is one."""
        for contact in service.shown_contacts(query.place.known):
            if (
                contact.kind in {"phone", "chat", "text"}
                and status(contact.known_hours, at, self._words).open_now
            ):
                return contact
        return None

    def _with_beside(self, ordered: list[str], query: Query) -> list[str]:
        found: list[str] = []
        for service in ordered:
            found += [service, *(b.service for b in self.beside(self._services[service], query))]
        return list(dict.fromkeys(found))

    def _with_an_open_line(self, ordered: list[str], query: Query, at: dt.datetime) -> list[str]:
        """Where none of the first is surely open, the best that is takes the last of their places."""
        first, rest = ordered[:FIRST], ordered[FIRST:]
        if any(self.open_contact(self._services[i], query, at) for i in first):
            return ordered
        line = next((i for i in rest if self.open_contact(self._services[i], query, at)), None)
        return ordered if line is None else [*first[:-1], line, first[-1], *(i for i in rest if i != line)]

    def _match(self, service: Service, need: str, query: Query) -> Match:
        rank = service.needs[need]
        specialist = bool(set(service.who.groups) & groups_of(query))
        if specialist:
            rank += _SPECIALIST
        if service.covers.home and query.place.known not in (None, *service.covers.home):
            rank += _FAR_FROM_HOME
        if not service.shown_contacts(query.place.known):
            rank += _NOTHING_TO_REACH_IT_BY
        return Match(service, rank, need, specialist)

    def _fits(self, service: Service, query: Query, anywhere: bool = False) -> bool:
        return (
            service.shown
            and (anywhere or covers(service, query))
            and takes(service, query)
            and not set(service.not_with) & set(query.needs)
        )


def groups_of(query: Query) -> set[str]:
    """The groups somebody is in, or may well be in."""
    return set(query.groups) | ({"men"} if query.gender == "man" or query.maybe_man else set())


def covers(service: Service, query: Query) -> bool:
    """Whether `service` serves the place. Without one, only what serves the whole area does."""
    if service.covers.extent == "nation":
        return True
    if query.place.authority == OUTSIDE:
        return False
    if service.covers.extent == "county":
        return True
    candidates = query.place.candidates
    return bool(candidates) and set(candidates) <= set(service.covers.authorities)


def takes(service: Service, query: Query) -> bool:
    """Whether `service` would take this person, as far as they said who they are."""
    who = service.who
    if query.gender and query.gender not in who.genders:
        return False
    if query.caller not in who.callers:
        return False
    if who.only_groups and not set(who.groups) & groups_of(query):
        return False
    if who.causes_harm and "own_behaviour" not in query.needs:
        return False
    return _takes_age(service, query)


def _takes_age(service: Service, query: Query) -> bool:
    low, high, age = service.who.age_from, service.who.age_to, query.age
    for_grown_ups = query.caller == "adult" and query.about != "self"
    if low is None and for_grown_ups and (high is None or high > ADULT):
        return True  # whoever rings for a child is not turned away where only the child's age is in doubt
    if age is not None:
        starts = low is not None and age >= low if age < ADULT else low is None or age >= low
        return starts and (high is None or age <= high)
    if query.about == "child":
        return low is not None and low < ADULT
    if low is not None and low >= OLDER:
        return "older" in query.groups or any(service.needs.get(n) == _FIRST_DOOR for n in query.needs)
    return high is None or high > ADULT or any("child" in n or n == "online_grooming" for n in query.needs)


def _taken_in_turns(by_need: list[list[Match]]) -> Iterable[Match]:
    """One need: its order. Two: two of the first, one of the second. More: one of each. Then what is left."""
    if len(by_need) <= 1:
        return by_need[0] if by_need else []
    share = [2, 1] if len(by_need) == 2 else [1, 1, 1]
    first: list[Match] = []
    for ranked, count in zip(by_need, share, strict=False):
        seen = {m.service.id for m in first}
        first += [m for m in ranked if m.service.id not in seen][:count]
    return [*first, *(m for ranked in by_need for m in ranked)]
