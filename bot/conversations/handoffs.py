"""The hand-off: `assistant -> waiting -> staff -> assistant | closed`.

Every passage is one atomic UPDATE that names the state it starts from, so of two people who act at the same
moment exactly one succeeds; the other gets `Taken`, which says who has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations import alerts, store
from bot.conversations.database import changed
from bot.conversations.person_tables import Matter
from bot.conversations.presence import MAY_TAKE_OVER
from bot.conversations.room import colleague, room_for

# Named through this module by whoever works with hand-offs
from bot.conversations.states import ASSISTANT as ASSISTANT
from bot.conversations.states import CLOSED as CLOSED
from bot.conversations.states import STAFF as STAFF
from bot.conversations.states import WAITING as WAITING
from bot.conversations.tables import Conversation, Handoff, Staff, StateChange
from bot.crypto import Vault
from bot.risk import Level, RiskAssessment

EVIDENCE = 20
OUTCOMES = ("supported", "referred", "emergency_services", "no_answer", "declined", "wrong_alarm", "misuse")


class Taken(Exception):
    """The conversation is not in the state that the action starts from; says in which, and whose it is."""

    def __init__(self, in_charge: str, staff: str | None) -> None:
        super().__init__(in_charge)
        self.in_charge = in_charge
        self.staff = staff


@dataclass(frozen=True)
class Alarm:
    """Why a person is needed, as the queue shows it."""

    level: Level
    categories: tuple[str, ...] = ()
    evidence: tuple[dict[str, str], ...] = ()
    reason: str = "asked"
    # Beside a risk: the visitor asked for a person, too
    asked: bool = True
    child: bool = False

    @classmethod
    def of(cls, assessment: RiskAssessment) -> Alarm:
        """The alarm that an assessment raises."""
        evidence = tuple(
            {"rule": e.rule, "category": e.category, "level": e.level.value, "words": e.words}
            for e in assessment.evidence
        )
        return cls(
            assessment.level,
            assessment.categories,
            evidence,
            "risk",
            assessment.wants_person,
            assessment.child_writing,
        )


def _merged(old: list[str], new: tuple[str, ...]) -> list[str]:
    return [*old, *(c for c in new if c not in old)]


def raise_level(conversation: Conversation, level: Level, categories: tuple[str, ...]) -> None:
    """A level once given does not fall in a conversation."""
    conversation.level = max(Level(conversation.level), level).value
    conversation.categories = _merged(conversation.categories, categories)


def forget_level(session: Session, conversation_id: str) -> None:
    """Staff found that the alarm was too high: what comes next is judged as in a new conversation."""
    calm = {"level": Level.NONE.value, "categories": []}
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(**calm))


def open_one(session: Session, conversation_id: str) -> Handoff | None:
    """The hand-off of a conversation that is not over, if there is one."""
    query = select(Handoff).where(Handoff.conversation_id == conversation_id)
    return session.scalar(query.where(Handoff.closed_at.is_(None)))


def was_claimed(session: Session, handoff: Handoff) -> bool:
    """Whether somebody has had this hand-off, now or before it came back to the queue."""
    mine = and_(
        StateChange.conversation_id == handoff.conversation_id,
        StateChange.after == STAFF,
        StateChange.at >= handoff.opened_at,
    )
    return session.scalar(select(StateChange.id).where(mine).limit(1)) is not None


def raise_open(session: Session, vault: Vault, conversation_id: str, alarm: Alarm) -> bool:
    """Raise the open hand-off by an alarm, claimed or not; False if there is none."""
    handoff = open_one(session, conversation_id)
    if handoff is None:
        return False
    rose = alarm.level > Level(handoff.level)
    news = rose or not set(alarm.categories) <= set(handoff.categories)
    handoff.level = max(Level(handoff.level), alarm.level).value
    handoff.categories = _merged(handoff.categories, alarm.categories)
    handoff.child = handoff.child or alarm.child
    if handoff.staff_id is not None and (news or alarm.level >= Level.EMERGENCY):
        handoff.raised_at = now()
    if rose and alarm.level >= Level.URGENT:
        alerts.raise_alert(session, "raised", handoff, alarm.level.value)
    known = vault.open(handoff.evidence)
    # The newest count: whoever sends alarms without end must not fill the queue's rows
    handoff.evidence = vault.seal([*known, *(e for e in alarm.evidence if e not in known)][-EVIDENCE:])
    store.tell(session, conversation_id, "state")
    return True


def open_handoff(session: Session, vault: Vault, conversation: Conversation, alarm: Alarm) -> bool:
    """Put the conversation in the queue, once: a second alarm raises the open hand-off. True if it is new.

    `conversation` must be locked (`store.locked`).
    """
    raise_level(conversation, alarm.level, alarm.categories)
    known = open_one(session, conversation.id)
    wanted = known is not None and _wanted_after_all(known, alarm)
    if raise_open(session, vault, conversation.id, alarm):
        return wanted and _wait_again(session, conversation, known, alarm)
    handoff = Handoff(
        conversation_id=conversation.id,
        area=conversation.area,
        team=conversation.team,
        level=alarm.level.value,
        categories=list(alarm.categories),
        evidence=vault.seal(list(alarm.evidence)),
        reason=alarm.reason,
        opened_at=now(),
        child=alarm.child,
    )
    session.add(handoff)
    session.flush()
    alerts.raise_alert(session, "opened", handoff)
    handoff.line = store.change_state(session, conversation, WAITING, by="assistant", reason=alarm.reason)
    return True


def _wanted_after_all(handoff: Handoff, alarm: Alarm) -> bool:
    """Whether a person whom the visitor declined is needed again: asked for, or the danger is another or greater."""
    news = alarm.level > Level(handoff.level) or not set(alarm.categories) <= set(handoff.categories)
    return handoff.declined_at is not None and (alarm.asked or (alarm.level >= Level.URGENT and news))


def _wait_again(session: Session, conversation: Conversation, handoff: Handoff | None, alarm: Alarm) -> bool:
    if handoff is None:
        return False
    handoff.declined_at = handoff.late_at = handoff.returned_at = None
    handoff.opened_at = now()
    alerts.raise_alert(session, "opened", handoff, str(handoff.opened_at))
    handoff.line = store.change_state(session, conversation, WAITING, by="assistant", reason=alarm.reason)
    return True


def in_reach(conversation_id: str, staff: Staff) -> ColumnElement[bool]:
    """That it is this conversation, and one of this person's team and area."""
    return and_(
        Conversation.id == conversation_id,
        Conversation.team == staff.team,
        Conversation.area == staff.area,
    )


