"""`assess`: one message in, one assessment out, in one of two modes.

floor   rules as regular expressions; ready at once, errs on the side of alarm
full    rules in spaCy with all guards; after `load_full`, which a process calls in the background
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Literal, Protocol

from bot.content import ContentSource, FileContent
from bot.risk.decision import decide
from bot.risk.floor import Floor, Hit, Index
from bot.risk.guards import Context, Finding
from bot.risk.model import Evidence, Level, RiskAssessment
from bot.risk.normalise import Token, clean, quote, tokenise
from bot.risk.rules import RuleBook
from bot.risk.tongues import Tongues, fold

Mode = Literal["floor", "full"]
log = logging.getLogger(__name__)


class Matching(Protocol):
    """Finds rules in tokens: `Floor` or `Full`."""

    def find(self, tokens: list[Token]) -> list[Hit]: ...


Learned = Callable[[str], Sequence[Evidence]]  # a learned signal: more evidence for the same decision


class Detector:
    """Everything that sees risk, for one version of the content. Raises ContentError."""

    def __init__(self, source: ContentSource) -> None:
        self.book = RuleBook(source)
        self.index = Index(self.book.compiled)
        self.floor = Floor(self.index)
        self.full: Matching | None = None
        self.failure: str | None = None
        self.learned: list[Learned] = []
        self.tongues = Tongues(self.book.tongues, self.book.lexicon.known)

    def load_full(self) -> None:
        """Switch to full mode. A failure is kept in `failure`, logged without text, and raised."""
        try:
            from bot.risk.full import Full

            self.full = Full(self.index, self.book.lexicon.vocabulary)
            self.failure = None
        except Exception as error:
            self.failure = f"{type(error).__name__}: {error}"
            log.error("risk: full mode did not load, the floor goes on: %s", self.failure)
            raise

    def assess(self, text: str, mode: Mode | None = None) -> RiskAssessment:
        """Assess one message; any string will do. Raises RuntimeError if `mode` is full and not loaded."""
        matching = self._matching(mode)
        cleaned = clean(text, self.book.emoji)
        tokens = tokenise(cleaned, self.book.lexicon)
        hits = matching.find(tokens)
        evidence = self._evidence(tokens, hits, floor=matching is self.floor)
        foreign, language = self.tongues.find(fold(cleaned))
        learned = [item for signal in self.learned for item in signal(text)]
        signals = frozenset(s for hit in hits if (s := self._signal(hit)))
        found = decide([*evidence, *foreign, *learned], signals, self.book.raises, self.book.order)
        return replace(found, language=language, mode="floor" if matching is self.floor else "full")

    def _matching(self, mode: Mode | None) -> Matching:
        if mode == "floor" or (mode is None and self.full is None):
            return self.floor
        if self.full is None:
            raise RuntimeError(
                f"risk: full mode is not loaded ({self.failure or 'load_full() was not called'})"
            )
        return self.full

    def _evidence(self, tokens: list[Token], hits: list[Hit], floor: bool) -> list[Evidence]:
        recent = [hit for hit in hits if self._signal(hit) == "recent"]
        context = Context(tokens, hits, self.book.guards, recent)
        findings = [context.apply(finding, floor) for hit in hits if (finding := self._finding(hit))]
        return [
            Evidence(f.rule.id, f.category, f.level, quote(tokens, f.hit.start, f.hit.end))
            for f in findings
            if f.level is not Level.NONE
        ]

    def _finding(self, hit: Hit) -> Finding | None:
        category, _ = self.book.kinds.get(hit.id, (None, None))
        if category is None:
            return None
        rule = self.book.rules[hit.id]
        return Finding(hit, rule, category, rule.level)

    def _signal(self, hit: Hit) -> str | None:
        return self.book.kinds.get(hit.id, (None, None))[1]


@cache
def detector() -> Detector:
    """The detector of this process over the files of the checkout, made on first use."""
    return Detector(FileContent())


def assess(text: str, mode: Mode | None = None) -> RiskAssessment:
    """Assess one message in the best mode that is loaded, or in the given one."""
    return detector().assess(text, mode)


def load_full() -> None:
    """Load spaCy and switch `assess` to full mode (about 2 s). Raises what went wrong; the floor goes on."""
    detector().load_full()


def status() -> tuple[Mode, str | None]:
    """The mode `assess` uses now, and why full mode failed to load, if it did."""
    current = detector()
    return ("floor" if current.full is None else "full"), current.failure
