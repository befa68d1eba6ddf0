"""The pages without JavaScript: forms, single-use tickets, nothing on the visitor's device."""

from __future__ import annotations

import html
import re
import threading
from typing import Any

import pytest

from bot.conversations import store

KNIFE = "he's outside with a knife"


def ticket(page: str) -> str:
    found = re.search(r'action="/chat/([^"#/]+)', page)
    assert found
    return found[1]


def text(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def begin(web: Any) -> str:
    response = web.post("/chat")
    assert response.status_code == 200
    return str(response.text)


def test_the_whole_visit(web: Any) -> None:
    page = begin(web)
    alarmed = web.post(f"/chat/{ticket(page)}", data={"text": KNIFE, "client_id": "1"})
    assert alarmed.status_code == 200
    assert KNIFE in text(alarmed.text) and "999" in text(alarmed.text)
    again = web.get(f"/chat/{ticket(alarmed.text)}")
    assert KNIFE in text(again.text)
    gone = web.post(f"/chat/{ticket(again.text)}/delete")
    assert KNIFE not in text(gone.text)
    assert web.get(f"/chat/{ticket(again.text)}").status_code == 404


def test_a_used_ticket_shows_nothing(web: Any) -> None:
    first = ticket(begin(web))
    page = web.post(f"/chat/{first}", data={"text": "my secret"}).text
    for answer in (web.get(f"/chat/{first}"), web.post(f"/chat/{first}", data={"text": "again"})):
        assert answer.status_code == 404
        assert "my secret" not in answer.text
    assert "my secret" in web.get(f"/chat/{ticket(page)}").text


def test_what_could_not_be_taken_stays_in_the_box(web: Any) -> None:
    long = "x" * 2100
    refused = web.post(f"/chat/{ticket(begin(web))}", data={"text": long})
    assert refused.status_code == 422
    assert long in refused.text and "2000" in text(refused.text)
    assert web.post(f"/chat/{ticket(refused.text)}", data={"text": "short"}).status_code == 200


def test_what_a_visitor_writes_is_never_markup(web: Any) -> None:
    page = web.post(f"/chat/{ticket(begin(web))}", data={"text": "<script>alert(1)</script> & 'x'"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_no_cookie_and_no_script_that_is_not_ours(web: Any) -> None:
    response = web.post("/chat")
    assert "set-cookie" not in response.headers
    assert not re.findall(
        r'(?:src|href)="(?:https?:)?//(?!www\.bbc\.co\.uk/weather)', response.text.split("<main")[0]
    )


def test_phone_numbers_can_be_dialled(web: Any) -> None:
    page = web.post(f"/chat/{ticket(begin(web))}", data={"text": KNIFE}).text
    assert 'href="tel:999"' in page


def test_the_exit_is_a_real_link_and_first(web: Any) -> None:
    page = web.get("/").text
    links = re.findall(r"<(?:a|button|input|textarea)\b[^>]*>", page.split("<body")[1])
    assert 'id="exit"' in links[0] and 'href="https://' in links[0]


def test_send_pressed_twice_before_the_answer_is_one_message_and_keeps_the_chat(web: Any) -> None:
    """The browser shows only the answer to the second press: it must be the one that goes on."""
    r = web.app.state.resources
    page = begin(web)
    first_press = {"text": "my secret", "client_id": "1"}
    with r.database.write() as session:
        chat, use = store.enter(session, ticket(page), r.vault)
    second = web.post(f"/chat/{ticket(page)}", data=first_press)
    assert second.status_code == 200
    with r.database.write() as session, pytest.raises(store.Gone):
        store.renew(session, ticket(page), use, r.vault)
    goes_on = web.get(f"/chat/{ticket(second.text)}")
    assert text(goes_on.text).count("my secret") == 1
    assert chat not in goes_on.text


def test_two_presses_at_the_same_moment(web: Any) -> None:
    page, gate, answers = begin(web), threading.Barrier(2), []

    def press() -> None:
        gate.wait()
        answers.append(web.post(f"/chat/{ticket(page)}", data={"text": "my secret", "client_id": "1"}))

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [shown] = [a for a in answers if a.status_code == 200]
    assert text(web.get(f"/chat/{ticket(shown.text)}").text).count("my secret") == 1


def test_who_leaves_while_the_answer_is_on_its_way_is_shown_nothing(web: Any) -> None:
    r, page = web.app.state.resources, begin(web)
    with r.database.write() as session:
        _, use = store.enter(session, ticket(page), r.vault)
    assert web.post(f"/chat/{ticket(page)}/leave").status_code == 204
    with r.database.write() as session, pytest.raises(store.Gone):
        store.renew(session, ticket(page), use, r.vault)
    assert web.get(f"/chat/{ticket(page)}").status_code == 404
