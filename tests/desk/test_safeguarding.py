"""A safeguarding matter: keeps the chat, its note lives on its own, the lead is told, routes are at hand."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from benchmarks.handoff.sink import listening
from bot.clock import now
from bot.content import DATA, FileContent
from bot.conversations import database, retention
from bot.conversations.tables import Conversation
from bot.desk.routes import routes_of
from tests.running import until
from tests.web import Chat, Clock, Seat

STALKED = "my ex keeps following me"
NOTE = {"about": "adult", "note": "May be hurt by her son. No name given."}
Sit = Callable[..., Seat]


def flagged(jo: Seat, chat: Chat) -> None:
    chat.say(STALKED)
    jo.act(chat, "claim")
    assert jo.post(f"conversations/{chat.id}/matter", NOTE).status_code == 200


def sweep(web: Any) -> None:
    r = web.app.state.resources
    with r.database.write() as session:
        retention.sweep(session, r.settings)


def chats() -> list[str]:
    with database.get_database().read() as session:
        return list(session.scalars(select(Conversation.id)))


def test_the_lead_sees_it_and_staff_do_not(sit: Sit, chat: Chat) -> None:
    jo, lead = sit("Jo"), sit("Lee", role="safeguarding")
    flagged(jo, chat)
    [matter] = lead.client.get("/desk/api/matters").json()
    assert (matter["note"], matter["about"], matter["opened_by"]) == (NOTE["note"], "adult", "Jo")
    assert jo.client.get("/desk/api/matters").status_code == 403
    assert NOTE["note"] in lead.client.get("/desk/matters").text


def test_the_note_is_sealed(sit: Sit, chat: Chat) -> None:
    flagged(sit("Jo"), chat)
    for file in database.get_settings().data_dir.glob("vra.db*"):
        assert b"hurt by her son" not in file.read_bytes()


def test_that_it_keeps_the_chat_is_said_beside_the_button_and_after_it(
    sit: Sit, web: Any, chat: Chat
) -> None:
    """The same words in every chat, so that they tell nobody whether this one is flagged; then what is true of it."""

    def plain(page: str) -> str:
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())

    def ticket(page: str) -> str:
        return str(re.search(r'action="/chat/([^"#/]+)', page)[1])  # type: ignore[index]

    note = "or if one of them has noted that somebody may be seriously harmed"
    page = web.post("/chat").text
    assert note in plain(page) and note in plain(web.get("/").text), "with and without JavaScript"
    page = web.post(f"/chat/{ticket(page)}", data={"text": STALKED}).text
    jo = sit("Jo")
    [waiting] = jo.queue()
    jo.post(f"conversations/{waiting['id']}/claim")
    assert jo.post(f"conversations/{waiting['id']}/matter", NOTE).status_code == 200
    page = web.get(f"/chat/{ticket(page)}").text
    assert note in plain(page)
    told = plain(web.post(f"/chat/{ticket(page)}/delete").text)
    assert "kept for them until they close it" in told and "are deleted" not in told
    assert "X-Kept-For-Staff" not in web.delete(f"/api/conversations/{chat.id}", headers=chat.headers).headers
    other = ticket(web.post("/chat").text)
    assert "Your messages are deleted" in plain(web.post(f"/chat/{other}/delete").text)


def test_it_keeps_the_chat_until_it_is_closed(sit: Sit, chat: Chat, clock: Clock, web: Any) -> None:
    """From the visitor's deletion and from retention; then all of it goes the way of others."""
    jo, lead = sit("Jo"), sit("Lee", role="safeguarding")
    flagged(jo, chat)
    deleted = chat.client.delete(f"/api/conversations/{chat.id}", headers=chat.headers)
    assert deleted.headers["X-Kept-For-Staff"] == "1"
    assert chat.look().status_code == 404, "gone for the visitor at once"
    assert jo.act(chat, "close", outcome="referred") == 200
    clock.forward(days=40)
    sweep(web)
    assert chats() == [chat.id]
    lead = again(lead)
    matter = lead.client.get("/desk/api/matters").json()[0]["id"]
    assert STALKED in lead.client.get(f"/desk/api/conversations/{chat.id}/messages").text
    assert lead.post(f"matters/{matter}/close").status_code == 200
    assert chats() == []
    assert lead.client.get("/desk/api/matters").json()[0]["note"] == NOTE["note"], "the note has its own time"
    clock.forward(days=366)
    sweep(web)
    assert again(lead).client.get("/desk/api/matters").json() == []


