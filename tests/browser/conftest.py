"""A real Chromium against the running system."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.running import RunningSystem

PASSWORD = "correct-horse-battery"

# Without these, Chromium talks to its maker's hosts at every start
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """The installed Chromium; the tests fail without one."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "Chromium is missing: install it (Debian: apt-get install chromium)."
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for a module, not for the session: while it runs, nobody else can use asyncio in this thread."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        yield started
        started.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A page in a browser profile of its own; errors on the page fail the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(*, javascript: bool = True, width: int = 390) -> Page:
        context = browser.new_context(
            java_script_enabled=javascript, viewport={"width": width, "height": 844}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def sign_in(running_system: RunningSystem, new_page: Callable[..., Page]) -> Callable[..., Page]:
    """A new member of staff at the desk."""

    def make(*, javascript: bool = True, role: str = "staff", watched: str = "") -> Page:
        name = f"jo-{uuid.uuid4().hex[:6]}"
        running_system.vra(
            "desk", "user", "add", name, "--role", role, "--password-stdin", "--no-totp", said=PASSWORD
        )
        page = new_page(javascript=javascript, width=1280)
        if watched:
            page.add_init_script(watched)
        page.goto(f"{running_system.url}/desk")
        page.get_by_label("User name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Waiting")).to_be_visible()
        return page

    return make
