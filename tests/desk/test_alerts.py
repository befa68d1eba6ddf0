"""An alert whose sender died: staff are told that it may not have been sent, until one of them has seen it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from benchmarks.handoff.sink import Sink, listening
from bot.clock import now
from bot.conversations import database
from bot.conversations.person_tables import Alert
from tests.running import until
from tests.web import Seat

Sit = Callable[..., Seat]


@pytest.fixture
def lost(web: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """A supervisor was called, and the process died while it told them. The channel's receiver."""
    with listening() as sink:
        monkeypatch.setattr(web.app.state.resources.settings, "alert_supervisor_urls", SecretStr(sink.url))
        before = now() - dt.timedelta(minutes=2)
        with database.get_database().write() as session:
            row = {"channel": "supervisor 1 (json)", "area": "essex", "team": "essex", "level": "emergency"}
            session.add(
                Alert(
                    event="handoff 1 supervisor",
                    kind="supervisor",
                    state="sending",
                    tries=1,
                    next_at=before,
                    created_at=before,
                    **row,
                )
            )
        yield sink


def unsent(jo: Seat) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = jo.client.get("/desk/api/alerts").json()["unsent"]
    return found


def test_it_is_shown_followed_by_another_event_and_put_away_once(lost: Sink, sit: Sit) -> None:
    jo, sam, other = sit("Jo"), sit("Sam"), sit("Kim", team="night")
    until(lambda: bool(unsent(jo)) and bool(lost.got), "it is found", 20)
    assert lost.got == ["An earlier alert may not have arrived, emergency. Look at the desk"]
    [alert] = unsent(jo)
    words = "This alert may not have been sent: a supervisor is asked for, emergency"
    assert words in alert["text"]
    for page in ("/desk", "/desk/fragments/queue"):
        assert words in jo.client.get(page).text
    assert unsent(other) == [], "another team's"
    assert other.post(f"alerts/{alert['id']}/seen").status_code == 404
    assert jo.client.post(f"/desk/alerts/{alert['id']}/seen", data={"csrf": jo.csrf}).status_code == 303
    assert sam.post(f"alerts/{alert['id']}/seen").status_code == 404, "Jo has seen it"
    assert words not in sam.client.get("/desk").text and unsent(sam) == []
