"""How well questions are answered that no author of phrasings has seen, in all and by register.

Files of lines {"id", "text", "entry" or "outcome", "also": other entries that answer it too, "register"}; who writes
phrasings must not read them, so misses are told by id only.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content import ROOT
from bot.evaluation.proportion import proportion
from bot.knowledge import Answer, KnowledgeBase
from bot.knowledge.search import Found

FOLDER = ROOT / "tests" / "evaluation"
ENTRY, UNSAID = "entry", "not said"
NOT_OURS = ("cannot_answer", "signpost", "not_covered")


@dataclass(frozen=True)
class Question:
    """`wanted`: "entry", where one of `fits` is right, or an outcome."""

    id: str
    text: str
    wanted: str
    fits: frozenset[str]
    register: str


@dataclass(frozen=True)
class Judged:
    """A question, its scores, what the knowledge base said, and in words what became of it."""

    question: Question
    found: Found
    answer: Answer
    verdict: str


def files(folder: Path = FOLDER) -> list[Path]:
    """The held-out files that are there."""
    return sorted(folder.glob("questions*.jsonl"))


def read(path: Path) -> Iterator[Question]:
    """The questions of a file. Raises ValueError naming the line that is not such a record."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            raw = json.loads(line)
            fits = frozenset({raw.get("entry"), *raw.get("also", [])} - {None})
            wanted = raw.get("outcome") or ENTRY
            if wanted == ENTRY and not fits:
                raise KeyError("entry or outcome")
            yield Question(str(raw["id"]), str(raw["text"]), wanted, fits, raw.get("register") or UNSAID)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path.name}:{number}: {error!r}") from error


def evaluate_questions(
    base: KnowledgeBase, paths: Sequence[Path], rejected_below: float
) -> dict[str, dict[str, Any]]:
    """Figures of each file and of all together, by name. `rejected_below`: the share of all entries below which a
    question counts as out of scope (chosen by cross-validation on the phrasings).

    A question that turns out to be a phrasing word for word is left out and counted as known.
    """
    judged = {path.name: [judge(base, question) for question in read(path)] for path in paths}
    if len(judged) > 1:
        judged["all together"] = [j for part in judged.values() for j in part]
    return {name: _figures(base, part, rejected_below) for name, part in judged.items()}


def judge(base: KnowledgeBase, question: Question) -> Judged:
    """What the knowledge base makes of a question."""
    answer = base.answer(question.text)
    return Judged(question, base.found(question.text), answer, _verdict(answer, question))


def _verdict(answer: Answer, question: Question) -> str:
    offered = {choice.value.removeprefix("entry:") for choice in answer.choices}
    if answer.entry:
        return "right entry" if answer.entry in question.fits else "wrong entry"
    if question.wanted == answer.outcome:
        return "right outcome"
    return f"{answer.outcome}, right one offered" if question.fits & offered else answer.outcome


def _figures(base: KnowledgeBase, judged: Sequence[Judged], rejected_below: float) -> dict[str, Any]:
    unseen = [j for j in judged if j.found.exact is None]
    rights = {entry.id: entry.right for entry in base.entries()}
    temperature = base.knowledge.policy.thresholds.temperature

    def row(part: Sequence[Judged]) -> dict[str, Any]:
        return _row(part, rights, lambda j: j.found.ours(temperature) < rejected_below)

    registers = sorted({j.question.register for j in unseen})
    outcomes: dict[str, Counter[str]] = {}
    for j in unseen:
        outcomes.setdefault(j.question.wanted, Counter())[j.verdict] += 1
    return {
        "known": len(judged) - len(unseen),
        "all": row(unseen),
        "by_register": {name: row([j for j in unseen if j.question.register == name]) for name in registers},
        "by_expected": {
            wanted: {name: proportion(k, names.total()) for name, k in names.most_common()}
            for wanted, names in outcomes.items()
        },
        "missed": {"wrong entry": [j.question.id for j in unseen if j.verdict == "wrong entry"]},
    }


def _row(
    part: Sequence[Judged], rights: dict[str, int | None], rejected: Callable[[Judged], bool]
) -> dict[str, Any]:
    """The figures of one register."""
    ours = [j for j in part if j.question.wanted == ENTRY]
    others = [j for j in part if j.question.wanted in NOT_OURS]

    def share(hit: Callable[[Judged], bool], of: Sequence[Judged]) -> dict[str, Any]:
        return proportion(sum(map(hit, of)), len(of))

    def right_right(j: Judged) -> bool:
        return rights[j.found.ranked()[0]] in {rights[id] for id in j.question.fits if id in rights}

    return {
        "right_entry_first": share(lambda j: j.found.ranked()[0] in j.question.fits, ours),
        "right_entry_in_three": share(lambda j: bool({*j.found.ranked()[:3]} & j.question.fits), ours),
        "right_right": share(right_right, ours),
        "answered_right": share(lambda j: j.verdict == "right entry", ours),
        "asked_back": share(lambda j: j.answer.outcome == "clarify", ours),
        "wrong_entry": share(lambda j: j.verdict == "wrong entry", ours),
        "out_of_scope_found": share(rejected, others),
        "falsely_rejected": share(rejected, ours),
        "out_of_scope_answered": share(lambda j: j.answer.outcome == "answer", others),
    }
