"""Turning messages into JSON and HTML: one Jinja environment and one message macro for page and desk."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from bot.clock import local
from bot.content import ROOT, FileContent
from bot.conversations.store import Stored
from bot.interface import interface
from bot.messages import Reply
from bot.settings import Settings

FOLDERS = [ROOT / "bot" / "channels" / "templates", ROOT / "bot" / "desk" / "templates"]
# UK numbers of ten or eleven digits in any grouping, and the short ones that stand for themselves
PHONE = re.compile(r"(?<![\d£.])(0\d(?:[ -]?\d){8,9}|999|101|111|116 ?\d{3}|18000|18001 ?101)(?![\d])")


def phone_links(text: str) -> Markup:
    """Escaped text with paragraphs, and each phone number a link to dial it."""

    def link(found: re.Match[str]) -> str:
        return f'<a href="tel:{re.sub(r"[^0-9]", "", found[0])}">{found[0]}</a>'

    paragraphs = [p for p in re.split(r"\n\s*\n", str(escape(text)).strip()) if p]
    return Markup("".join(f"<p>{PHONE.sub(link, p).replace(chr(10), '<br>')}</p>" for p in paragraphs))  # noqa: S704


@cache
def templates() -> Environment:
    """The templates of page and desk; everything is escaped."""
    environment = Environment(
        loader=FileSystemLoader([str(Path(f)) for f in FOLDERS]),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["phone_links"] = phone_links
    environment.undefined = StrictUndefined
    return environment


def page(name: str, **context: Any) -> str:
    """A rendered template."""
    return templates().get_template(name).render(**context)


def clock_of(at: str) -> str:
    """A stored time as a clock in London shows it, such as "14:05"."""
    return local(dt.datetime.fromisoformat(at)).strftime("%H:%M")


def message_view(message: dict[str, Any]) -> dict[str, Any]:
    """A message's JSON with the time as a clock in London shows it."""
    return {**message, "at_local": clock_of(message["at"])}


def message_html(message: dict[str, Any]) -> str:
    """The HTML of one message."""
    macro = templates().get_template("page/_message.html").module.message  # type: ignore[attr-defined]
    return str(macro(message_view(message)))


def message_json(message: Stored, render: str | None = None) -> dict[str, Any]:
    """A message's JSON, with its HTML where `render` asks for it."""
    found = message.as_json()
    return {**found, "html": message_html(found)} if render == "html" else found


@cache
def area_words(area: str) -> dict[str, Any]:
    """The words of an area's visitor page. Raises FileNotFoundError for an unknown area."""
    found: dict[str, Any] = FileContent().one(f"areas/{area}/page.yml")
    return found


@cache
def area_name(area: str) -> str:
    """The full name of an area."""
    return str(FileContent().one(f"areas/{area}/area.yml")["full_name"])


def filled(words: Any, settings: Settings) -> Any:
    """Words with the operator's settings put in."""
    if isinstance(words, dict):
        return {key: filled(value, settings) for key, value in words.items()}
    if isinstance(words, list):
        return [filled(value, settings) for value in words]
    if not isinstance(words, str):
        return words
    for name in ("keep_hours", "keep_days_with_staff", "helpline_name"):
        words = words.replace("{" + name + "}", str(getattr(settings, name)))
    return words


def greeting_of(settings: Settings) -> Reply:
    """The first message of a conversation."""
    words = interface().greeting
    return Reply(text=words.text.format(area=area_name(settings.areas[0])), choices=words.choices)
