"""The pages to read in a real browser: for assistive technology, on a small phone, on paper, without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.running import RunningSystem, start, until

NewPage = Callable[..., Page]
PATHS = ["/rights", "/rights/6", "/rights/enhanced", "/rights/way"]


@pytest.fixture(scope="module")
def running_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """Not waited for until it is ready: these pages need neither Rasa nor the actions."""

    def shown() -> bool:
        try:
            return httpx.get(f"{system.url}/rights", timeout=20).status_code == 200
        except httpx.HTTPError:
            return False

    with start(tmp_path_factory.mktemp("reading") / "data") as system:
        until(shown, "the pages")
        yield system


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_and_nothing_runs_over_the_edge(
    running_system: RunningSystem, new_page: NewPage, path: str, width: int
) -> None:
    page = new_page(width=width)
    page.goto(f"{running_system.url}{path}")
    violations = Axe().run(page).response["violations"]
    assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0


def test_without_javascript_one_reads_on_and_can_leave(
    running_system: RunningSystem, new_page: NewPage
) -> None:
    page = new_page(javascript=False)
    page.goto(f"{running_system.url}/")
    page.get_by_role("link", name="Read about your rights").click()
    page.get_by_role("link", name="To make a Victim Personal Statement").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("To make a Victim Personal Statement")
    page.get_by_role("link", name="Next: Right 8").click()
    expect(page.get_by_text("Right 8", exact=True)).to_be_visible()
    exit = page.get_by_role("link", name="Exit this page")
    assert exit.get_attribute("href") == "https://www.bbc.co.uk/weather"
    assert page.context.cookies() == [] and page.context.storage_state()["origins"] == []


def test_escape_leaves(running_system: RunningSystem, new_page: NewPage) -> None:
    page = new_page()
    page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="weather"))
    page.goto(f"{running_system.url}/rights/6")
    page.keyboard.press("Escape")
    page.wait_for_url("https://www.bbc.co.uk/weather")


def test_on_paper_the_sources_have_their_addresses_and_nothing_is_to_be_pressed(
    running_system: RunningSystem, new_page: NewPage
) -> None:
    page = new_page()
    page.goto(f"{running_system.url}/rights/12")
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Exit this page")).to_be_hidden()
    expect(page.get_by_role("link", name="Ask in the chat")).to_be_hidden()
    after = page.locator(".from a").first.evaluate("a => getComputedStyle(a, '::after').content")
    assert "https://" in after
    assert page.pdf()[:4] == b"%PDF"
