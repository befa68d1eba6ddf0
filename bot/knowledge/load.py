"""Reads `data/knowledge/` through a content source and refuses what breaks its contract.

The Code that counts stands in `data/knowledge/` itself. A folder in it with a `edition.yml` is another Code laid
beside: its `entries/` and its `timescales.yml` take over on its first day (`editions`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from bot.clock import local, now
from bot.content import ContentError, ContentSource, Document
from bot.knowledge.checks import Placed, findings, first_lines
from bot.knowledge.editions import succeeded, unknown
from bot.knowledge.reading import one, records
from bot.knowledge.schema import Edition, Entry, Examples, Policy, Timescale, Words
from bot.knowledge.timescales import Timescales

FOLDER = "knowledge"
EDITION = "edition.yml"

Documents = dict[str, Document]


@dataclass(frozen=True)
class Knowledge:
    """All that stands in `data/knowledge/`, checked; entries and limits of every day, in force or not.

    `placed`: the entries, each with the file it stands in.
    """

    placed: tuple[Placed, ...]
    limits: Timescales
    policy: Policy
    out_of_scope: tuple[Examples, ...]
    words: Words

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of every day."""
        return tuple(item.entry for item in self.placed)

    @property
    def timescales(self) -> Timescales:
        """The time limits in force today."""
        return self.limits.on(local(now()).date())

    def entries_on(self, day: dt.date | None = None) -> list[Entry]:
        """The entries in force on a day (today, in London)."""
        wanted = day or local(now()).date()
        return [entry for entry in self.entries if entry.in_force.covers(wanted)]


def load_knowledge(source: ContentSource) -> Knowledge:
    """Read and check. Raises ContentError with one line for each finding, naming file, id and field."""
    knowledge, errors = read_knowledge(source)
    if errors or knowledge is None:
        raise ContentError(first_lines(errors))
    return knowledge


def read_knowledge(source: ContentSource) -> tuple[Knowledge | None, list[str]]:
    """What can be read, None where policy or words cannot, and all that breaks the contract, a line each.

    Raises ContentError where a file is missing or is not YAML.
    """
    documents = {document.path: document for document in source.documents(FOLDER)}
    errors: list[str] = []
    placed, limits = _all_codes(documents, errors)
    examples = list(records(_file(documents, "out_of_scope"), Examples, errors))
    policy = one(_file(documents, "policy"), Policy, errors)
    words = one(_file(documents, "words"), Words, errors)
    errors += findings(placed, limits)
    if policy:
        errors += _groups(policy, examples)
        errors += _references(policy, examples, {item.entry.id for item in placed})
    if policy is None or words is None:
        return None, errors
    return Knowledge(tuple(placed), limits, policy, tuple(examples), words), errors


def _all_codes(documents: Documents, errors: list[str]) -> tuple[list[Placed], Timescales]:
    """Entries and time limits of the Code that counts and of those laid beside it, each ended in its time."""
    placed = _entries(documents, FOLDER, None, errors)
    limits = _limits(_file(documents, "timescales"), None, errors)
    for folder, edition in _editions(documents, errors):
        path = f"{folder}/timescales.yml"
        new = _entries(documents, folder, edition, errors)
        new_limits = _limits(documents[path], edition, errors) if path in documents else []
        old = [item.entry for item in placed]
        errors += [f"{folder}/{EDITION}: {line}" for line in unknown(edition, [*old, *limits])]
        ended = succeeded(old, [item.entry for item in new], edition)
        placed = [Placed(item.path, entry) for item, entry in zip(placed, ended, strict=True)] + new
        limits = succeeded(limits, new_limits, edition) + new_limits
    return placed, Timescales(limits)


def _editions(documents: Documents, errors: list[str]) -> list[tuple[str, Edition]]:
    """The Codes laid beside, by folder, in the order in which they take over."""
    found = []
    for path in sorted(documents):
        folder, _, name = path.rpartition("/")
        if name == EDITION and folder.count("/") == 1 and (edition := one(documents[path], Edition, errors)):
            found.append((folder, edition))
    return sorted(found, key=lambda pair: pair[1].in_force.from_)


def _entries(documents: Documents, folder: str, edition: Edition | None, errors: list[str]) -> list[Placed]:
    given = {"in_force": edition.in_force} if edition else None
    return [
        Placed(path, record)
        for path in sorted(documents)
        if path.startswith(f"{folder}/entries/")
        for record in records(documents[path], Entry, errors, given=given)
    ]


def _limits(document: Document, edition: Edition | None, errors: list[str]) -> list[Timescale]:
    default = edition.in_force if edition else None
    if isinstance(document.data, dict):
        default = document.data.get("in_force", default)
    given = {"in_force": default} if default else None
    return list(records(document, Timescale, errors, key="timescales", given=given))


def _file(documents: Documents, name: str) -> Document:
    path = f"{FOLDER}/{name}.yml"
    if path not in documents:
        raise ContentError(f"{path}: missing")
    return documents[path]


def _groups(policy: Policy, examples: list[Examples]) -> list[str]:
    named, known = [group.group for group in examples if not group.entry], set(policy.groups)
    lines = [
        f"{FOLDER}/out_of_scope.yml: {name}: group: not in policy.yml" for name in named if name not in known
    ]
    lines += [
        f"{FOLDER}/policy.yml: groups: {name}: no questions of it" for name in sorted(known - set(named))
    ]
    return lines + [
        f"{FOLDER}/out_of_scope.yml: {name}: group: twice"
        for name in sorted(set(named))
        if named.count(name) > 1
    ]


def _references(policy: Policy, examples: list[Examples], known: set[str]) -> list[str]:
    lines = [
        f"{FOLDER}/out_of_scope.yml: {group.group}: entry: {group.entry}: no such entry"
        for group in examples
        if group.entry and group.entry not in known
    ]
    return lines + [
        f"{FOLDER}/policy.yml: broad: {broad.words[0]}: choices: {choice}: no such entry"
        for broad in policy.broad
        for choice in broad.choices
        if choice not in known
    ]
