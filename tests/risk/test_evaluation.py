"""The figures count what they say they count."""

from __future__ import annotations

from bot.evaluation.risk import by_slice, confusion, figures
from bot.risk.examples import CODE_QUESTIONS, Example
from bot.risk.model import Level

N, C, U, E = Level


def judged(wanted: Level, got: Level, note: str = "plain") -> tuple[Example, Level]:
    return Example("x", "text", wanted, (), note, "w"), got


SEEN = [
    judged(E, E),
    judged(E, U),
    judged(E, C),
    judged(U, E),
    judged(U, N),
    judged(C, C),
    judged(C, U),
    judged(N, N),
    judged(N, U),
    judged(N, N, CODE_QUESTIONS),
]


def test_the_shares_are_counted_over_the_right_messages() -> None:
    found = {key: (value["k"], value["n"]) for key, value in figures(SEEN).items()}
    assert found == {
        "emergency_seen_as_urgent_or_higher": (2, 3),
        "emergency_seen_as_emergency": (1, 3),
        "urgent_or_higher_seen": (3, 5),
        "concern_seen": (2, 2),
        "false_alarms_on_hard_negatives": (1, 2),
        "false_alarms_on_code_questions": (0, 1),
        "false_alarms_on_none": (1, 3),
        "alarms_on_concern": (1, 2),
        "precision_of_alarms": (3, 5),
    }


def test_every_message_stands_in_the_confusion_once() -> None:
    table = confusion(SEEN)
    assert sum(sum(row.values()) for row in table.values()) == len(SEEN)
    assert table["emergency"] == {"none": 0, "concern": 1, "urgent": 1, "emergency": 1}


def test_slices_hold_their_own() -> None:
    table = by_slice(SEEN)
    assert (table["plain"]["seen"]["k"], table["plain"]["seen"]["n"]) == (3, 5)
    assert table[CODE_QUESTIONS]["raised"]["n"] == 1
