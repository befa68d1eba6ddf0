"""Coming back with a return code on another device, with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_whole_path import begin, nothing_kept, say
from tests.running import RunningSystem

NewPage = Callable[..., Page]
STALKED = "my ex keeps following me"


def enter(page: Page, system: RunningSystem, code: str) -> None:
    page.goto(f"{system.url}/")
    page.get_by_text("I have a return code").click()
    page.get_by_label("Your six words").fill(code)
    page.get_by_role("button", name="Go back to the chat").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
def test_back_on_another_device(running_system: RunningSystem, new_page: NewPage, javascript: bool) -> None:
    first, second = new_page(javascript=javascript), new_page(javascript=javascript)
    begin(first, running_system)
    say(first, STALKED)
    offered = first.get_by_role("log").get_by_role("button", name="Get a return code")
    expect(offered).to_be_visible()
    offered.click()
    shown = first.get_by_role("log").get_by_text("Your return code")
    expect(shown).to_be_visible()
    code = re.search(r"once:\s+([a-z ]+)\s", first.get_by_role("log").inner_text())
    assert code
    first.get_by_role("checkbox", name="Hide this").last.check()
    expect(shown).to_be_hidden()

    enter(second, running_system, "acorn acorn")
    expect(second.get_by_role("alert")).to_contain_text("does not open a chat")
    enter(second, running_system, code[1])
    expect(second.get_by_role("log")).to_contain_text("You are back in the chat")
    expect(second.locator("#status")).to_contain_text("in the queue")
    assert STALKED not in second.content()
    if not javascript:
        first.get_by_role("link", name="Check for new messages").click()
    expect(first.get_by_text(STALKED)).to_have_count(0)
    say(second, "I am back")
    expect(second.get_by_role("log")).to_contain_text("I am back")
    nothing_kept(second)


def test_the_code_can_be_asked_for_at_any_time_and_stays_in_the_memory_of_the_page_alone(
    running_system: RunningSystem, new_page: NewPage
) -> None:
    page = new_page()
    begin(page, running_system)
    page.locator(".coming-back").get_by_role("button", name="Get a return code").click()
    expect(page.get_by_role("log")).to_contain_text("shown only this once")
    nothing_kept(page)
    page.reload()
    expect(page.get_by_text("Your return code")).to_have_count(0)
