"""A short form in the chat: it takes what answers its question, steps aside for anything else, and comes back.

It lives in a slot and not in a loop of Rasa's: the tracker store keeps the last value of every slot, but only the
newest events, so that a loop would end unseen in a long chat; and a loop costs two more calls a turn.
"""

from __future__ import annotations

from dataclasses import replace

from actions.libraries import Libraries
from actions.turn import SERVICE, Said, Turn
from bot.clock import local, now
from bot.knowledge.form_talk import Step, advance, begin, unread
from bot.knowledge.forms import ANSWER, PREFIX, RESUME, STOP, WHY, Given, State
from bot.messages import Choice, Reply

SLOT = "form"
# Below this, Rasa's intent says nothing about a message
SURE = 0.5
# What a message is about when its words are no answer: the action of its intent replies, and the question comes again
ASIDES = frozenset(
    "ask_person ask_queue ask_bot ask_privacy complain_bot deny greet other_side thanks goodbye".split()  # noqa: SIM905
)


def start(libraries: Libraries, name: str) -> Said:
    """The introduction and the first question of a form."""
    form = libraries.forms[name]
    return _said(libraries, name, begin(form.form, form.content.intro))


def take(libraries: Libraries, turn: Turn) -> Said | None:
    """The next question or the result, where this turn belongs to a form; None where an action has to answer."""
    state = State.unpack(turn.slots.get(SLOT))
    if turn.chosen is not None:
        return _pressed(libraries, turn.chosen, state) if turn.chosen.startswith(PREFIX) else None
    if state is None or state.form not in libraries.forms:
        return None
    form = libraries.forms[state.form].form
    given = form.read(state, turn.text, local(now()).date())
    if state.paused and given.kind not in (RESUME, STOP):
        return None
    if given.kind == ANSWER and not given.exact and _asks(libraries, turn.text):
        return None
    if step := advance(form, state, given):
        return _said(libraries, state.form, step)
    if turn.intent in ("ask_simpler", "ask_repeat") and turn.confidence >= SURE:
        again = advance(form, state, Given(WHY if turn.intent == "ask_simpler" else RESUME))
        return _said(libraries, state.form, again) if again else None
    if _something_else(libraries, turn):
        return None
    return _said(libraries, state.form, unread(form, state))


def returning(libraries: Libraries, turn: Turn, said: Said) -> Said:
    """The reply to something else with the open question below it; without one, with the forms that go on from it."""
    state = State.unpack(turn.slots.get(SLOT))
    if SLOT in said.slots:
        return said
    if state is None or state.form not in libraries.forms:
        return _offering(libraries, said)
    if turn.intent == "goodbye":
        return replace(said, slots={**said.slots, SLOT: None})
    form = libraries.forms[state.form].form
    if _numbered(said):
        waiting = replace(state, paused=True)
        text = f"{said.reply.text}\n\n{form.words.paused}"
        choices = [*said.reply.choices, form.back(state)]
        reply = said.reply.model_copy(update={"text": text, "choices": choices})
        pending = said.pending or [choice.value for choice in said.reply.choices]
        return Said(reply, {**said.slots, SLOT: waiting.pack()}, pending)
    asked = form.ask(state)
    text = f"{said.reply.text}\n\n{form.words.back} {asked.text}"
    reply = said.reply.model_copy(update={"text": text, "choices": [*said.reply.choices, *asked.choices]})
    return Said(reply, {**said.slots, SLOT: replace(state, paused=False).pack()}, [])


def _pressed(libraries: Libraries, value: str, state: State | None) -> Said:
    name, _, rest = value.removeprefix(PREFIX).partition(":")
    try:
        form = libraries.forms[name].form
        if not rest:
            return start(libraries, name)
        own = state if state and state.form == name else State(name, "")
        at, given = form.pressed(own, value)
        step = advance(form, at, given)
    except KeyError:
        # A button of an older version of the content
        step = None
    return Said(libraries.dialogue.say("which")) if step is None else _said(libraries, name, step)


def _said(libraries: Libraries, name: str, step: Step) -> Said:
    if step.reply is None:
        reply: Reply = libraries.forms[name].result(step.finished or {}, local(now()).date())
        return Said(reply, {SLOT: None, "last_entry": None, "last_kind": "form"})
    return Said(step.reply, {SLOT: step.state.pack() if step.state else None}, pending=[])


def _asks(libraries: Libraries, text: str) -> bool:
    return "?" in text or libraries.dialogue.asking(text)


def _something_else(libraries: Libraries, turn: Turn) -> bool:
    """Whether words that are no answer are about something that an action can reply to."""
    if _asks(libraries, turn.text) or (turn.intent in ASIDES and turn.confidence >= SURE):
        return True
    query = libraries.directory.understand(turn.text)
    if query.needs or query.named or query.place.said:
        return True
    return libraries.knowledge.answer(turn.text).outcome in ("answer", "about_service", "not_covered")


def _numbered(said: Said) -> bool:
    """Whether numbers already mean something in this reply."""
    return said.slots.get("last_kind") == "clarify" or any(
        value.startswith(SERVICE) for value in said.pending or []
    )


def _offering(libraries: Libraries, said: Said) -> Said:
    entry = said.slots.get("last_entry")
    more = [
        Choice(label=form.content.start, value=PREFIX + name)
        for name, form in libraries.forms.items()
        if entry in form.content.offered_after
    ]
    if not more or said.pending is not None:
        return said
    return replace(said, reply=said.reply.model_copy(update={"choices": [*said.reply.choices, *more]}))
