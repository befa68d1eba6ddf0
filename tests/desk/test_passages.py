"""Changes of hands: each told to the visitor, each in the audit log, each to one person only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from bot.conversations import database
from bot.conversations.tables import Audit
from tests.web import Chat, Clock, Seat

KNIFE = "he's outside with a knife"
STALKED = "my ex keeps following me"
Sit = Callable[..., Seat]
New = Callable[[], Chat]


def audited(chat: Chat) -> list[tuple[str, str]]:
    with database.get_database().read() as session:
        rows = session.scalars(select(Audit).where(Audit.conversation_id == chat.id).order_by(Audit.id))
        return [(row.staff, row.action) for row in rows]


def claimed(jo: Seat, chat: Chat, text: str = STALKED) -> None:
    chat.say(text)
    assert jo.act(chat, "claim") == 200


@pytest.mark.parametrize(
    ("action", "details", "in_charge", "words"),
    [
        ("release", {}, "waiting", "Jo had to leave this chat"),
        ("transfer", {"to": "Sam"}, "staff", "Sam now takes over this chat"),
        ("hand_back", {}, "assistant", "Jo has left this chat. The bot answers again"),
        ("close", {"outcome": "supported"}, "closed", "Jo has closed this chat"),
        ("close", {"outcome": "misuse"}, "closed", "Jo has ended this chat. If you are in danger, call 999"),
        ("call_supervisor", {}, "staff", "asked a colleague who leads the team"),
    ],
)
def test_each_is_told_in_plain_words_and_audited(
    sit: Sit, chat: Chat, action: str, details: dict[str, str], in_charge: str, words: str
) -> None:
    jo, _ = sit("Jo"), sit("Sam")
    claimed(jo, chat)
    assert jo.act(chat, action, **details) == 200
    looked = chat.look().json()
    assert looked["in_charge"] == in_charge
    assert words in looked["messages"][-1]["text"]
    assert audited(chat)[-1] == ("Jo", action)


def test_what_comes_back_stands_in_front_of_its_level(sit: Sit, new_chat: New) -> None:
    """Also of those who wait longer; never of an emergency."""
    jo, longest, back, emergency = sit("Jo"), new_chat(), new_chat(), new_chat()
    longest.say(STALKED)
    claimed(jo, back)
    assert jo.act(back, "release") == 200
    emergency.say(KNIFE)
    assert [row["id"] for row in jo.queue()] == [emergency.id, back.id, longest.id]
    places = [c.look().json()["queue_position"] for c in (emergency, back, longest)]
    assert places == [1, 2, 3]


def test_a_transfer_goes_to_a_colleague_of_the_team_only(sit: Sit, chat: Chat) -> None:
    jo, _, _ = sit("Jo"), sit("Kim", team="kent"), sit("Ed", role="editor")
    claimed(jo, chat)
    for name in ("Kim", "Ed", "Nobody"):
        assert jo.act(chat, "transfer", to=name) == 422
    assert jo.queue()[0]["staff"] == "Jo"


def test_a_supervisor_takes_over_and_staff_do_not(sit: Sit, chat: Chat) -> None:
    jo, sam, sue = sit("Jo"), sit("Sam"), sit("Sue", role="supervisor")
    claimed(jo, chat)
    assert sam.act(chat, "take_over") == 403
    assert sue.act(chat, "take_over") == 200
    assert sue.queue()[0]["staff"] == "Sue"
    assert "Sue now takes over" in chat.texts()[-1]
    assert jo.post(f"conversations/{chat.id}/messages", {"text": "still me"}).status_code == 409


def test_two_supervisors_who_take_over_at_the_same_moment(sit: Sit, chat: Chat) -> None:
    jo, boss = sit("Jo"), [sit(f"Sue{n}", role="supervisor") for n in range(2)]
    claimed(jo, chat)
    gate, done = threading.Barrier(2), []

    def take(seat: Seat) -> None:
        gate.wait()
        done.append(seat.act(chat, "take_over"))

    _together(take, boss)
    # The second takes it from the first: it is one person's at every moment
    assert done == [200, 200]
    assert len([t for t in chat.texts() if "now takes over" in t]) == 2


def test_nobody_has_two_emergencies(sit: Sit, new_chat: New) -> None:
    jo, sam, chats = sit("Jo"), sit("Sam"), [new_chat() for _ in range(3)]
    for chat in chats:
        chat.say(KNIFE)
    assert jo.act(chats[0], "claim") == 200
    refused = jo.post(f"conversations/{chats[1].id}/claim")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "one_emergency")
    assert sam.act(chats[1], "claim") == 200
    assert sam.act(chats[1], "transfer", to="Jo") == 409
    assert jo.act(chats[0], "close", outcome="supported") == 200
    assert jo.act(chats[2], "claim") == 200


def test_one_worker_claims_two_emergencies_in_two_windows_at_once(sit: Sit, new_chat: New) -> None:
    jo, chats = sit("Jo"), [new_chat() for _ in range(6)]
    for chat in chats:
        chat.say(KNIFE)
    gate, done = threading.Barrier(len(chats)), []

    def claim(chat: Chat) -> None:
        gate.wait()
        done.append(jo.act(chat, "claim"))

    _together(claim, chats)
    assert sorted(done) == [200, *[409] * (len(chats) - 1)]


def _together(work: Callable[[Any], None], each: list[Any]) -> None:
    threads = [threading.Thread(target=work, args=(one,)) for one in each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_less_than_an_emergency_can_be_held_beside_one(sit: Sit, new_chat: New) -> None:
    jo, first, second = sit("Jo"), new_chat(), new_chat()
    claimed(jo, first, KNIFE)
    claimed(jo, second, STALKED)


def test_a_supervisor_is_called_and_writes_along(sit: Sit, chat: Chat) -> None:
    jo, sam, sue = sit("Jo"), sit("Sam"), sit("Sue Long Name", role="supervisor")
    claimed(jo, chat)
    assert sam.act(chat, "call_supervisor") == 409
    assert jo.act(chat, "call_supervisor") == 200
    assert sue.queue()[0]["supervisor_called"]
    assert sue.act(chat, "join") == 200
    assert "Sue, who leads the team, has joined" in chat.texts()[-1]
    assert not sue.queue()[0]["supervisor_called"]
    for seat in (sue, jo):
        assert seat.post(f"conversations/{chat.id}/messages", {"text": "hello"}).status_code == 200
    assert [m["name"] for m in chat.look().json()["messages"][-2:]] == ["Sue", "Jo"]
    assert sam.act(chat, "join") == 403


def test_visitors_read_an_alias_and_never_a_full_name(sit: Sit, chat: Chat) -> None:
    jo = sit("Joanna Example")
    assert jo.post("alias", {"alias": "Robin"}).status_code == 200
    claimed(jo, chat)
    jo.post(f"conversations/{chat.id}/messages", {"text": "hello"})
    seen = chat.look().text
    assert "Robin" in seen
    assert "Joanna" not in seen and "Example" not in seen
    assert jo.queue()[0]["staff"] == "Joanna Example", "the desk knows"


def test_on_a_break_nobody_is_promised_and_chats_stay(sit: Sit, new_chat: New, web: Any) -> None:
    from bot.conversations.handover import return_vanished

    jo, mine, other = sit("Jo"), new_chat(), new_chat()
    claimed(jo, mine)
    assert jo.post("pause", {"paused": True}).json() == {"paused": True}
    assert "Nobody is at the desk" in other.say(KNIFE)["messages"][2]["text"]
    r = web.app.state.resources
    with r.database.write() as session:
        assert return_vanished(session, r.vault, r.settings) == 0
    assert jo.act(other, "claim") == 200
    third = new_chat()
    assert "asked a helpline worker" in third.say(KNIFE)["messages"][2]["text"], "a claim ends the break"


def test_staff_are_warned_when_the_risk_rises(sit: Sit, chat: Chat) -> None:
    jo = sit("Jo")
    claimed(jo, chat)
    assert jo.open(chat)["raised_at"] is None
    said = chat.say(KNIFE)
    assert [m["author"] for m in said["messages"]] == ["visitor", "safety"], (
        "999 is told, whoever is in charge"
    )
    assert jo.queue()[0]["raised"] and jo.queue()[0]["level"] == "emergency"
    assert jo.open(chat)["raised_at"]
    assert "The risk rose in this chat" in jo.client.get(f"/desk?c={chat.id}").text


def test_what_to_do_when_the_visitor_falls_silent(sit: Sit, chat: Chat, clock: Clock) -> None:
    jo = sit("Jo")
    claimed(jo, chat)
    jo.post(f"conversations/{chat.id}/messages", {"text": "Are you there?"})
    assert "has been silent" not in jo.client.get(f"/desk?c={chat.id}").text
    clock.forward(minutes=6)
    assert "has been silent for 6 minutes" in jo.client.get(f"/desk?c={chat.id}").text
    chat.say("yes")
    assert jo.open(chat)["silent_s"] == 0


def test_the_desk_knows_what_was_not_read(sit: Sit, chat: Chat) -> None:
    jo = sit("Jo")
    claimed(jo, chat)
    jo.open(chat)
    assert jo.queue()[0]["unread"] == 0
    chat.say("are you there")
    chat.say("hello?")
    assert jo.queue()[0]["unread"] == 2
    jo.open(chat)
    assert jo.queue()[0]["unread"] == 0


def test_who_claims_and_falls_asleep_is_seen(sit: Sit, chat: Chat, clock: Clock) -> None:
    """The browser goes on giving signs of life: what was not read for minutes shows to the team."""
    jo, sue = sit("Jo"), sit("Sue", role="supervisor")
    claimed(jo, chat)
    jo.open(chat)
    chat.say("please answer")
    clock.forward(minutes=5)
    assert sue.queue()[0]["unread_s"] >= 300
    assert "1 unread for 5 min" in sue.client.get("/desk").text
    assert sue.act(chat, "take_over") == 200


def test_only_who_has_the_chat_reads_it_for_the_others_and_no_page_by_itself(sit: Sit, chat: Chat) -> None:
    jo, sue = sit("Jo"), sit("Sue", role="supervisor")
    claimed(jo, chat)
    last = jo.open(chat)["messages"][-1]["id"]
    one, two = (chat.say(text)["messages"][0]["id"] for text in ("one", "two"))
    jo.client.get(f"/desk?c={chat.id}&renewed=1")
    sue.open(chat)
    sue.post(f"conversations/{chat.id}/read", {"message": two})
    jo.post(f"conversations/{chat.id}/read", {"message": two + 1000})
    assert jo.queue()[0]["unread"] == 2
    jo.post(f"conversations/{chat.id}/read", {"message": one})
    assert sue.queue()[0]["unread"] == 1
    jo.post(f"conversations/{chat.id}/read", {"message": two})
    jo.post(f"conversations/{chat.id}/read", {"message": last})
    assert sue.queue()[0]["unread"] == 0, "and nothing becomes unread again"


@pytest.mark.parametrize("how", ["leave", "delete"])
def test_an_exit_and_a_deletion_look_the_same_at_the_desk(sit: Sit, chat: Chat, how: str) -> None:
    jo = sit("Jo")
    claimed(jo, chat)
    if how == "leave":
        chat.client.post(f"/api/conversations/{chat.id}/leave", json={"token": chat.token})
    else:
        chat.client.delete(f"/api/conversations/{chat.id}", headers=chat.headers)
    page = jo.client.get(f"/desk?c={chat.id}").text
    assert "The visitor has left. Nothing more can be sent." in page
    assert "delete" not in page.lower()


def test_another_team_can_do_none_of_it(sit: Sit, chat: Chat) -> None:
    jo, kim = sit("Jo"), sit("Kim", role="supervisor", team="kent")
    claimed(jo, chat)
    for action in ("claim", "release", "take_over", "join", "call_supervisor", "hand_back", "put_away"):
        assert kim.act(chat, action) == 404, action
    assert kim.act(chat, "close", outcome="supported") == 404
    assert kim.post(f"conversations/{chat.id}/matter", {"about": "child", "note": "x"}).status_code == 404


def test_an_abusive_chat_that_ended_is_still_watched_for_danger(sit: Sit, chat: Chat) -> None:
    jo = sit("Jo")
    claimed(jo, chat)
    jo.act(chat, "close", outcome="misuse")
    again = chat.say(KNIFE)
    assert again["in_charge"] == "waiting"
    assert [m["author"] for m in again["messages"]] == ["visitor", "safety", "safety"]


def test_an_hour_of_silence_does_not_wake_the_assistant(sit: Sit, chat: Chat, clock: Clock, web: Any) -> None:
    """Rasa's own pause would end with its session, after an hour."""
    jo = sit("Jo")
    claimed(jo, chat)
    clock.forward(hours=1, minutes=10)
    jo.client.get("/desk/api/queue")
    assert [m["author"] for m in chat.say("are you still there")["messages"]] == ["visitor"]
    assert chat.look().json()["in_charge"] == "staff"
