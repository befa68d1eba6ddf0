"""What a record of the directory is. Field names follow HSDS 3.1 where it has the same thing.

Two rules are kept here and nowhere else, as properties, so that no caller can forget them:
a contact is `shown` only if it was read or listed somewhere public (or a named human assured it) and is
public; a service is `shown` only while it runs and its own existence is that well evidenced.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self

from pydantic import Field, model_validator

from bot.content import Assurance, Reviewed, Strict
from bot.directory.hours import Opening

Sure = Literal["read", "list", "mem", "unsure"]
Gender = Literal["woman", "man", "nonbinary"]
Caller = Literal["adult", "child"]
ContactKind = Literal["phone", "text", "chat", "web", "email", "relay", "bsl", "visit"]
SHOWABLE: frozenset[str] = frozenset({"read", "list"})


class Contact(Strict):
    """One way to reach a service, with the evidence for just this number or address.

    `seen` is when it was last seen, in words ("March 2023"), null where the page bore no date.
    `only_in` limits it to authorities; `hours_sure` is the evidence for the hours, not the number.
    `hours_words` stands in where the hours cannot be put as schedules.
    """

    kind: ContactKind
    value: str
    label: str | None = None
    sure: Sure
    seen: str | None = None
    free: bool | None = None
    hours: Opening | None = None
    hours_words: str | None = None
    hours_sure: Sure = "read"
    only_in: tuple[str, ...] = ()
    public: bool = True
    everyone_knows: bool = False  # 999 and the like: no word about when it was last seen
    assurance: Assurance | None = None

    @property
    def shown(self) -> bool:
        """Whether a visitor may see it."""
        return self.public and (self.sure in SHOWABLE or self.assurance is not None)

    @property
    def known_hours(self) -> Opening | None:
        """The hours, if a visitor may rely on them."""
        return self.hours if self.hours_sure in SHOWABLE else None


class Location(Strict):
    """Where a service is. Never public unless a record says so: a refuge's address kills."""

    address: str
    public: bool = False


class Covers(Strict):
    """Whom it serves by place: some authorities, the whole area ("county"), or England and Wales and beyond.

    `home` are the authorities where it comes before the national services; elsewhere after them.
    """

    extent: Literal["authorities", "county", "nation"]
    authorities: tuple[str, ...] = ()
    home: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.extent == "authorities") != bool(self.authorities):
            raise ValueError("extent 'authorities' and a list of authorities go together")
        return self


class Who(Strict):
    """For whom it is. An unknown lower age (null) means: not known to take anyone under 18.

    `only_groups` turns away people outside the groups; `groups` alone only says where it is strong.
    """

    age_from: int | None = None
    age_to: int | None = None
    genders: tuple[Gender, ...] = ("woman", "man", "nonbinary")
    callers: tuple[Caller, ...] = ("adult", "child")
    groups: tuple[str, ...] = ()
    only_groups: bool = False
    causes_harm: bool = False
    words: str | None = None


class Referral(Strict):
    """How somebody gets in. Null: nobody has found out."""

    self_referral: bool | None = None
    by: tuple[str, ...] = ()
    police_report_needed: bool | None = None


class Beside(Strict):
    """Another service that always stands with this one; `words` has {name} and {contact} to fill in."""

    service: str
    words: str
    genders: tuple[Gender, ...] = ("woman", "man", "nonbinary")
    callers: tuple[Caller, ...] = ("adult",)


class Service(Reviewed):
    """One service. `needs` maps the needs it answers to a rank: lower comes first (see docs in needs.yml)."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    organisation: str
    name: str
    summary: str
    status: Literal["active", "likely", "unsure", "paused", "ended"]
    sure: Sure = "read"
    ended: str | None = None
    successor: str | None = None
    gone: str | None = None  # what a visitor reads who asks for it by name after its end
    former_names: tuple[str, ...] = ()
    also_called: tuple[str, ...] = ()
    needs: dict[str, int] = {}
    covers: Covers
    who: Who = Who()
    referral: Referral = Referral()
    contacts: tuple[Contact, ...] = ()
    locations: tuple[Location, ...] = ()
    beside: tuple[Beside, ...] = ()
    reached_through: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()  # needs beside which it is never offered
    languages: str | None = None
    interpreters: str | None = None
    bsl: str | None = None
    cost: str | None = None
    first_call: str | None = None
    safe_to_ring_back: bool | None = None
    staff_note: str | None = None
    modified: dt.date | None = None

    @model_validator(mode="after")
    def _end_is_told(self) -> Self:
        if self.status == "ended" and not self.gone:
            raise ValueError("an ended service needs `gone`: what to tell somebody who asks for it by name")
        return self

    @property
    def shown(self) -> bool:
        """Whether a visitor may be told of it at all."""
        evidenced = self.sure in SHOWABLE or self.assurance is not None
        return evidenced and self.status in {"active", "likely"}

    def shown_contacts(self, authority: str | None = None) -> tuple[Contact, ...]:
        """The contacts a visitor may see: those of their authority first, none of other authorities.

        With no authority, those for everyone; where there are none, all, as each says whose it is.
        """
        shown = [c for c in self.contacts if c.shown]
        everyone = [c for c in shown if not c.only_in]
        if authority is None:
            return tuple(everyone or shown)
        return (*(c for c in shown if authority in c.only_in), *everyone)


class ServiceFile(Strict):
    """A file of records. `defaults` are the fields that every record in it shares unless it says otherwise."""

    defaults: dict[str, object] = {}
    services: list[dict[str, object]]