def _pass(
    session: Session,
    conversation_id: str,
    staff: Staff,
    reason: str,
    ways: tuple[str, str],
    *,
    only: ColumnElement[bool] | None = None,
    holder: int | None = None,
) -> None:
    """One atomic passage; raises Taken or store.Gone where it is not possible. `only`: a further condition."""
    before, after = ways
    condition = and_(in_reach(conversation_id, staff), Conversation.in_charge == before)
    if only is not None:
        condition = and_(condition, only)
    moving = update(Conversation).where(condition).values(in_charge=after, staff_id=holder)
    if changed(session, moving) != 1:
        raise taken(session, conversation_id, staff)
    session.add(
        StateChange(
            conversation_id=conversation_id,
            at=now(),
            before=before,
            after=after,
            by=staff.name,
            reason=reason,
        )
    )
    store.tell(session, conversation_id, "state")


def taken(session: Session, conversation_id: str, staff: Staff) -> Taken | store.Gone:
    """Why a passage was not possible."""
    found = session.execute(
        select(Conversation.in_charge, Staff.name)
        .outerjoin(Staff, Staff.id == Conversation.staff_id)
        .where(in_reach(conversation_id, staff))
    ).one_or_none()
    return store.Gone(conversation_id) if found is None else Taken(*found)


