"""The knowledge base without the encoder, once for a `web` process: for pages and look-up, which search by words."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from bot.content import FileContent

if TYPE_CHECKING:
    from bot.knowledge import KnowledgeBase
    from bot.knowledge.guide import Guide


@cache
def knowledge() -> KnowledgeBase:
    """Loaded on first use: `web` must give safety messages before it can look things up."""
    from bot.knowledge import KnowledgeBase

    return KnowledgeBase(FileContent(), None)


@cache
def guide() -> Guide:
    """The same content as pages."""
    from bot.knowledge.guide import Guide

    return Guide(FileContent(), knowledge())
