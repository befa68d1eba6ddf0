"""What an assessment is: levels, evidence and the assessment itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How soon a person is needed. Ordered: none < concern < urgent < emergency."""

    NONE = "none"
    CONCERN = "concern"
    URGENT = "urgent"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """0 for none up to 3 for emergency."""
        return _RANKS[self.value]

    def __lt__(self, other: str) -> bool:
        return self.rank < Level(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Level(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Level(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Level(other).rank


ENGLISH = "en"
_RANKS = {"none": 0, "concern": 1, "urgent": 2, "emergency": 3}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a level was given: the rule (or learned signal), and the visitor's words it rests on."""

    rule: str
    category: str
    level: Level
    words: str


@dataclass(frozen=True, slots=True)
class RiskAssessment:
    """What was seen in one message. `categories` and `evidence` stand most serious first."""

    level: Level = Level.NONE
    categories: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    wants_person: bool = False
    child_writing: bool = False
    language: str = ENGLISH
    mode: str = "floor"
