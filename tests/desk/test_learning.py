"""Staff mark alarms; the review shows them without text, and with text only to those who may read it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from bot.cli import main
from tests.web import PASSWORD, Chat, Seat

KNIFE = "he's outside with a knife"
Sit = Callable[..., Seat]


def review(*more: str, said: str = "") -> tuple[int, list[dict[str, object]]]:
    done = CliRunner().invoke(main, ["risk", "review", *more], input=said)
    lines = done.stdout.splitlines() if done.exit_code == 0 else []
    return done.exit_code, [json.loads(line) for line in lines]


def marked(jo: Seat, chat: Chat, mark: str = "right") -> int:
    chat.say(KNIFE)
    jo.act(chat, "claim")
    return jo.act(chat, "close", outcome="emergency_services", mark=mark)


def test_marks_are_listed_without_text(sit: Sit, chat: Chat) -> None:
    assert marked(sit("Jo"), chat, "too_high") == 200
    code, [line] = review()
    assert code == 0
    assert (line["mark"], line["level"], line["outcome"]) == ("too_high", "emergency", "emergency_services")
    assert line["rules"] and "weapon" in line["categories"]  # type: ignore[operator]
    assert "knife" not in json.dumps({k: v for k, v in line.items() if k != "rules"})


def test_with_text_only_for_those_allowed(sit: Sit, chat: Chat) -> None:
    sit("Sue", role="supervisor")
    marked(sit("Jo"), chat)
    code, [line] = review("--with-text", "Sue", "--password-stdin", said=f"{PASSWORD}\n")
    assert code == 0 and line["said"] == [KNIFE]
    for user, password in (("Jo", PASSWORD), ("Sue", "wrong"), ("Nobody", PASSWORD)):
        assert review("--with-text", user, "--password-stdin", said=f"{password}\n")[0] == 1
    assert review("--with-text", "Sue")[0] == 1, "a password is asked for"


def test_until_the_visitor_or_retention_takes_it(sit: Sit, chat: Chat) -> None:
    sit("Sue", role="supervisor")
    marked(sit("Jo"), chat)
    chat.client.delete(f"/api/conversations/{chat.id}", headers=chat.headers)
    code, [line] = review("--with-text", "Sue", "--password-stdin", said=f"{PASSWORD}\n")
    assert code == 0 and line["said"] is None


@pytest.mark.parametrize("mark", ["fine", "RIGHT"])
def test_a_mark_is_of_the_closed_list(sit: Sit, chat: Chat, mark: str) -> None:
    jo = sit("Jo")
    assert marked(jo, chat, mark) == 422
    assert jo.queue()[0]["in_charge"] == "staff", "nothing happened"


def test_a_message_is_still_assessed() -> None:
    done = CliRunner().invoke(main, ["risk", "he's", "outside", "with", "a", "knife"])
    assert json.loads(done.stdout)["level"] == "emergency"
    lines = CliRunner().invoke(main, ["risk", "--jsonl"], input='{"id": 1, "text": "hello"}\n')
    assert json.loads(lines.stdout)["id"] == 1
