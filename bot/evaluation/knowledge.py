"""How well the right entry is found: cross-validation over the phrasings of the entries, never on one learned from.

Prints and returns counts with exact 95% intervals (Clopper-Pearson). Questions that no entry answers are
held out in the same folds, so that "false answer" is measured on questions never seen.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bot.content import ROOT, ContentSource, FileContent
from bot.encoder import Encoder
from bot.evaluation.proportion import proportion
from bot.knowledge import Answer, KnowledgeBase
from bot.knowledge.decide import Decision, broad_choices, decide
from bot.knowledge.load import Knowledge, load_knowledge
from bot.knowledge.schema import Kind
from bot.knowledge.search import GROUP, Found, Matcher, Row, probabilities, training_rows
from bot.knowledge.vectors import SentenceEncoder

FOLDS = 5
QUESTIONS = ROOT / "tests" / "evaluation" / "questions.jsonl"
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
        return [
            self.found.labels[i] for i in np.argsort(-self.found.logits) if self.found.labels[i][0] != GROUP
        ]


def held_out(knowledge: Knowledge, encoder: SentenceEncoder | None, folds: int = FOLDS) -> list[Tested]:
    """Every phrasing, decided by a matcher that has not seen it (stratified folds, fixed seed)."""
    from sklearn.model_selection import StratifiedKFold

    rows = training_rows(knowledge.entries_on(), knowledge.out_of_scope, knowledge.timescales)
    phrasings = [row for row in rows if row.phrasing]
    others = [row for row in rows if not row.phrasing]
    labels = [row.label for row in phrasings]
    policy, tested = knowledge.policy, list[Tested]()
    for train, test in StratifiedKFold(folds, shuffle=True, random_state=SEED).split(phrasings, labels):
        matcher = Matcher([phrasings[i] for i in train] + others, encoder, knowledge.words.textspeak)
        for i in test:
            found = matcher.find(phrasings[i].text)
            broad = broad_choices(phrasings[i].text, policy, knowledge.words.small)
            tested.append(Tested(phrasings[i], found, decide(found, policy.thresholds, broad)))
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
        "calibration": _calibration(tested, knowledge.policy.thresholds.temperature),
        "most_confused": _confused(ours),
    }


def evaluate_questions(base: KnowledgeBase, path: Path = QUESTIONS) -> dict[str, Any]:
    """Figures over questions that no author of phrasings has seen, by what they should lead to.

    A question that turns out to be a phrasing word for word is left out and counted as known.
    Lines of `path`: {"id", "text", "entry" or "outcome", "also": other entries that answer it too}.
    Raises ValueError naming the line that is not such a record.
    """
    counts: dict[str, Counter[str]] = {}
    first = three = ranked = known = 0
    for text, wanted, fits in _questions(path):
        if base.knows(text):
            known += 1
            continue
        if wanted == "entry":
            best, ranked = base.ranked(text)[:3], ranked + 1
            first, three = first + (best[0] in fits), three + bool(fits & {*best})
        answer = base.answer(text)
        counts.setdefault(wanted, Counter())[_verdict(answer, wanted, fits)] += 1
    return {
        "known": known,
        "right_entry_first": proportion(first, ranked),
        "right_entry_in_three": proportion(three, ranked),
        "by_expected": {
            wanted: {name: proportion(k, names.total()) for name, k in names.most_common()}
            for wanted, names in counts.items()
        },
    }


def _questions(path: Path) -> Iterator[tuple[str, str, set[str]]]:
    """Text, "entry" or an outcome, and the entries that fit, of each line."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            raw = json.loads(line)
            fits = {raw.get("entry"), *raw.get("also", [])} - {None}
            yield str(raw["text"]), raw.get("outcome") or "entry", fits
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path.name}:{number}: {error!r}") from error


def _verdict(answer: Answer, wanted: str, fits: set[str]) -> str:
    """In words: what became of a question that should lead to one of `fits`, or to an outcome."""
    offered = {choice.value.removeprefix("entry:") for choice in answer.choices}
    if answer.entry:
        return "right entry" if answer.entry in fits else "wrong entry"
    if wanted == answer.outcome:
        return "right outcome"
    return f"{answer.outcome}, right one offered" if fits & offered else answer.outcome


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


def _confused(ours: list[Tested], limit: int = 15) -> list[dict[str, Any]]:
    pairs = Counter(tuple(sorted((t.row.label, t.ranked()[0]))) for t in ours if t.ranked()[0] != t.row.label)
    return [{"entries": list(pair), "times": times} for pair, times in pairs.most_common(limit)]


def _line(name: str, p: dict[str, Any]) -> str:
    if not p["n"]:
        return f"{name:34}none to judge"
    return f"{name:34}{p['share']:7.1%}  ({p['low']:.1%} to {p['high']:.1%})  {p['k']} of {p['n']}"


def table(figures: dict[str, Any]) -> str:
    """The figures for a reader at a terminal."""
    lines = [
        f"Knowledge: {figures['entries']} entries, {figures['phrasings']} phrasings, {figures['folds']} folds"
    ]
    lines += [
        _line(n.replace("_", " "), figures[n])
        for n in ("right_entry_first", "right_entry_in_three", "right_right")
    ]
    lines += [_line("  " + name.replace("_", " "), p) for name, p in figures["outcomes"].items()]
    lines += [
        _line("right among those answered", figures["answered_that_are_right"]),
        "",
        "Not ours: false answers",
    ]
    lines += [_line("  " + name, part["false_answers"]) for name, part in figures["out_of_scope"].items()]
    calibration = figures["calibration"]
    lines += [
        "",
        f"Share and how often right (temperature {calibration['temperature']}, "
        f"best {calibration['best_temperature']})",
    ]
    lines += [
        _line(f"  {r['from']:.2f} to {r['to']:.2f}, mean {r['mean_share']:.2f}", r)
        for r in calibration["by_share"]
    ]
    lines += ["", "Most often confused"]
    lines += [f"  {pair['times']:3} {' / '.join(pair['entries'])}" for pair in figures["most_confused"]]
    return "\n".join(lines)


def questions_table(figures: dict[str, Any]) -> str:
    """The figures of `evaluate_questions` for a reader at a terminal."""
    lines = [f"Questions that nobody learned from ({figures['known']} left out: word for word a phrasing)"]
    lines += [_line(n.replace("_", " "), figures[n]) for n in ("right_entry_first", "right_entry_in_three")]
    for wanted, names in figures["by_expected"].items():
        lines.append(f"Should lead to: {wanted}")
        lines += [_line(f"  {name}", p) for name, p in names.items()]
    return "\n".join(lines)