def open_of(conversation_id: str) -> Any:
    """An UPDATE of the open hand-off of a conversation, still without values."""
    return update(Handoff).where(
        and_(Handoff.conversation_id == conversation_id, Handoff.closed_at.is_(None))
    )


def mine(staff: Staff) -> ColumnElement[bool]:
    return Conversation.staff_id == staff.id


def claim(session: Session, conversation_id: str, staff: Staff) -> None:
    """`waiting -> staff`. A claim ends a pause.

    Raises Taken where someone was faster, store.Gone where there is nothing to claim, OneEmergency.
    """
    room_for(session, conversation_id, staff.id)
    _pass(session, conversation_id, staff, "claimed", (WAITING, STAFF), holder=staff.id)
    session.execute(open_of(conversation_id).values(staff_id=staff.id, claimed_at=now()))
    took = update(Conversation).where(Conversation.id == conversation_id)
    session.execute(took.values(staff_took_part=True))
    session.execute(update(Staff).where(Staff.id == staff.id).values(paused_at=None))


def back_in_line(session: Session, conversation_id: str) -> None:
    """Put the open hand-off in front of its level: whoever had it is gone, the wait begins anew."""
    values = {"staff_id": None, "claimed_at": None, "joined_id": None, "late_at": None, "returned_at": now()}
    session.execute(open_of(conversation_id).values(**values))


def release(session: Session, conversation_id: str, staff: Staff) -> None:
    """`staff -> waiting`, in front of its level."""
    _pass(session, conversation_id, staff, "released", (STAFF, WAITING), only=mine(staff))
    back_in_line(session, conversation_id)


def transfer(session: Session, conversation_id: str, staff: Staff, to: str) -> None:
    """`staff -> staff`: to a colleague. Raises LookupError, OneEmergency where that colleague has one."""
    taker = colleague(session, staff, to)
    room_for(session, conversation_id, taker.id)
    _pass(session, conversation_id, staff, "transferred", (STAFF, STAFF), only=mine(staff), holder=taker.id)
    session.execute(open_of(conversation_id).values(staff_id=taker.id, joined_id=None))


def take_over(session: Session, conversation_id: str, staff: Staff) -> None:
    """`staff -> staff`: a supervisor takes a chat from whoever has it. Raises PermissionError for other roles."""
    if staff.role not in MAY_TAKE_OVER:
        raise PermissionError
    others = or_(Conversation.staff_id.is_(None), Conversation.staff_id != staff.id)
    _pass(session, conversation_id, staff, "taken_over", (STAFF, STAFF), only=others, holder=staff.id)
    taken = {"staff_id": staff.id, "joined_id": None, "supervisor_called_at": None}
    session.execute(open_of(conversation_id).values(**taken))


def hand_back(session: Session, conversation_id: str, staff: Staff) -> None:
    """`staff -> assistant`: the assistant answers again; erases what was only kept for staff."""
    _pass(session, conversation_id, staff, "handed_back", (STAFF, ASSISTANT), only=mine(staff))
    session.execute(open_of(conversation_id).values(closed_at=now(), outcome="handed_back"))
    _erase_deleted(session, conversation_id)


def close(session: Session, conversation_id: str, staff: Staff, outcome: str) -> None:
    """`staff -> closed` with an outcome of the closed list; erases what was only kept for staff."""
    if outcome not in OUTCOMES:
        raise ValueError(f"outcome must be one of {', '.join(OUTCOMES)}")
    _pass(session, conversation_id, staff, "closed", (STAFF, CLOSED), only=mine(staff))
    session.execute(open_of(conversation_id).values(closed_at=now(), outcome=outcome))
    _erase_deleted(session, conversation_id)


def _erase_deleted(session: Session, conversation_id: str) -> None:
    kept = exists().where(and_(Matter.conversation_id == conversation_id, Matter.closed_at.is_(None)))
    gone = and_(Conversation.id == conversation_id, Conversation.deleted_at.is_not(None), ~kept)
    if session.scalar(select(Conversation.id).where(gone)):
        store.erase(session, [conversation_id])
