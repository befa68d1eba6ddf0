"""The desk in a real browser: sound and notices, what counts as read, narrow and enlarged screens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_whole_path import begin, say
from tests.running import RunningSystem, until

STALKED = "my ex keeps following me"
NewPage = Callable[..., Page]
SignIn = Callable[..., Page]
# Counts tones and keeps notices, which are really sounded and shown; `away`: the window is out of sight
WATCHED = """
window.tones = 0; window.notices = []; window.away = false;
const make = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () { window.tones += 1; return make.call(this); };
const Real = Notification;
window.Notification = class extends Real {
  constructor(title, options) { super(title, options); window.notices.push(`${title}: ${options.body}`); }
};
Object.defineProperty(document, "hidden", { get: () => window.away });
"""


def visitor(new_page: NewPage, system: RunningSystem) -> Page:
    page = new_page()
    begin(page, system)
    say(page, STALKED)
    expect(page.get_by_role("log")).to_contain_text("helpline worker")
    return page


def erase(page: Page) -> None:
    """Nobody waits in the tests that follow."""
    page.get_by_role("button", name="Delete this chat").click()
    page.locator("#delete-yes").click()
    expect(page.get_by_role("log")).to_have_count(0)


def claim_newest(desk: Page) -> None:
    """Of those who wait at this level the last: other tests leave visitors behind."""
    waiting = desk.locator(".item--urgent").filter(has=desk.get_by_role("button", name="Claim"))
    waiting.last.get_by_role("button", name="Claim").click()
    expect(desk.get_by_label("Your message")).to_be_visible()


def tones(desk: Page, number: int) -> None:
    until(lambda: desk.evaluate("window.tones") >= number, f"{number} tones", 15)


def test_sound_and_notices_for_whoever_is_new_or_worse(
    running_system: RunningSystem, new_page: NewPage, sign_in: SignIn
) -> None:
    desk = sign_in(watched=WATCHED)
    desk.context.grant_permissions(["notifications"], origin=running_system.url)
    button = desk.get_by_role("button", name="Turn on sound and notices")
    button.click()
    expect(button).to_be_hidden()
    assert desk.evaluate("window.tones") == 0, "not for who waited before"
    chat = visitor(new_page, running_system)
    tones(desk, 1)
    assert desk.evaluate("window.notices") == [], "the page is in sight: a tone is enough"
    desk.evaluate("window.away = true")
    say(chat, "he's outside with a knife")
    tones(desk, 2)
    [told] = desk.evaluate("window.notices")
    assert told.startswith("Helpline desk: ") and told.endswith(" waiting, emergency")
    assert "knife" not in told
    erase(chat)


def test_sound_stays_on_when_a_chat_is_claimed(
    running_system: RunningSystem, new_page: NewPage, sign_in: SignIn
) -> None:
    desk = sign_in(watched=WATCHED)
    desk.get_by_role("button", name="Turn on sound and notices").click()
    visitor(new_page, running_system)
    claim_newest(desk)
    expect(desk.get_by_role("button", name="Turn on sound and notices")).to_be_hidden()
    other = visitor(new_page, running_system)
    tones(desk, 1)
    erase(other)
    desk.get_by_role("button", name="Hand back").click()


def test_a_page_that_is_merely_open_reads_nothing(
    running_system: RunningSystem, new_page: NewPage, sign_in: SignIn
) -> None:
    """Whoever claims and falls asleep is seen by the supervisor; a hand at the mouse is enough."""
    desk, sue = sign_in(), sign_in(role="supervisor")
    chat = visitor(new_page, running_system)
    claim_newest(desk)
    desk.get_by_label("Your message").fill("Hello")
    desk.get_by_role("button", name="Send").click()
    say(chat, "are you there?")
    expect(desk.get_by_role("log")).to_contain_text("are you there?")
    name = desk.locator(".top__who").inner_text().partition(",")[0]
    mine = sue.locator(".item", has_text=f"with {name}")
    expect(mine).to_contain_text("1 unread", timeout=25_000)
    desk.mouse.move(300, 300)
    expect(mine).not_to_contain_text("unread")
    desk.get_by_role("button", name="Hand back").click()


@pytest.mark.parametrize("width", [1280, 1024, 640, 512, 320])
def test_nothing_runs_out_of_a_narrow_or_enlarged_screen(
    running_system: RunningSystem, new_page: NewPage, sign_in: SignIn, width: int
) -> None:
    desk = sign_in()
    visitor(new_page, running_system)
    claim_newest(desk)
    desk.set_viewport_size({"width": width, "height": 768})
    assert desk.evaluate("document.documentElement.scrollWidth") <= width
    if width >= 1024:
        box, queue = desk.locator("#reply").bounding_box(), desk.locator("#queue").bounding_box()
        assert box and queue and queue["x"] + queue["width"] <= box["x"], "the queue stays beside the chat"
    desk.get_by_role("button", name="Hand back").click()
