"""Services as a visitor sees them. Only `shown` contacts get this far; locations and staff notes never do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from bot.directory.hours import OpenStatus, status
from bot.directory.hours_words import describe
from bot.directory.schema import Contact, Service
from bot.directory.wording import Wording
from bot.messages import ServiceCard

_SPOKEN = ("phone", "text", "chat", "bsl")
_LINKS = ("web", "chat")
_MOST_CONTACTS = 3


class Renderer:
    """Makes cards and sentences for one area and one moment."""

    def __init__(self, services: Mapping[str, Service], wording: Wording, area_name: str) -> None:
        self._services = services
        self._words = wording.answer
        self._hours = wording.hours
        self._area_name = area_name

    def card(self, service: Service, authority: str | None, at: dt.datetime) -> ServiceCard:
        """The record as a card. `authority` is the visitor's, where it is known."""
        contacts = service.shown_contacts(authority)
        main = next((c for c in contacts if c.kind in _SPOKEN), None)
        state = status(main.known_hours, at, self._hours) if main else None
        link = next((c for c in contacts if c.kind in _LINKS), None)
        return ServiceCard(
            id=service.id,
            name=service.name,
            summary=service.summary,
            phones=[self._labelled(c) for c in contacts if c.kind == "phone"],
            url=link.value if link else None,
            hours=self._hours_of(main, state, at) if main else None,
            open_now=state.open_now if state else None,
            who=service.who.words,
            reason=self.reason(service, authority),
            seen_on=next((c.seen for c in contacts if c.seen), None),
            assured_on=service.assurance.on if service.assurance else None,
        )

    def reason(self, service: Service, authority: str | None) -> str | None:
        """Why it fits the place, in words."""
        if service.covers.extent == "nation":
            return None
        if service.covers.extent == "authorities" and authority in service.covers.authorities:
            return self._words.covers_place.format(place=authority)
        return (
            self._words.covers_county.format(area=self._area_name)
            if service.covers.extent == "county"
            else None
        )

    def sentence(
        self, number: int, service: Service, authority: str | None, at: dt.datetime, beside: Sequence[str]
    ) -> str:
        """One numbered service, complete by itself; `beside` are finished sentences that stand with it."""
        said = [self.contact(c, at) for c in self._chosen(service, authority)]
        contacts = ": " + "; ".join(said) if said else ""
        line = self._words.service.format(
            n=number, name=service.name, contacts=contacts, summary=service.summary
        )
        reason = self.reason(service, authority) if authority else None  # without a place the heading says it
        parts = [line, self._who(service), reason or ""]
        parts += beside if said else [self._words.no_contact, self._through(service), *beside]
        return " ".join(part for part in parts if part)

    def contact(self, contact: Contact, at: dt.datetime) -> str:
        """One way to reach a service, with its hours, its state now and when it was last seen."""
        words = self._words
        forms = {"email": words.email, "chat": words.chat, "text": words.text}
        value = forms.get(contact.kind, "{value}").format(value=_without_scheme(contact.value))
        parts = [words.labelled.format(value=value, label=contact.label) if contact.label else value]
        parts += [words.free] if contact.free else []
        hours = self._hours_of(contact, status(contact.known_hours, at, self._hours), at)
        parts += [hours] if hours else []
        return ", ".join(parts) + self._sighting(contact)

    def _sighting(self, contact: Contact) -> str:
        if contact.everyone_knows:
            return ""
        if contact.seen:
            return f" ({self._words.seen.format(seen=contact.seen)})"
        return f" ({self._words.not_rung})" if contact.kind in ("phone", "text") else ""

    def _hours_of(self, contact: Contact, state: OpenStatus | None, at: dt.datetime) -> str | None:
        if contact.hours_words and contact.hours_sure in ("read", "list"):
            return contact.hours_words
        hours = describe(contact.known_hours, self._hours, at.date())
        if hours is None or state is None:
            return self._hours.unknown if contact.kind == "phone" and not contact.everyone_knows else None
        return hours if state.words == hours else f"{hours}: {state.words}"

    def _chosen(self, service: Service, authority: str | None) -> list[Contact]:
        contacts = service.shown_contacts(authority)
        order = ("phone", "text", "bsl", "chat", "web", "email", "visit", "relay")
        ranked = sorted(contacts, key=lambda c: order.index(c.kind))
        return ranked[:_MOST_CONTACTS] if any(c.kind == "phone" for c in ranked) else ranked[:2]

    def _labelled(self, contact: Contact) -> str:
        if not contact.label:
            return contact.value
        return self._words.labelled.format(value=contact.value, label=contact.label)

    def _who(self, service: Service) -> str:
        who = service.who.words
        if not who or who.lower() in service.summary.lower():
            return ""
        return self._words.who.format(who=who[0].upper() + who[1:])

    def _through(self, service: Service) -> str:
        names = [self._services[i].name for i in service.reached_through if self._services[i].shown]
        return (
            self._words.reached_through.format(names=self.listed(names, self._words.or_word)) if names else ""
        )

    def listed(self, names: Sequence[str], joint: str) -> str:
        """ "A, B or C"."""
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {joint} {names[-1]}"


def _without_scheme(value: str) -> str:
    return value.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
