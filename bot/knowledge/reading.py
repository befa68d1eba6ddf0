"""From parsed files to records, with what is wrong in them: one line each, naming file, id and field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.content import ContentError, ContentSource, Document

Record = TypeVar("Record", bound=BaseModel)


def one(document: Document, model: type[Record], errors: list[str]) -> Record | None:
    """The one record that a file holds; None, and what is wrong added to `errors`, where it does not fit."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        errors.extend(_lines(document.path, None, error))
        return None


def whole(source: ContentSource, path: str, model: type[Record]) -> Record:
    """The one record that the file at `path` holds. Raises ContentError with one line for each finding."""
    errors: list[str] = []
    found = one(Document(path, source.one(path)), model, errors)
    if found is None:
        raise ContentError("\n".join(errors))
    return found


def records(
    document: Document,
    model: type[Record],
    errors: list[str],
    key: str | None = None,
    given: Mapping[str, Any] | None = None,
) -> Iterable[Record]:
    """The records of a file, below `key` if there is one; `given`: fields of those that do not say themselves."""
    rows = document.data.get(key) if key and isinstance(document.data, dict) else document.data
    if not isinstance(rows, list):
        errors.append(f"{document.path}: a list of {model.__name__.lower()} records is expected")
        return
    for number, row in enumerate(rows, start=1):
        name = (row.get("id") or row.get("group")) if isinstance(row, dict) else None
        try:
            yield model.model_validate({**(given or {}), **row} if isinstance(row, dict) else row)
        except ValidationError as error:
            errors.extend(_lines(document.path, str(name or f"record {number}"), error))


def _lines(path: str, name: str | None, error: ValidationError) -> Iterable[str]:
    for detail in error.errors(include_url=False, include_input=False):
        where: list[Any] = [path, *([name] if name else []), ".".join(map(str, detail["loc"])) or "record"]
        yield ": ".join([*map(str, where), detail["msg"]])
