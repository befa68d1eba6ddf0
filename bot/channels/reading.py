"""Pages to read and print, without chat and without JavaScript: the Rights, the way of a case, the words.

They carry the same exit, title and headers as the chat's pages, and keep nothing.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from bot.channels.errors import Problem
from bot.channels.library import guide
from bot.channels.pages import context
from bot.channels.picture import draw
from bot.channels.render import page
from bot.channels.resources import resources
from bot.clock import local, now
from bot.content import FileContent, Strict

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


class Heading(Strict):
    """A page's heading, and what the index says of it."""

    heading: str
    short: str


class IndexWords(Strict):
    """Words of the index."""

    heading: str
    lead: str
    more: str
    rights: str


class RightWords(Strict):
    """Words of a Right's page; {right} is its number."""

    name: str
    limits: str
    contents: str
    see: str


class WayWords(Heading):
    """Words of the way of a case; {span} is a length of time."""

    lead: str
    picture: str
    legend: str
    everyone_key: str
    enhanced_key: str
    same: str
    enhanced: str
    table: str
    others: str


class ListWords(Heading):
    """Words of the list of words."""

    see: str


class ReadingWords(Strict):
    """`data/reading.yml`."""

    index: IndexWords
    right: RightWords
    enhanced: Heading
    way: WayWords
    words: ListWords
    columns: dict[str, str]
    nothing: str
    chat: str
    all: str
    before: str
    after: str
    print_note: str
    about: str
    code: str


@cache
def reading_words() -> ReadingWords:
    """The words of these pages. Raises ValidationError where they do not fit."""
    return ReadingWords.model_validate(FileContent().one("reading.yml"))


async def _shown(request: Request, name: str, **more: Any) -> Response:
    def render() -> str:
        return page(
            f"read/{name}.html",
            read=reading_words(),
            today=local(now()).date(),
            titles=guide().titles(),
            lists=[name for name in ("way", "enhanced", "words") if name != "words" or guide().words()],
            **more,
            **context(resources(request)),
        )

    return HTMLResponse(await anyio.to_thread.run_sync(render))


@router.get("/rights")
async def index(request: Request) -> Response:
    """All pages."""
    return await _shown(request, "index")


@router.get("/rights/enhanced")
async def enhanced(request: Request) -> Response:
    """Who has enhanced rights, and what they change."""
    sections = await anyio.to_thread.run_sync(lambda: guide().sections("enhanced"))
    return await _shown(request, "enhanced", sections=sections)


@router.get("/rights/way")
async def way(request: Request) -> Response:
    """The way of a case: a picture, and the same in words."""
    words = reading_words().way
    parts = await anyio.to_thread.run_sync(lambda: guide().way())
    others = guide().other_limits()
    return await _shown(
        request, "way", parts=parts, others=others, picture=draw(parts, words.same, words.enhanced)
    )


@router.get("/rights/words")
async def words(request: Request) -> Response:
    """The words of the trade. Raises Problem 404 where there is no list of them."""
    found = await anyio.to_thread.run_sync(lambda: guide().words())
    if not found:
        raise Problem(404, "not_found")
    return await _shown(request, "words", terms=found)


@router.get("/rights/{number}")
async def right(request: Request, number: str) -> Response:
    """One Right. Raises Problem 404 for a number that is none."""
    titles = {
        str(title.right): title for title in (await anyio.to_thread.run_sync(lambda: guide().titles())).rights
    }
    if number not in titles:
        raise Problem(404, "not_found")
    title = titles[number]
    sections, limits = guide().sections(title.right), guide().limits(title.right)
    return await _shown(request, "right", title=title, sections=sections, limits=limits)
