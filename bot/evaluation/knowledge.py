"""How well the right entry is found: cross-validation over the phrasings of the entries, never on one learned from.

Prints and returns counts with exact 95% intervals (Clopper-Pearson). Questions that no entry answers are
held out in the same folds, so that "false answer" is measured on questions never seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from bot.content import ContentSource, FileContent
from bot.encoder import Encoder
from bot.evaluation.proportion import proportion
from bot.knowledge.decide import Decision, broad_choices, decide
from bot.knowledge.load import Knowledge, load_knowledge
from bot.knowledge.schema import Kind
from bot.knowledge.search import GROUP, Found, Matcher, Row, probabilities, training_rows
from bot.knowledge.vectors import SentenceEncoder

FOLDS = 5
ALLOWED = 0.05  # questions that an entry answers and that are rejected all the same
SEED = 0
_BINS = (0.0, 0.2, 0.4, 0.55, 0.7, 0.85, 1.0)


@dataclass(frozen=True)
class Tested:
    """A held-out question, what it should lead to, its scores and the decision."""

    row: Row
    found: Found
    decision: Decision

    @property
    def ours(self) -> bool:
        return self.row.ours

    def ranked(self) -> list[str]:
        """Entries, likeliest first, whatever the thresholds say."""
        return self.found.ranked()


def folds(rows: Sequence[Row], count: int = FOLDS) -> list[tuple[list[Row], list[Row]]]:
    """(to learn from, to ask) for each fold: every phrasing is asked once and never learned from then."""
    from sklearn.model_selection import StratifiedKFold

    phrasings = [row for row in rows if row.phrasing]
    others = [row for row in rows if not row.phrasing]
    split = StratifiedKFold(count, shuffle=True, random_state=SEED)
    parts = split.split(phrasings, [row.label for row in phrasings])
    return [([phrasings[i] for i in train] + others, [phrasings[i] for i in test]) for train, test in parts]


def held_out(knowledge: Knowledge, encoder: SentenceEncoder | None, count: int = FOLDS) -> list[Tested]:
    """Every phrasing, decided by a matcher that has not seen it (stratified folds, fixed seed)."""
    rows = training_rows(knowledge.entries_on(), knowledge.out_of_scope, knowledge.timescales)
    policy, tested = knowledge.policy, list[Tested]()
    for train, test in folds(rows, count):
        matcher = Matcher(train, encoder, knowledge.words.textspeak)
        for row in test:
            found = matcher.find(row.text)
            broad = broad_choices(row.text, policy, knowledge.words.small)
            tested.append(Tested(row, found, decide(found, policy.thresholds, broad)))
    return tested


def evaluate_knowledge(
    source: ContentSource | None = None, encoder: SentenceEncoder | None = None
) -> dict[str, Any]:
    """The figures as a dict of JSON types; with the built encoder and the checkout's content by default."""
    knowledge = load_knowledge(source or FileContent())
    tested = held_out(knowledge, encoder or Encoder.load())
    ours, others = [t for t in tested if t.ours], [t for t in tested if not t.ours]
    ranks = [t.ranked() for t in ours]
    return {
        "entries": len(knowledge.entries),
        "phrasings": len(ours),
        "folds": FOLDS,
        "right_entry_first": proportion(
            sum(r[0] == t.row.label for r, t in zip(ranks, ours, strict=True)), len(ours)
        ),
        "right_entry_in_three": proportion(
            sum(t.row.label in r[:3] for r, t in zip(ranks, ours, strict=True)), len(ours)
        ),
        "right_right": _right_right(knowledge, ours),
        "outcomes": _outcomes(ours),
        "answered_that_are_right": _precision(ours),
        "out_of_scope": _out_of_scope(knowledge, others),
        "scope": _scope(tested, knowledge.policy.thresholds.temperature),
        "calibration": _calibration(tested, knowledge.policy.thresholds.temperature),
        "most_confused": _confused(ours),
    }


def _scope(tested: list[Tested], temperature: float) -> dict[str, Any]:
    """How many questions of no entry are told apart, if no more than `ALLOWED` of the others are rejected.

    `rejected_below`: the share of all entries together below which a question is rejected.
    """
    shares = np.array([t.found.ours(temperature) for t in tested])
    ours = np.array([t.row.label[0] != GROUP for t in tested])
    below = float(np.quantile(shares[ours], ALLOWED, method="lower"))
    rejected = shares < below
    return {
        "rejected_below": below,
        "found": proportion(int(rejected[~ours].sum()), int((~ours).sum())),
        "falsely_rejected": proportion(int(rejected[ours].sum()), int(ours.sum())),
    }


