"""`vra ask|risk|find|place --jsonl`: one object per line, in order, also for bad input (contracts, "Commands")."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot.content import ROOT

VRA = ROOT / ".venv" / "bin" / "vra"
BAD = ["not json", "[]", '{"id": 7}', '{"id": 8, "text": 5}', "{" * 1000]


def lines(folder: Path, command: list[str], given: list[str]) -> list[dict[str, Any]]:
    """What the command says to these lines, run from another folder."""
    done = subprocess.run(
        [VRA, *command, "--jsonl"],
        input="\n".join(given),
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def asked(*texts: str) -> list[str]:
    return [json.dumps({"id": f"q{n}", "text": text}) for n, text in enumerate(texts)]


@pytest.mark.parametrize("command", ["ask", "risk", "find", "place"])
def test_bad_lines_are_answered_in_order_and_hold_nothing_up(tmp_path: Path, command: str) -> None:
    found = lines(tmp_path, [command], [*BAD, *asked("im in harlow"), *asked("")])
    assert len(found) == len(BAD) + 2
    assert all("error" in row for row in found[: len(BAD)])
    assert [row["id"] for row in found] == [None, None, 7, 8, None, "q0", "q0"]
    assert "error" not in found[-2]


def test_ask(tmp_path: Path) -> None:
    right, weather = lines(
        tmp_path,
        ["ask"],
        asked("when will the police tell me if they arrest someone?", "will it rain tomorrow"),
    )
    assert set(right) == {"id", "outcome", "entry", "right", "text", "sources", "choices"}
    assert (right["outcome"], right["right"], right["entry"]) == ("answer", 6, "arrest-told")
    assert right["sources"]
    assert weather["outcome"] != "answer"
    assert weather["right"] is None


def test_ask_on_a_day_before_the_code(tmp_path: Path) -> None:
    [row] = lines(
        tmp_path, ["ask", "--on", "2020-06-01"], asked("when will the police tell me if they arrest someone?")
    )
    assert row["outcome"] != "answer", "the Code of 2021 was not in force"


def test_risk(tmp_path: Path) -> None:
    knife, code = lines(tmp_path, ["risk"], asked("he's outside with a knife", "what is right 6"))
    assert set(knife) == {"id", "level", "categories", "evidence", "ms"}
    assert knife["level"] == "emergency"
    assert "weapon" in knife["categories"]
    assert code["level"] == "none"


def test_find(tmp_path: Path) -> None:
    clacton, burglary = lines(
        tmp_path,
        ["find"],
        asked("i live in Clacton, my husband hits me, who can help", "who helps people who got burgled"),
    )
    assert set(clacton) == {"id", "need", "area", "services", "text"}
    assert clacton["area"] == "Tendring"
    assert "compass" in clacton["services"]
    assert "changing-pathways" not in clacton["services"]
    assert "999" in clacton["text"], "999 is in the text where danger is in the message"
    assert "vs-essex" in burglary["services"]


def test_place(tmp_path: Path) -> None:
    found = lines(tmp_path, ["place"], asked("Clacton", "SS0 7AB", "Ipswich", "Essex", "i live in sarfend"))
    assert [row["authority"] for row in found] == [
        "Tendring",
        "Southend-on-Sea",
        "outside",
        "ambiguous",
        "Southend-on-Sea",
    ]
