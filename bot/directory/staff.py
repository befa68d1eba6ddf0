"""Services for the desk's look-up: staff see every contact, those that are held back from visitors marked."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bot.directory.directory import Directory
from bot.directory.hours import status
from bot.directory.schema import Contact, Service
from bot.directory.wording import default_hours_words


def lookup(directory: Directory, q: str, at: dt.datetime, limit: int) -> list[dict[str, Any]]:
    """`[{kind: "service", id, title, text, reference, note}]` for a name, a former name, or words of a record."""
    return [_hit(service, at) for service in directory.search(q)[:limit]] if q.strip() else []


def _hit(service: Service, at: dt.datetime) -> dict[str, Any]:
    shown = [_contact(c, at) for c in service.contacts if c.shown]
    held = [f"{c.kind} {c.value} ({c.sure})" for c in service.contacts if c.public and not c.shown]
    words = default_hours_words()
    return {
        "kind": "service",
        "id": service.id,
        "title": service.name,
        "text": "\n".join([service.summary, *shown]),
        "reference": service.who.words,
        "note": words.staff_held.format(contacts="; ".join(held)) if held else None,
    }


def _contact(contact: Contact, at: dt.datetime) -> str:
    hours = status(contact.known_hours, at).words if contact.known_hours else contact.hours_words
    return ", ".join(part for part in (contact.value, hours) if part)