def again(seat: Seat) -> Seat:
    """The same person after the session ran out."""
    from tests.web import PASSWORD

    signed = seat.client.post("/desk/api/session", json={"user": "Lee", "password": PASSWORD})
    return Seat(seat.client, signed.json()["csrf"])


def test_only_who_has_the_chat_or_leads_flags_it(sit: Sit, chat: Chat) -> None:
    jo, sam, lead = sit("Jo"), sit("Sam"), sit("Lee", role="safeguarding")
    chat.say(STALKED)
    jo.act(chat, "claim")
    assert sam.post(f"conversations/{chat.id}/matter", NOTE).status_code == 409
    assert lead.post(f"conversations/{chat.id}/matter", NOTE).status_code == 200
    for wrong in (
        {"about": "x", "note": "y"},
        {"about": "child", "note": "  "},
        {"about": "child", "note": "x" * 601},
    ):
        assert jo.post(f"conversations/{chat.id}/matter", wrong).status_code == 422


def test_who_did_what_is_in_the_audit_log(sit: Sit, chat: Chat) -> None:
    from tests.desk.test_passages import audited

    flagged(sit("Jo"), chat)
    assert audited(chat)[-1] == ("Jo", "flag")


def test_the_lead_is_alerted_alone_and_without_a_word_of_it(
    sit: Sit, chat: Chat, web: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the lead's channel, through real HTTP, once for each matter."""
    r = web.app.state.resources
    with listening() as lead, listening() as team:
        monkeypatch.setattr(r.settings, "alert_lead_urls", SecretStr(lead.url))
        flagged(sit("Jo"), chat)
        monkeypatch.setattr(r.settings, "alert_urls", SecretStr(team.url))
        until(lambda: len(lead.got) == 1, "the lead is alerted", 20)
        assert lead.got == ["A safeguarding matter was opened"] and team.got == []
        for secret in ("hurt", "son", "Jo", chat.id, "following"):
            assert secret not in lead.raw[0].split('"message"')[1]


def test_every_place_has_its_teams_for_children_and_adults() -> None:
    routes, area = routes_of("essex"), FileContent().one("areas/essex/area.yml")
    for teams in (routes.children, routes.adults):
        named = [place for team in teams for place in team.authorities]
        assert sorted(named) == sorted(area["authorities"])
    for team in routes.children:
        assert any("vening" in c.label for c in team.contacts), team.title
    assert "999" in routes.first.text
    assert "MARAC" in routes.more[0].text and "DASH" in routes.more[0].text
    assert routes.first.review_by > now().date() - dt.timedelta(days=365)


def test_no_number_of_the_routes_is_one_that_is_out_of_use() -> None:
    text = (DATA / "areas/essex/safeguarding.yml").read_text("utf-8").replace(" ", "")
    for entry in FileContent().one("areas/retired_numbers.yml")["numbers"]:
        assert str(entry["number"]).replace(" ", "") not in text


@pytest.mark.parametrize("path", ["/desk/safeguarding", "/desk/calls"])
def test_the_pages_open_for_staff(sit: Sit, path: str) -> None:
    page = sit("Jo").client.get(path)
    assert page.status_code == 200
    assert "<h1>" in page.text


def test_what_is_private_is_said_before_the_chat(web: Any) -> None:
    assert "If someone may be seriously hurt, or a child" in " ".join(web.get("/").text.split())


def test_and_where_a_child_writes(chat: Chat) -> None:
    said = chat.say("im 13 and my stepdad comes in my room at night")["messages"][1]["text"]
    assert "we may have to get help" in " ".join(said.split())
