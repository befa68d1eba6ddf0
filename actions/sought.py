"""What was sought so far in a conversation: the directory's `Query`, kept in the slot `sought` as plain JSON."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.directory import Query

_QUERY: TypeAdapter[Query] = TypeAdapter(Query)


def pack(query: Query) -> dict[str, Any]:
    """For the slot."""
    packed: dict[str, Any] = _QUERY.dump_python(query, mode="json")
    return packed


def unpack(value: Any) -> Query:
    """From the slot; an empty query where there is none, or one of another version."""
    try:
        return _QUERY.validate_python(value) if value else Query()
    except ValidationError:
        return Query()
