"""The one table: what the rules see and what the learned part says, to one level."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.risk.decision import Policy
from bot.risk.detector import detector
from bot.risk.model import Evidence, Level

CONTRADICTS, NONE = 0.01, 0.2


@dataclass
class Chances:
    """A learned part that says what it is told to."""

    urgent: float
    emergency: float = 0.0
    concern: float = 0.0
    kinds: tuple[str, ...] = ("stalking",)
    kind: float = 0.9
    words: int = 9

    def at_least(self, level: Level) -> float:
        return {
            Level.NONE: 1.0,
            Level.CONCERN: max(self.concern, self.urgent),
            Level.URGENT: max(self.urgent, self.emergency),
            Level.EMERGENCY: self.emergency,
        }[level]

    def named(self, *, without: str | None = None) -> list[str]:
        return [kind for kind in self.kinds if kind != without]

    @property
    def categories(self) -> dict[str, float]:
        return dict.fromkeys(self.kinds, self.kind)


SAYINGS = {
    "contradicts": Chances(CONTRADICTS),
    "none": Chances(NONE),
    "concern": Chances(NONE, concern=0.9),
    "urgent": Chances(0.9),
    "emergency": Chances(0.9, emergency=0.9),
}


@pytest.fixture(scope="module")
def policy() -> Policy:
    return detector().policy


def seen(level: Level) -> list[Evidence]:
    return [Evidence("some.rule", "weapon", level, "a knife")] if level > Level.NONE else []


@pytest.mark.parametrize("saying", SAYINGS)
@pytest.mark.parametrize("by_rules", list(Level))
def test_every_cell_of_the_table_is_what_is_decided(policy: Policy, by_rules: Level, saying: str) -> None:
    wanted = getattr(detector().book.decision.table[by_rules], saying)
    found = policy.decide(seen(by_rules), frozenset(), SAYINGS[saying])
    assert found.level is wanted
    assert bool(found.categories) is (wanted > Level.NONE)


def test_the_table_lowers_no_emergency_of_the_rules_to_nothing_and_nothing_that_the_learned_part_says() -> (
    None
):
    table = detector().book.decision.table
    assert all(getattr(table[Level.EMERGENCY], saying) >= Level.CONCERN for saying in SAYINGS)
    for row in table.values():
        assert row.emergency is Level.EMERGENCY
        assert row.urgent >= Level.URGENT
        assert row.concern >= Level.CONCERN


def test_without_a_learned_part_the_rules_stand(policy: Policy) -> None:
    for level in Level:
        assert policy.decide(seen(level), frozenset()).level is level


def test_both_reasons_are_kept(policy: Policy) -> None:
    found = policy.decide(seen(Level.EMERGENCY), frozenset(), SAYINGS["urgent"])
    assert [(e.rule, e.level) for e in found.evidence] == [
        ("some.rule", Level.EMERGENCY),
        ("learned.urgent", Level.URGENT),
    ]
    assert found.categories == ("weapon", "stalking")


def test_a_child_whom_the_learned_part_notices_gets_a_person(policy: Policy) -> None:
    child = Chances(NONE, concern=0.9, kinds=("child-writing", "assault"))
    found = policy.decide([], frozenset(), child)
    assert found.child_writing
    assert found.level is Level.URGENT


def test_messages_read_together_have_thresholds_of_their_own(policy: Policy) -> None:
    learned = detector().book.decision.learned
    between = Chances((learned.says.urgent + learned.together.urgent) / 2)
    assert learned.says.urgent != learned.together.urgent
    alone = policy.decide([], frozenset(), between).level
    together = policy.decide([], frozenset(), between, together=True).level
    assert {alone, together} == {Level.NONE, Level.URGENT} or {alone, together} == {
        Level.CONCERN,
        Level.URGENT,
    }


def test_a_few_words_without_a_kind_of_danger_raise_nothing(policy: Policy) -> None:
    short = detector().book.decision.learned.short
    for words, kind, level in (
        (short.words, short.category - 0.01, Level.NONE),
        (short.words, short.category, Level.EMERGENCY),
        (short.words + 1, 0.0, Level.EMERGENCY),
    ):
        found = policy.decide([], frozenset(), Chances(0.9, emergency=0.9, words=words, kind=kind))
        assert found.level is level
