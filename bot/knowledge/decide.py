"""From scores to an outcome: sure, a few that it may be, not ours, or unknown. Thresholds are policy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bot.knowledge.schema import Entry, FollowUp, Policy, Thresholds
from bot.knowledge.search import GROUP, Array, Found, Matcher, probabilities
from bot.knowledge.text import plain

MAX_CHOICES = 4
MAX_TOPICS = 3


@dataclass(frozen=True)
class Decision:
    """What to do with a question. `ids` are entries, likeliest first; `group` where the question is not ours."""

    step: Literal["entry", "clarify", "group", "unsure"]
    ids: tuple[str, ...] = ()
    group: str | None = None
    share: float = 0.0


def is_follow_up(question: str, policy: FollowUp) -> bool:
    """Short, and beginning as people begin who go on from what they were just told."""
    words = plain(question)
    openers = "|".join(re.escape(plain(opener)) for opener in policy.openers)
    return len(words.split()) <= policy.max_words and bool(re.match(rf"(?:{openers})\b", words))


def scored(matcher: Matcher, question: str, context: Entry | None, policy: FollowUp) -> Found:
    """Scores of a question; the entry last answered nudges, and pulls on a short question that goes on."""
    found = matcher.find(question)
    if context is None:
        return found
    logits, goes_on = found.logits, is_follow_up(question, policy)
    if goes_on:
        together = matcher.find(f"{context.title}. {question}").logits
        logits = (1 - policy.pull) * logits + policy.pull * together
    # a nudge for any question, the whole weight for one that plainly goes on
    weight = policy.link_weight * (1.0 if goes_on else 0.5)
    logits = logits + weight * np.isin(found.labels, context.choices)
    return Found(found.labels, logits, found.nearest, found.exact)


def broad_choices(question: str, policy: Policy, small: Iterable[str]) -> tuple[str, ...]:
    """The entries to offer for a question that says nothing beyond one broad word, or none."""
    passed_over = set(small)
    words = " ".join(word for word in plain(question).split() if word not in passed_over)
    return next((tuple(broad.choices) for broad in policy.broad if words in broad.words), ())


def decide(found: Found, limits: Thresholds, broad: tuple[str, ...] = ()) -> Decision:
    """The outcome for these scores, in the order: exact words, broad, sure, not ours, a few, unknown."""
    if found.exact:
        name = found.exact
        exact_group = name.removeprefix(GROUP) if name.startswith(GROUP) else None
        return Decision("group", group=exact_group) if exact_group else Decision("entry", (name,), share=1.0)
    shares = probabilities(found.logits, limits.temperature)
    groups = np.array([label.startswith(GROUP) for label in found.labels])
    ranked = _ranked(found, shares, ~groups)
    near_enough = found.nearest >= limits.nearest
    if broad:
        return Decision("clarify", broad)
    if near_enough and ranked and ranked[0][1] >= limits.answer:
        return Decision("entry", (ranked[0][0],), share=ranked[0][1])
    if not near_enough:
        return Decision("unsure")
    if float(shares[groups].sum()) >= limits.not_ours:
        likeliest = found.labels[int(np.argmax(np.where(groups, shares, 0.0)))]
        near = tuple(name for name, share in ranked[:MAX_TOPICS] if share >= limits.near_each)
        return Decision("group", near, likeliest.removeprefix(GROUP))
    few = [(name, share) for name, share in ranked[:MAX_CHOICES] if share >= limits.clarify_each]
    if len(few) >= 2 and sum(share for _, share in few) >= limits.clarify_mass:
        return Decision("clarify", tuple(name for name, _ in few), share=few[0][1])
    return Decision("unsure", tuple(name for name, share in ranked[:MAX_TOPICS] if share >= limits.near_each))


def _ranked(
    found: Found, shares: Array, allowed: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> list[tuple[str, float]]:
    order = np.argsort(-np.where(allowed, shares, -1.0))[:MAX_CHOICES]
    return [(found.labels[i], float(shares[i])) for i in order if allowed[i]]
