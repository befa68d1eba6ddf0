"""The pages to read and print: the same safety as the chat's pages, and nothing that the content does not say."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

PATHS = [
    "/rights",
    *(f"/rights/{n}" for n in range(1, 13)),
    "/rights/enhanced",
    "/rights/way",
    "/rights/words",
]


def text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("path", PATHS)
def test_each_page_keeps_nothing_and_can_be_left_at_once(web: Any, path: str) -> None:
    answer = web.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    assert "<title>Help</title>" in answer.text
    first = re.findall(r"<(?:a|button|input)\b[^>]*>", answer.text.split("<body")[1])[0]
    assert 'id="exit"' in first and 'href="https://' in first
    assert " style=" not in answer.text and "<style" not in answer.text, "the policy would not apply it"


@pytest.mark.parametrize("path", PATHS)
def test_each_page_has_source_and_day(web: Any, path: str) -> None:
    page = text(web.get(path).text)
    assert "source read 21 November 2026" in page
    assert "not legal advice" in page and "999" in page
    assert "UNVERIFIED" not in page and "{" not in page


def test_right_6_tells_both_limits_and_leads_to_the_review(web: Any) -> None:
    page = web.get("/rights/6").text
    assert "5 working days" in text(page) and "1 working day" in text(page)
    assert 'id="vrr-police"' in page and 'href="/rights/6#vrr-police"' in page
    assert 'href="/rights/enhanced#enhanced-who"' in page


def test_every_link_within_the_pages_leads_somewhere(web: Any) -> None:
    pages = {path: web.get(path).text for path in PATHS}
    for page in pages.values():
        for path, anchor in re.findall(r'href="(/rights[^"#]*)(?:#([^"]+))?"', page):
            assert path in pages
            assert not anchor or f'id="{anchor}"' in pages[path]


def test_the_picture_has_its_twin_in_words(web: Any) -> None:
    page = web.get("/rights/way").text
    picture, _, table = page.partition("</svg>")
    assert 'role="img"' in picture and "aria-label" in picture
    for words in ("5 working days", "1 working day", "10 working days", "3 months", "2 years"):
        assert words in picture and words in table


@pytest.mark.parametrize("path", ["/rights/0", "/rights/13", "/rights/six", "/rights/6/more"])
def test_there_is_nothing_else(web: Any, path: str) -> None:
    assert web.get(path).status_code == 404


def test_the_start_leads_there(web: Any) -> None:
    assert 'href="/rights"' in web.get("/").text
