"""Arranging a call, question by question, without Rasa: the number must reach neither its log nor its tracker."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations import callbacks
from bot.conversations.callback_words import CallbackWords, Step, callback_words, number_in
from bot.conversations.callbacks import CANCEL, START
from bot.conversations.incoming import Said
from bot.conversations.person_tables import CallbackTalk
from bot.conversations.tables import Conversation
from bot.crypto import Vault
from bot.messages import Choice, Reply
from bot.settings import Settings

PREFIX = "callback:"
STOP = "callback:stop"
MAX_ANSWER = 300
ORDER: tuple[Step, ...] = ("number", "days", "hours", "voicemail", "other", "words", "code")


def current(session: Session, conversation_id: str) -> CallbackTalk | None:
    """Where the visitor is in arranging a call, if they are."""
    return session.get(CallbackTalk, conversation_id)


def leave_off(session: Session, conversation_id: str) -> None:
    """Forget what was answered so far: danger comes first."""
    session.execute(delete(CallbackTalk).where(CallbackTalk.conversation_id == conversation_id))


def answer(
    session: Session, vault: Vault, conversation: Conversation, said: Said, settings: Settings
) -> Reply | None:
    """The next question, or the end; None where the message is not about a call."""
    words, talk = callback_words(), current(session, conversation.id)
    if said.choice == CANCEL:
        done = callbacks.cancel(session, conversation.id)
        return _offer(words, words.cancelled if done else words.nothing_to_cancel)
    if said.choice == START or (talk is None and said.choice is None and words.asked_for(said.text)):
        return _begin(session, vault, conversation, settings)
    if talk is None or (said.choice is not None and not said.choice.startswith(PREFIX)):
        return None
    # A plain no is an answer where it can be one
    typed = said.choice is None and talk.step not in ("voicemail", "other", "code")
    if said.choice == STOP or (typed and words.stopped_by(said.text)):
        leave_off(session, conversation.id)
        return _offer(words, words.stopped)
    return _next(session, vault, conversation, talk, said, settings)


def _begin(session: Session, vault: Vault, conversation: Conversation, settings: Settings) -> Reply | None:
    words = callback_words()
    if not settings.callbacks:
        return None
    if callbacks.open_call(session, conversation.id):
        return Reply(text=words.arranged_already, choices=[Choice(label=words.cancel, value=CANCEL)])
    leave_off(session, conversation.id)
    session.add(
        CallbackTalk(conversation_id=conversation.id, step=ORDER[0], answers=vault.seal({}), at=now())
    )
    return _ask(words, ORDER[0])


def _next(
    session: Session,
    vault: Vault,
    conversation: Conversation,
    talk: CallbackTalk,
    said: Said,
    settings: Settings,
) -> Reply:
    words, step = callback_words(), _step(talk)
    given = _read(words, step, said)
    if given is None:
        return _ask(words, step, wrong=True)
    answers: dict[str, str] = {**vault.open(talk.answers), step: given}
    later = _after(step, answers)
    if later is not None:
        talk.step, talk.answers = later, vault.seal(answers)
        return _ask(words, later)
    leave_off(session, conversation.id)
    callbacks.arrange(session, vault, conversation, {"words": words.wrong_number, **answers})
    cancel = Choice(label=words.cancel, value=CANCEL)
    if conversation.channel != "web":
        return Reply(text=words.done_quietly, choices=[cancel])
    tries = words.tries[settings.callback_tries]
    return Reply(text=words.done.format(tries=tries, days=settings.callback_days), choices=[cancel])


def _step(talk: CallbackTalk) -> Step:
    return next(step for step in ORDER if step == talk.step)


def _after(step: Step, answers: dict[str, str]) -> Step | None:
    later = ORDER[ORDER.index(step) + 1 :]
    if answers.get("other") == "no":
        later = tuple(s for s in later if s != "words")
    return later[0] if later else None


def _read(words: CallbackWords, step: Step, said: Said) -> str | None:
    """The answer as it is kept; None where it cannot be read as one."""
    if step == "number":
        return number_in(said.text) if said.choice is None else None
    options = {option.id: option.label for option in words.steps[step].choices}
    if said.choice is not None:
        chosen = said.choice.removeprefix(f"{PREFIX}{step}:")
        return _kept(words, step, chosen, options[chosen]) if chosen in options else None
    typed = " ".join(said.text.split())[:MAX_ANSWER]
    same = next((i for i, label in options.items() if label.lower() == typed.lower()), None)
    if same is not None:
        return _kept(words, step, same, options[same])
    if step == "voicemail":
        return _voicemail(typed)
    if step == "other":
        # Whoever isn't sure is answered as if it could happen
        return "no" if typed.lower().startswith("no") else "yes"
    if step == "code" and words.stopped_by(typed):
        return ""
    return typed


def _kept(words: CallbackWords, step: Step, chosen: str, label: str) -> str:
    if step == "words":
        return words.wrong_number
    if step == "code":
        return ""
    return label if step in ("days", "hours") else chosen


def _voicemail(typed: str) -> str:
    """Only what is named is allowed."""
    said = typed.lower()
    if said.startswith("no"):
        return "neither"
    voicemail, text = "voicemail" in said or "message" in said, "text" in said or "sms" in said
    if "both" in said or (voicemail and text):
        return "both"
    return "voicemail" if voicemail else "text" if text else "neither"


def _ask(words: CallbackWords, step: Step, *, wrong: bool = False) -> Reply:
    asked = words.steps[step]
    text = asked.wrong if wrong and asked.wrong else asked.ask
    options = [Choice(label=o.label, value=f"{PREFIX}{step}:{o.id}") for o in asked.choices]
    return Reply(text=text, choices=[*options, Choice(label=words.stop, value=STOP)])


def _offer(words: CallbackWords, text: str) -> Reply:
    return Reply(text=text, choices=[Choice(label=words.again, value=START)])
