"""Reads `data/knowledge/` through a content source and refuses what breaks its contract."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.content import ContentError, ContentSource, Document
from bot.knowledge.checks import Placed, findings, first_lines
from bot.knowledge.schema import Entry, Examples, Policy, Timescale, Words
from bot.knowledge.timescales import Timescales

FOLDER = "knowledge"
ENTRIES = f"{FOLDER}/entries/"

Record = TypeVar("Record", bound=BaseModel)


@dataclass(frozen=True)
class Knowledge:
    """All that stands in `data/knowledge/`, checked. `entries` of every day, in force or not."""

    entries: tuple[Entry, ...]
    timescales: Timescales
    policy: Policy
    out_of_scope: tuple[Examples, ...]
    words: Words


def load_knowledge(source: ContentSource) -> Knowledge:
    """Read and check. Raises ContentError with one line for each finding, naming file, id and field."""
    documents = {document.path: document for document in source.documents(FOLDER)}
    errors: list[str] = []
    timescales = Timescales(_records(_file(documents, "timescales"), Timescale, errors, key="timescales"))
    placed = [
        Placed(path, record)
        for path in sorted(documents)
        if path.startswith(ENTRIES)
        for record in _records(documents[path], Entry, errors)
    ]
    examples = list(_records(_file(documents, "out_of_scope"), Examples, errors))
    policy = _one(_file(documents, "policy"), Policy, errors)
    words = _one(_file(documents, "words"), Words, errors)
    errors += findings(placed, timescales)
    if policy:
        errors += _groups(policy, examples)
        errors += _references(policy, examples, {item.entry.id for item in placed})
    if errors or policy is None or words is None:
        raise ContentError(first_lines(errors))
    return Knowledge(tuple(item.entry for item in placed), timescales, policy, tuple(examples), words)


def _file(documents: dict[str, Document], name: str) -> Document:
    path = f"{FOLDER}/{name}.yml"
    if path not in documents:
        raise ContentError(f"{path}: missing")
    return documents[path]


def _one(document: Document, model: type[Record], errors: list[str]) -> Record | None:
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        errors.extend(_lines(document.path, None, error))
        return None


def _records(
    document: Document, model: type[Record], errors: list[str], key: str | None = None
) -> Iterable[Record]:
    rows = document.data.get(key) if key and isinstance(document.data, dict) else document.data
    if not isinstance(rows, list):
        errors.append(f"{document.path}: a list of {model.__name__.lower()} records is expected")
        return
    for number, row in enumerate(rows, start=1):
        name = (row.get("id") or row.get("group")) if isinstance(row, dict) else None
        try:
            yield model.model_validate(row)
        except ValidationError as error:
            errors.extend(_lines(document.path, str(name or f"record {number}"), error))


def _lines(path: str, name: str | None, error: ValidationError) -> Iterable[str]:
    for detail in error.errors(include_url=False, include_input=False):
        where: list[Any] = [path, *([name] if name else []), ".".join(map(str, detail["loc"])) or "record"]
        yield ": ".join([*map(str, where), detail["msg"]])


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