def _outcomes(ours: list[Tested]) -> dict[str, Any]:
    names = Counter(_outcome(tested) for tested in ours)
    order = (
        "answered_right",
        "answered_wrong",
        "asked_back_with_right",
        "asked_back_without",
        "not_answered",
    )
    return {name: proportion(names[name], len(ours)) for name in order}


def _right_right(knowledge: Knowledge, ours: list[Tested]) -> dict[str, Any]:
    """Whether the likeliest entry is at least of the correct Right (or, beside the Rights, of none)."""
    rights = {entry.id: entry.right for entry in knowledge.entries}
    return proportion(sum(rights[t.ranked()[0]] == rights[t.row.label] for t in ours), len(ours))


def _outcome(tested: Tested) -> str:
    step, ids = tested.decision.step, tested.decision.ids
    right = tested.row.label in ids
    if step == "entry":
        return "answered_right" if right else "answered_wrong"
    if step == "clarify":
        return "asked_back_with_right" if right else "asked_back_without"
    return "not_answered"


def _precision(ours: list[Tested]) -> dict[str, Any]:
    answered = [tested for tested in ours if tested.decision.step == "entry"]
    return proportion(sum(_outcome(tested) == "answered_right" for tested in answered), len(answered))


def _out_of_scope(knowledge: Knowledge, others: list[Tested]) -> dict[str, Any]:
    """False answers: an entry of kind `answer` given to a question that no entry answers."""
    answers = {entry.id for entry in knowledge.entries if entry.kind is Kind.ANSWER}
    figures: dict[str, Any] = {}
    for name in ["all", *dict.fromkeys(t.row.label for t in others)]:
        group = [t for t in others if name in ("all", t.row.label)]
        false = [t for t in group if t.decision.step == "entry" and t.decision.ids[0] in answers]
        figures[name.removeprefix(GROUP)] = {
            "false_answers": proportion(len(false), len(group)),
            "own_reply": proportion(sum(_replied(t) for t in group), len(group)),
        }
    return figures


def _replied(tested: Tested) -> bool:
    """Whether the reply is the one written for this group."""
    decision = tested.decision
    return tested.row.label in (
        GROUP + str(decision.group),
        *(decision.ids if decision.step == "entry" else ()),
    )


def _calibration(tested: list[Tested], temperature: float) -> dict[str, Any]:
    """How often the likeliest label is right, by its share; and the temperature that fits best."""
    best = min(np.arange(0.3, 2.01, 0.05), key=lambda t: _surprise(tested, float(t)))
    rows = []
    tops = [
        (float(s.max()), t.found.labels[int(s.argmax())] == t.row.label)
        for t, s in _shares(tested, temperature)
    ]
    for low, high in pairwise(_BINS):
        inside = [(share, right) for share, right in tops if low <= share < high or share == high == 1.0]
        if inside:
            mean = float(np.mean([share for share, _ in inside]))
            rows.append(
                {
                    "from": low,
                    "to": high,
                    "mean_share": mean,
                    **proportion(sum(r for _, r in inside), len(inside)),
                }
            )
    return {"temperature": temperature, "best_temperature": round(float(best), 2), "by_share": rows}


def _shares(tested: Iterable[Tested], temperature: float) -> Iterable[tuple[Tested, np.ndarray[Any, Any]]]:
    return ((t, probabilities(t.found.logits, temperature)) for t in tested)


def _surprise(tested: list[Tested], temperature: float) -> float:
    """Mean negative log share of the right label."""
    return float(
        np.mean(
            [-np.log(s[t.found.labels.index(t.row.label)] + 1e-12) for t, s in _shares(tested, temperature)]
        )
    )


def _confused(ours: list[Tested], limit: int = 15, texts: int = 3) -> list[dict[str, Any]]:
    """The pairs of entries that are taken for one another most often, with phrasings as "text -> entry found"."""
    wrong: dict[tuple[str, ...], list[str]] = {}
    for t in ours:
        first = t.ranked()[0]
        if first != t.row.label:
            pair = tuple(sorted((t.row.label, first)))
            wrong.setdefault(pair, []).append(f"{t.row.text} -> {first}")
    worst = sorted(wrong.items(), key=lambda item: -len(item[1]))[:limit]
    return [{"entries": list(pair), "times": len(said), "texts": said[:texts]} for pair, said in worst]
