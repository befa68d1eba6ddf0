"""Look-up for staff: entries and services in one list. Lexical, so that it needs no encoder in `web`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import anyio.to_thread

from bot.channels.library import knowledge
from bot.clock import now
from bot.content import FileContent

if TYPE_CHECKING:
    from bot.directory import Directory
    from bot.knowledge import KnowledgeBase

ENTRIES, SERVICES = 8, 5


@cache
def _libraries(area: str) -> tuple[KnowledgeBase, Directory]:
    # Imported on first use: `web` must give safety messages before it can look things up
    from bot.directory import Directory

    return knowledge(), Directory(FileContent(), area)


def _find(q: str, area: str) -> list[dict[str, Any]]:
    from bot.directory.staff import lookup

    entries, directory = _libraries(area)
    return [*map(dict, entries.lookup(q, ENTRIES)), *lookup(directory, q, now(), SERVICES)]


async def find(q: str, area: str) -> list[dict[str, Any]]:
    """What fits: `[{kind, id, title, text, reference, note}]`, best first, entries before services."""
    return await anyio.to_thread.run_sync(_find, q, area)
