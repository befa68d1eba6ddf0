"""What a visitor and staff see, in a real browser, with and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD
from tests.running import RunningSystem

NewPage = Callable[..., Page]
KNIFE = "he's outside with a knife"


def begin(page: Page, system: RunningSystem) -> None:
    page.goto(f"{system.url}/")
    page.get_by_role("button", name="Start chat").click()
    expect(page.get_by_label("Your message")).to_be_visible()


def say(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name="Send").click()


def nothing_kept(page: Page) -> None:
    """Neither cookie nor storage holds anything of the visit."""
    assert page.context.cookies() == []
    state = page.context.storage_state()
    assert state["origins"] == []


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
def test_a_question_gets_its_answer_and_source(
    running_system: RunningSystem, new_page: NewPage, javascript: bool
) -> None:
    page = new_page(javascript=javascript)
    begin(page, running_system)
    say(page, "when will the police tell me if they arrest someone?")
    log = page.get_by_role("log")
    expect(log).to_contain_text("5 working days")
    expect(log).to_contain_text("1 working day")
    expect(log).to_contain_text("Right 6")
    expect(log).to_contain_text("source read 21 November 2026")
    nothing_kept(page)


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
def test_danger_a_person_and_the_end(
    running_system: RunningSystem, new_page: NewPage, sign_in: Callable[..., Page], javascript: bool
) -> None:
    """Risk, the truth about an occupied desk, claim, chat in both directions, deletion."""
    desk = sign_in()
    page = new_page(javascript=javascript)
    begin(page, running_system)
    say(page, KNIFE)
    log = page.get_by_role("log")
    expect(log.get_by_role("link", name="999").first).to_have_attribute("href", "tel:999")
    expect(log).to_contain_text("I've asked a helpline worker")

    waiting = desk.locator(".item", has_text="knife").last
    expect(waiting).to_contain_text("Emergency")
    waiting.get_by_role("button", name="Claim").click()
    desk.get_by_label("Your message").fill("Are you somewhere safe?")
    desk.get_by_role("button", name="Send").click()
    if not javascript:
        page.get_by_role("link", name="Check for new messages").click()
    expect(page.get_by_role("log")).to_contain_text("Are you somewhere safe?")
    say(page, "yes, upstairs")
    expect(desk.get_by_role("log")).to_contain_text("yes, upstairs")
    desk.get_by_role("button", name="Hand back").click()
    expect(desk.get_by_role("log")).to_have_count(0)

    page.get_by_role("button", name="Delete this chat").click()
    if javascript:
        page.locator("#delete-yes").click()
    expect(page.get_by_text("knife")).to_have_count(0)
    nothing_kept(page)


def test_what_is_sent_before_the_answer_has_come_goes_out_after_it(
    running_system: RunningSystem, new_page: NewPage
) -> None:
    page = new_page()
    begin(page, running_system)
    page.route("**/messages?*", lambda route: (page.wait_for_timeout(1000), route.continue_()))
    say(page, "one moment please")
    say(page, "where is the court in chelmsford")
    log = page.get_by_role("log")
    expect(log.locator(".message--visitor")).to_have_count(2)
    expect(log.locator(".message--visitor").last).to_contain_text("chelmsford")
    expect(page.get_by_label("Your message")).to_have_value("")


def test_two_staff_claim_and_one_is_told_who_was_faster(
    running_system: RunningSystem, new_page: NewPage, sign_in: Callable[..., Page]
) -> None:
    first, second = sign_in(), sign_in(javascript=False)
    page = new_page()
    begin(page, running_system)
    say(page, "my husband is strangling me")
    expect(page.get_by_role("log")).to_contain_text("helpline worker")
    second.reload()
    item = second.locator(".item", has_text="strang").last
    first.locator(".item", has_text="strang").last.get_by_role("button", name="Claim").click()
    expect(first.get_by_label("Your message")).to_be_visible()
    item.get_by_role("button", name="Claim").click()
    expect(second.get_by_role("alert")).to_contain_text("faster")


@pytest.mark.parametrize("way", ["press", "Escape", "Shift"])
def test_leaving_at_once(running_system: RunningSystem, new_page: NewPage, way: str) -> None:
    page = new_page()
    begin(page, running_system)
    say(page, "my secret")
    expect(page.get_by_role("log")).to_contain_text("my secret")
    page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="weather"))
    if way == "press":
        page.get_by_role("link", name="Exit this page").click()
    else:
        for _ in range(1 if way == "Escape" else 3):
            page.keyboard.press(way)
    page.wait_for_url("https://www.bbc.co.uk/weather")
    page.go_back()
    page.wait_for_load_state()
    assert "my secret" not in page.content()


def test_the_exit_is_first_in_tab_order_and_a_link_without_javascript(
    running_system: RunningSystem, new_page: NewPage
) -> None:
    page = new_page()
    page.goto(f"{running_system.url}/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Exit this page")
    plain = new_page(javascript=False)
    plain.goto(f"{running_system.url}/")
    assert (
        plain.get_by_role("link", name="Exit this page").get_attribute("href")
        == "https://www.bbc.co.uk/weather"
    )


def test_first_user_is_asked_for_a_new_password(running_system: RunningSystem, new_page: NewPage) -> None:
    password = running_system.vra("desk", "user", "reset", "admin").stdout.split()[-1]
    page = new_page(width=1024)
    page.goto(f"{running_system.url}/desk")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password again").fill(PASSWORD)
    page.get_by_role("button", name="Save password").click()
    expect(page.get_by_role("heading", name="Waiting")).to_be_visible()


def test_nothing_is_asked_of_other_sites(running_system: RunningSystem, new_page: NewPage) -> None:
    page = new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    begin(page, running_system)
    say(page, "who can help me after a burglary in Harlow")
    expect(page.get_by_role("log")).to_contain_text("Victim Support")
    assert all(url.startswith(running_system.url) for url in asked)
