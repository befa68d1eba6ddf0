"""One turn of a form: the message goes in, the next question or the end comes out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.knowledge.forms import (
    ANSWER,
    ONE_MORE,
    RESUME,
    STOP,
    TO_COME,
    UNDO,
    WHY,
    Form,
    Given,
    State,
)
from bot.messages import Reply


@dataclass(frozen=True)
class Step:
    """What follows from a message. `state`: None once the form is over; `finished`: all answers, at its end.

    `reply` is None where the form is finished: what it ends with is another's to say.
    """

    state: State | None
    reply: Reply | None = None
    finished: dict[str, list[str]] | None = None


def begin(form: Form, intro: str) -> Step:
    """The introduction and the first question."""
    state = form.begin()
    return _ended({}) if state is None else Step(state, form.ask(state, intro))


def advance(form: Form, state: State, given: Given) -> Step | None:
    """The step after what was given to the question; None where that says nothing to the form."""
    words, question = form.words, form.questions[state.at]
    if given.kind == ANSWER:
        answered = form.answered(state, state.at, given.ids)
        later = form.next(answered)
        return _ended(answered.answers) if later is None else Step(later, form.ask(later))
    if given.kind == ONE_MORE:
        return _one_more(form, state, given)
    if given.kind == WHY:
        return Step(state, form.ask(state, question.why))
    if given.kind == STOP:
        return Step(None, Reply(text=words.stopped))
    if given.kind == UNDO:
        earlier = form.undone(state)
        return Step(earlier, form.ask(earlier))
    if given.kind == RESUME:
        again = replace(state, paused=False)
        return Step(again, form.ask(again))
    if given.kind == TO_COME:
        return Step(state, form.ask(state, words.day_to_come))
    return None


def unread(form: Form, state: State) -> Step:
    """The question once more, for words that say nothing to it."""
    day = form.questions[state.at].kind == "day"
    return Step(state, form.ask(state, form.words.not_read_day if day else form.words.not_read))


def _one_more(form: Form, state: State, given: Given) -> Step:
    question = form.questions[state.at]
    chosen = replace(state, answers={**state.answers, state.at: given.ids})
    if len(given.ids) == len(question.options):
        return (
            _ended(chosen.answers) if (later := form.next(chosen)) is None else Step(later, form.ask(later))
        )
    return Step(chosen, form.ask(chosen))


def _ended(answers: dict[str, list[str]]) -> Step:
    return Step(None, finished=answers)
