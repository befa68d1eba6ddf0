"""Calls that visitors asked for: `arranged -> taken -> done`, or back to `arranged` after a try, two at most.

Details are sealed, shown to whoever takes the call, and erased when it is over or after 14 days.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, get_args

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations import alerts, store
from bot.conversations.callback_words import Outcome, callback_words
from bot.conversations.database import changed
from bot.conversations.person_tables import Callback
from bot.conversations.presence import present
from bot.conversations.tables import Conversation, Staff
from bot.crypto import Vault
from bot.messages import Author, Choice, Reply
from bot.settings import Settings

ARRANGED, TAKEN = "arranged", "taken"
OPEN = (ARRANGED, TAKEN)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
START = "callback:start"
CANCEL = "callback:cancel"


class NotYours(Exception):
    """The call is not in the state that the action starts from, or another's."""


def arrange(session: Session, vault: Vault, conversation: Conversation, details: dict[str, str]) -> None:
    """A new call."""
    call = Callback(
        conversation_id=conversation.id,
        area=conversation.area,
        team=conversation.team,
        level=conversation.level,
        details=vault.seal(details),
        created_at=now(),
    )
    session.add(call)
    session.flush()
    alerts.add(
        session,
        "callback",
        f"callback {call.id}",
        area=call.area,
        team=call.team,
        level=call.level,
    )
    store.tell(session, conversation.id, "call")


def open_call(session: Session, conversation_id: str) -> Callback | None:
    """The call of a conversation that is not over."""
    mine = and_(Callback.conversation_id == conversation_id, Callback.state.in_(OPEN))
    return session.scalar(select(Callback).where(mine).limit(1))


def _over(state: str, outcome: str | None = None) -> dict[str, Any]:
    """The values of a call that is over: nothing of it is left but that it was."""
    return {"state": state, "outcome": outcome, "details": None, "staff_id": None, "ended_at": now()}


def cancel(session: Session, conversation_id: str) -> bool:
    """The visitor cancels, whoever has taken it; False where there is none."""
    mine = and_(Callback.conversation_id == conversation_id, Callback.state.in_(OPEN))
    done = changed(session, update(Callback).where(mine).values(**_over("cancelled", "cancelled")))
    store.tell(session, conversation_id, "call")
    return done > 0


def forget(session: Session, conversation_id: str) -> None:
    """Erase the calls of a conversation that its visitor deleted."""
    session.execute(delete(Callback).where(Callback.conversation_id == conversation_id))


def _in_reach(call_id: int, staff: Staff) -> ColumnElement[bool]:
    return and_(Callback.id == call_id, Callback.team == staff.team, Callback.area == staff.area)


def _move(session: Session, call_id: int, staff: Staff, before: ColumnElement[bool], **values: Any) -> None:
    moving = update(Callback).where(and_(_in_reach(call_id, staff), before)).values(**values)
    if changed(session, moving) == 1:
        call = session.get_one(Callback, call_id)
        store.tell(session, call.conversation_id, "call")
        return
    if session.scalar(select(Callback.id).where(_in_reach(call_id, staff))) is None:
        raise store.Gone(str(call_id))
    raise NotYours


def take(session: Session, call_id: int, staff: Staff) -> None:
    """`arranged -> taken`. Raises NotYours where somebody was faster, store.Gone."""
    _move(session, call_id, staff, Callback.state == ARRANGED, state=TAKEN, staff_id=staff.id)


def _held(staff: Staff) -> ColumnElement[bool]:
    return and_(Callback.state == TAKEN, Callback.staff_id == staff.id)


def put_back(session: Session, call_id: int, staff: Staff) -> None:
    """`taken -> arranged`: not rung. Raises NotYours, store.Gone."""
    _move(session, call_id, staff, _held(staff), state=ARRANGED, staff_id=None)


def rang(
    session: Session, vault: Vault, settings: Settings, call_id: int, staff: Staff, outcome: str
) -> None:
    """Note a try: reached or not them ends it, and so does the last try. Raises ValueError, NotYours, store.Gone."""
    if outcome not in OUTCOMES:
        raise ValueError(f"outcome must be one of {', '.join(OUTCOMES)}")
    again = {"state": ARRANGED, "staff_id": None, "outcome": outcome}
    values: dict[str, Any] = {**again, "tries": Callback.tries + 1, "tried_at": now()}
    _move(session, call_id, staff, _held(staff), **values)
    call = session.get_one(Callback, call_id, populate_existing=True)
    ended = {"reached": "done", "not_them": "unreached"}.get(outcome)
    if ended is None and call.tries >= settings.callback_tries:
        ended = "unreached"
        _tell_unreached(session, vault, call, settings)
    if ended:
        session.execute(update(Callback).where(Callback.id == call_id).values(**_over(ended, outcome)))


def _tell_unreached(session: Session, vault: Vault, call: Callback, settings: Settings) -> None:
    """Said in the chat where it is still there; never on a channel that shows it on a phone by itself."""
    conversation = session.get(Conversation, call.conversation_id)
    if conversation is None or conversation.channel != "web":
        return
    words = callback_words()
    text = words.unreached.format(tries=words.tries[settings.callback_tries])
    choices = [Choice(label=words.again, value=START)]
    store.add(session, vault, conversation, Reply(author=Author.ASSISTANT, text=text, choices=choices))


def of_team(session: Session, vault: Vault, staff: Staff) -> list[dict[str, Any]]:
    """Open calls of a team, oldest first. Only when it is safe to ring shows to all; the rest to who took it."""
    mine = and_(Callback.team == staff.team, Callback.area == staff.area, Callback.state.in_(OPEN))
    query = select(Callback, Staff.name).outerjoin(Staff, Staff.id == Callback.staff_id).where(mine)
    found = []
    for call, holder in session.execute(query.order_by(Callback.id)):
        details = vault.open(call.details) if call.details else {}
        yours = call.staff_id == staff.id
        found.append(
            {
                "id": call.id,
                "level": call.level,
                "state": call.state,
                "staff": holder,
                "mine": yours,
                "tries": call.tries,
                "tried_at": call.tried_at.isoformat() if call.tried_at else None,
                "outcome": call.outcome,
                "asked_at": call.created_at.isoformat(),
                "days": details.get("days"),
                "hours": details.get("hours"),
                "details": details if yours else None,
            }
        )
    return found


def expire(session: Session, settings: Settings) -> int:
    """Erase the details of calls that nobody made in time; how many."""
    over = Callback.created_at < now() - dt.timedelta(days=settings.callback_days)
    due = and_(Callback.state.in_(OPEN), over)
    done = changed(session, update(Callback).where(due).values(**_over("expired", "expired")))
    kept = now() - dt.timedelta(days=settings.keep_days_with_staff)
    session.execute(delete(Callback).where(Callback.ended_at < kept))
    return done


def return_vanished(session: Session, settings: Settings) -> int:
    """Give back the calls that staff without a sign of life had taken; how many."""
    seen_after = now() - dt.timedelta(seconds=settings.presence_s)
    absent = or_(Callback.staff_id.is_(None), Callback.staff_id.not_in(present(seen_after)))
    lost = update(Callback).where(and_(Callback.state == TAKEN, absent))
    return changed(session, lost.values(state=ARRANGED, staff_id=None))
