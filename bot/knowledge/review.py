"""What a reviewer of the content has to do: `vra content check`. Every finding is a line "file: id: field: what".

Beyond what stops the loading (`checks`): what is due for review, what nobody verified, what reads hard, what leads
nowhere. Records that are over are left alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from statistics import median
from typing import Any

from bot.content import ContentSource
from bot.knowledge.checks import Placed
from bot.knowledge.editions import changes
from bot.knowledge.load import FOLDER, Knowledge, read_knowledge
from bot.knowledge.reading_age import reading_age
from bot.knowledge.schema import Entry, Timescale

_VISIBLE = {Entry: ("title", "short", "answer"), Timescale: ("what", "runs_from", "who")}
_LINKS = ("entry", "entries", "choices", "follow_ups", "see")
_VALUE = re.compile(r"^entry:(\S+)$")


def review(source: ContentSource, day: dt.date) -> list[str]:
    """All findings as of a day, the worst first. Raises ContentError where a file is missing or not YAML."""
    knowledge, found = read_knowledge(source)
    if knowledge is None:
        return found
    placed = [item for item in knowledge.placed if not _over(item.entry, day)]
    limits = [item for item in knowledge.limits.items if not _over(item, day)]
    records: list[tuple[str, Entry | Timescale]]
    records = [(f"{item.path}: {item.entry.id}", item.entry) for item in placed]
    records += [(f"{FOLDER}/timescales.yml: {item.id}", item) for item in limits]
    marks = re.compile(rf"\b(?:{'|'.join(map(re.escape, knowledge.policy.review.marks))})\b")
    for where, record in records:
        found += [f"{where}: {line}" for line in _record(record, marks, day)]
    found += _links(placed, knowledge, day)
    found += [line for line in _dead(source, {item.entry.id for item in placed}) if line not in found]
    return found + list(_hard(placed, knowledge))


def _over(record: Entry | Timescale, day: dt.date) -> bool:
    return record.in_force.to is not None and record.in_force.to < day


def _record(record: Entry | Timescale, marks: re.Pattern[str], day: dt.date) -> Iterator[str]:
    if record.review_by < day:
        yield f"review_by: was due on {record.review_by}"
    if isinstance(record, Timescale) and not record.sources:
        yield "sources: none"
    for field in _VISIBLE[type(record)]:
        if mark := marks.search(getattr(record, field)):
            yield f"{field}: {mark[0]} shows to visitors"


def _links(placed: list[Placed], knowledge: Knowledge, day: dt.date) -> Iterator[str]:
    """Choices that lead nowhere on a day, from `day` on, on which their entry is in force."""
    days = [day, *(change for change in changes(knowledge.entries) if change > day)]
    known = {at: {entry.id for entry in knowledge.entries_on(at)} for at in days}
    for item in placed:
        for choice in item.entry.choices:
            dead = [at for at in days if item.entry.in_force.covers(at) and choice not in known[at]]
            if dead:
                yield f"{item.path}: {item.entry.id}: choices: {choice}: not in force on {dead[0]}"


def _dead(source: ContentSource, known: set[str]) -> Iterator[str]:
    """Links in all other content: lists of words, policy, dialogue, buttons."""
    for document in source.documents(""):
        inside = document.path.startswith(f"{FOLDER}/") and "/entries/" not in document.path
        for field, id in _targets(document.data, inside):
            if id not in known:
                yield f"{document.path}: {field}: {id}: no such entry"


def _targets(data: Any, inside: bool, field: str = "") -> Iterator[tuple[str, str]]:
    """The ids that a document leads to: values "entry:id" anywhere and, `inside`, what stands under a link's name."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _targets(value, inside, str(key))
    elif isinstance(data, list):
        for value in data:
            yield from _targets(value, inside, field)
    elif isinstance(data, str):
        if match := _VALUE.match(data):
            yield field, match[1]
        elif inside and field in _LINKS:
            yield field, data


def _hard(placed: Iterable[Placed], knowledge: Knowledge) -> Iterator[str]:
    policy, ages = knowledge.policy.review, []
    for item in placed:
        limits = knowledge.limits.on(item.entry.in_force.from_)
        try:
            age = reading_age(" ".join(limits.fill(item.entry.answer).split()))
        except KeyError:  # told as such by the checks
            continue
        ages.append(age)
        if age > policy.reading_age:
            yield (
                f"{item.path}: {item.entry.id}: answer: reading age {age:.1f}, at most {policy.reading_age:g}"
            )
    if ages and median(ages) > policy.reading_age_median:
        yield (
            f"{FOLDER}/entries: answer: half have a reading age over {median(ages):.1f}, "
            f"at most {policy.reading_age_median:g}"
        )
