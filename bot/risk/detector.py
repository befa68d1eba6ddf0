"""`assess`: one message in, one assessment out, in one of two modes.

floor   rules as regular expressions; ready at once, errs on the side of alarm
full    rules in spaCy with all guards, joined with the learned part and a detector of languages; after `load_full`,
        which a process calls in the background

Mode "rules" is full without the learned part: for evaluation.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal, Protocol

from bot.content import ContentSource, FileContent
from bot.risk.decision import LEARNED, Policy
from bot.risk.floor import Floor, Hit, Index
from bot.risk.guards import Context, Finding
from bot.risk.language import BREAK
from bot.risk.model import ENGLISH, Evidence, Level, RiskAssessment
from bot.risk.normalise import Token, clean, quote, tokenise
from bot.risk.rules import RuleBook, Together
from bot.risk.tongues import Tongues, fold

if TYPE_CHECKING:
    from bot.risk.language_id import Languages
    from bot.risk.learned import Learned

Mode = Literal["floor", "rules", "full"]
log = logging.getLogger(__name__)


class Matching(Protocol):
    """Finds rules in tokens: `Floor` or `Full`."""

    def find(self, tokens: list[Token]) -> list[Hit]: ...


@dataclass(frozen=True)
class Loaded:
    """What full mode has beyond the floor."""

    matching: Matching
    learned: Learned
    languages: Languages


class Detector:
    """Everything that sees risk, for one version of the content. Raises ContentError."""

    def __init__(self, source: ContentSource) -> None:
        self.book = RuleBook(source)
        self.index = Index(self.book.compiled)
        self.floor = Floor(self.index)
        self.policy = Policy(self.book.decision, self.book.order)
        self.full: Loaded | None = None
        self.failure: str | None = None
        self.tongues = Tongues(self.book.tongues, self.book.lexicon.known)

    def load_full(self) -> None:
        """Switch to full mode, once. A failure is kept in `failure`, logged without text, and raised."""
        if self.full is not None:
            return
        try:
            from bot.risk.full import Full
            from bot.risk.language_id import Languages
            from bot.risk.learned import Learned

            self.full = Loaded(
                Full(self.index, self.book.lexicon.vocabulary),
                Learned.load(),
                Languages(self.tongues, self.book.decision.languages),
            )
            self.failure = None
        except Exception as error:
            self.failure = f"{type(error).__name__}: {error}"
            log.error("risk: full mode did not load, the floor goes on: %s", self.failure)
            raise

    def assess(self, text: str, mode: Mode | None = None) -> RiskAssessment:
        """Assess one message; any string will do. Raises RuntimeError if `mode` is not floor and not loaded."""
        return self._assess(text, mode, together=False)

    def assess_together(self, texts: Sequence[str]) -> RiskAssessment:
        """Assess several messages of one visitor, in their order, as if they were one."""
        return self._assess("\n".join(texts), None, together=True)

    def explain(self, text: str, found: RiskAssessment) -> RiskAssessment:
        """`found` with the words that learned evidence rests on: for staff, after the reply (some 50 ms)."""
        if self.full is None or all(item.words for item in found.evidence):
            return found
        words = self.full.learned.explain(clean(text, self.book.emoji), found.level)
        evidence = (
            replace(item, words=words) if item.rule.startswith(LEARNED) else item for item in found.evidence
        )
        return replace(found, evidence=tuple(evidence))

    def _assess(self, text: str, mode: Mode | None, *, together: bool) -> RiskAssessment:
        loaded = self._loaded(mode)
        cleaned = clean(text, self.book.emoji)
        tokens = tokenise(cleaned, self.book.lexicon)
        hits = (loaded.matching if loaded else self.floor).find(tokens)
        evidence = self._evidence(tokens, hits, floor=loaded is None)
        foreign, language = self.tongues.find(fold(cleaned))
        if loaded:
            language = loaded.languages.of(text, language)
        signals = frozenset(s for hit in hits if (s := self._signal(hit)))
        wordless = all(token.norm == BREAK for token in tokens)
        judged = loaded and mode != "rules" and language == ENGLISH and not wordless
        chances = loaded.learned.judge(cleaned) if loaded and judged else None
        found = self.policy.decide([*evidence, *foreign], signals, chances, together=together)
        return replace(found, language=language, mode="full" if loaded else "floor")

    def _loaded(self, mode: Mode | None) -> Loaded | None:
        if mode in ("rules", "full") and self.full is None:
            raise RuntimeError(
                f"risk: full mode is not loaded ({self.failure or 'load_full() was not called'})"
            )
        return None if mode == "floor" else self.full

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


def assess_together(texts: Sequence[str]) -> RiskAssessment:
    """Assess several messages of one visitor, in their order, as if they were one."""
    return detector().assess_together(texts)


def explain(text: str, found: RiskAssessment) -> RiskAssessment:
    """`found`, the assessment of `text`, with the words that its learned evidence rests on."""
    return detector().explain(text, found)


def together() -> Together:
    """Which messages of a conversation are read as one."""
    return detector().book.decision.together


def load_full() -> None:
    """Load spaCy and the learned part and switch `assess` to full mode (about 3 s).

    Raises what went wrong; the floor goes on.
    """
    detector().load_full()


def status() -> tuple[Mode, str | None]:
    """The mode `assess` uses now, and why full mode failed to load, if it did."""
    current = detector()
    return ("floor" if current.full is None else "full"), current.failure
