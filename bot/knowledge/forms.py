"""A short form, question by question: what is asked next, and what a message answers. Plain: it keeps nothing.

The state goes in and comes out, so that whoever calls decides where it lives.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

from bot.directory.patterns import compile_patterns, normalise
from bot.knowledge.dates import read_day
from bot.knowledge.form_schema import FormWords, Question, holds
from bot.knowledge.positions import positions
from bot.knowledge.text import plain
from bot.messages import Choice, Reply

PREFIX = "form:"
# What the buttons beside the options say
SKIP, WHY, STOP, BACK, ENOUGH = "skip", "why", "stop", "back", "enough"
# What else a message can be to a question: `UNREAD` is none of these, `TO_COME` a day that is not yet, `ONE_MORE` the
# press of one option where several may apply
ANSWER, ONE_MORE, UNDO, RESUME, UNREAD, TO_COME = "answer", "one_more", "undo", "resume", "unread", "to_come"


@dataclass(frozen=True)
class State:
    """Where somebody is in a form. `at`: the question asked last; `answers` in the order given, none: skipped."""

    form: str
    at: str
    answers: dict[str, list[str]] = field(default_factory=dict)
    paused: bool = False

    def pack(self) -> dict[str, Any]:
        """As plain JSON."""
        return {"form": self.form, "at": self.at, "answers": self.answers, "paused": self.paused}

    @classmethod
    def unpack(cls, value: Any) -> State | None:
        """From plain JSON; None where there is none, or one of another version."""
        try:
            return cls(value["form"], value["at"], dict(value["answers"]), bool(value["paused"]))
        except (TypeError, KeyError, ValueError):
            return None


@dataclass(frozen=True)
class Given:
    """What a message says to the question: an answer (no ids: skipped), or a wish about the form itself."""

    kind: str
    ids: list[str] = field(default_factory=list)
    # The words are nothing but the answer, so that they are no question about something else
    exact: bool = False


class Form:
    """The questions of one form and how answers are read. Raises PatternError for a pattern that cannot be."""

    def __init__(self, name: str, questions: list[Question], words: FormWords) -> None:
        self.name, self.questions, self.words = name, {q.id: q for q in questions}, words
        options = [(q.id, option) for q in questions for option in q.options]
        self._words = {(at, option.id): compile_patterns(option.words) for at, option in options}
        self._whole = {(at, option.id): compile_patterns(option.whole) for at, option in options}
        self._enough = compile_patterns(words.enoughs)
        self._wishes = {
            STOP: compile_patterns(words.stops),
            WHY: compile_patterns(words.whys),
            SKIP: compile_patterns(words.skips),
            UNDO: compile_patterns(words.undoes),
            RESUME: compile_patterns(words.resumes),
        }

    def begin(self) -> State | None:
        """The state at the first question."""
        return self.next(State(self.name, ""))

    def next(self, state: State) -> State | None:
        """The state at the first question that is still to be asked, or None where none is."""
        for question in self.questions.values():
            if question.id not in state.answers and holds(question.when, state.answers):
                return replace(state, at=question.id, paused=False)
        return None

    def answered(self, state: State, question: str, ids: list[str]) -> State:
        """The state with this answer; answers to questions that it makes needless are forgotten."""
        answers = {**state.answers, question: ids}
        for name in list(answers):
            if not holds(self.questions[name].when, {k: v for k, v in answers.items() if k != name}):
                del answers[name]
        return replace(state, answers=answers)

    def undone(self, state: State) -> State:
        """The state at the question answered before; the same one where there is none."""
        answers = dict(state.answers)
        at = answers.popitem()[0] if answers else state.at
        return replace(state, at=at, answers=answers, paused=False)

    def read(self, state: State, text: str, today: dt.date) -> Given:
        """What typed words say: a wish about the form, a number, a label, a day, or an option in own words."""
        said = normalise(text)
        for wish, pattern in self._wishes.items():
            if pattern.fullmatch(said):
                return Given(ANSWER, exact=True) if wish == SKIP else Given(wish)
        question = self.questions[state.at]
        if question.kind == "day":
            return _day(text, today)
        if question.kind == "many" and self._enough.fullmatch(said):
            return Given(ANSWER, state.answers.get(state.at, []), exact=True)
        given = self._options_in(question, text, said)
        return replace(given, ids=[*state.answers.get(state.at, []), *given.ids])

    def _options_in(self, question: Question, text: str, said: str) -> Given:
        numbers = positions(text)
        if numbers:
            if all(1 <= n <= len(question.options) for n in numbers):
                return self._given(question, [question.options[n - 1].id for n in numbers], exact=True)
            return Given(UNREAD)
        ids = [option.id for option in question.options]
        found = [o.id for o in question.options if plain(o.label) == plain(text)]
        found = found or [id for id in ids if self._whole[question.id, id].fullmatch(said)]
        if found:
            return self._given(question, found, exact=True)
        return self._given(question, [id for id in ids if self._words[question.id, id].search(said)])

    @staticmethod
    def _given(question: Question, ids: list[str], *, exact: bool = False) -> Given:
        if not ids:
            return Given(UNREAD)
        one = ids[:1] if question.counts == "first" else ids[-1:]
        taken = list(dict.fromkeys(ids)) if question.kind == "many" else one
        return Given(ANSWER, taken, exact)

    def pressed(self, state: State, value: str) -> tuple[State, Given]:
        """What a button of this form says: "form:<form>:<question>:<option or wish>".

        Also one of an earlier question. Raises KeyError for a button of another version.
        """
        question, _, what = value.removeprefix(f"{PREFIX}{self.name}:").partition(":")
        asked = self.questions[question]
        at = replace(state, at=question, paused=False)
        if what == SKIP:
            return at, Given(ANSWER)
        if what in (WHY, STOP, BACK):
            return at, Given(RESUME if what == BACK else what)
        if what == ENOUGH:
            return at, Given(ANSWER, state.answers.get(question, []))
        if what not in {option.id for option in asked.options}:
            raise KeyError(value)
        if asked.kind == "many":
            return at, Given(ONE_MORE, [*state.answers.get(question, []), what])
        return at, Given(ANSWER, [what])

    def ask(self, state: State, before: str = "") -> Reply:
        """The question with its numbered options, below what is said before it."""
        question = self.questions[state.at]
        taken = state.answers.get(question.id, [])
        options = [
            f"{number} {option.label}"
            for number, option in enumerate(question.options, start=1)
            if option.id not in taken
        ]
        many = [self.words.many] if question.kind == "many" else []
        text = "\n".join([self.words.more if taken else question.ask, *options, *many])
        return Reply(text=f"{before}\n\n{text}" if before else text, choices=self.choices(state))

    def choices(self, state: State) -> list[Choice]:
        """The buttons under a question: its options, then skip, why and stop."""
        question = self.questions[state.at]
        taken = state.answers.get(question.id, [])
        named = [(option.label, option.id) for option in question.options if option.id not in taken]
        if question.kind == "many":
            named.append((self.words.enough if taken else self.words.none, ENOUGH))
        named += [(self.words.skip, SKIP), (self.words.why, WHY), (self.words.stop, STOP)]
        return [
            Choice(label=label, value=f"{PREFIX}{self.name}:{question.id}:{what}") for label, what in named
        ]

    def back(self, state: State) -> Choice:
        """The button that comes back to the question."""
        return Choice(label=self.words.back_label, value=f"{PREFIX}{self.name}:{state.at}:{BACK}")


def _day(text: str, today: dt.date) -> Given:
    day = read_day(text, today)
    if day is None:
        return Given(UNREAD)
    return Given(TO_COME) if day > today else Given(ANSWER, [day.isoformat()])
