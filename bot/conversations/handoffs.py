"""The hand-off: `assistant -> waiting -> staff -> assistant | closed`.

Every passage is one atomic UPDATE that names the state it starts from, so of two people who act at the same
moment exactly one succeeds; the other gets `Taken`, which says who has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations import store
from bot.conversations.presence import MAY_CLAIM
from bot.conversations.tables import Conversation, Handoff, Staff, StateChange
from bot.crypto import Vault
from bot.risk import Level, RiskAssessment

WAITING, STAFF, ASSISTANT, CLOSED = "waiting", "staff", "assistant", "closed"
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

    @classmethod
    def of(cls, assessment: RiskAssessment) -> Alarm:
        """The alarm that an assessment raises."""
        evidence = tuple(
            {"rule": e.rule, "category": e.category, "level": e.level.value, "words": e.words}
            for e in assessment.evidence
        )
        return cls(assessment.level, assessment.categories, evidence, "risk")


def _merged(old: list[str], new: tuple[str, ...]) -> list[str]:
    return [*old, *(c for c in new if c not in old)]


def raise_level(conversation: Conversation, level: Level, categories: tuple[str, ...]) -> None:
    """A level once given does not fall in a conversation."""
    conversation.level = max(Level(conversation.level), level).value
    conversation.categories = _merged(conversation.categories, categories)


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
    handoff.level = max(Level(handoff.level), alarm.level).value
    handoff.categories = _merged(handoff.categories, alarm.categories)
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
    if raise_open(session, vault, conversation.id, alarm):
        return False
    session.add(
        Handoff(
            conversation_id=conversation.id,
            area=conversation.area,
            team=conversation.team,
            level=alarm.level.value,
            categories=list(alarm.categories),
            evidence=vault.seal(list(alarm.evidence)),
            reason=alarm.reason,
            opened_at=now(),
        )
    )
    store.change_state(session, conversation, WAITING, by="assistant", reason=alarm.reason)
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
    before: str,
    after: str,
    staff: Staff,
    *,
    owner: int | None,
    reason: str,
) -> None:
    """One atomic passage; raises Taken or store.Gone where it is not possible."""
    condition = and_(in_reach(conversation_id, staff), Conversation.in_charge == before)
    if owner is not None:
        condition = and_(condition, Conversation.staff_id == owner)
    holder = staff.id if after == STAFF else None
    moved = session.execute(update(Conversation).where(condition).values(in_charge=after, staff_id=holder))
    if moved.rowcount == 1:  # type: ignore[attr-defined]
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
        return
    found = session.execute(
        select(Conversation.in_charge, Staff.name)
        .outerjoin(Staff, Staff.id == Conversation.staff_id)
        .where(in_reach(conversation_id, staff))
    ).one_or_none()
    if found is None:
        raise store.Gone(conversation_id)
    raise Taken(*found)


def open_of(conversation_id: str) -> Any:
    """An UPDATE of the open hand-off of a conversation, still without values."""
    return update(Handoff).where(
        and_(Handoff.conversation_id == conversation_id, Handoff.closed_at.is_(None))
    )


def claim(session: Session, conversation_id: str, staff: Staff) -> None:
    """`waiting -> staff`. Raises Taken where someone was faster, store.Gone where there is nothing to claim."""
    _pass(session, conversation_id, WAITING, STAFF, staff, owner=None, reason="claimed")
    session.execute(open_of(conversation_id).values(staff_id=staff.id, claimed_at=now()))
    session.execute(
        update(Conversation).where(Conversation.id == conversation_id).values(staff_took_part=True)
    )


def release(session: Session, conversation_id: str, staff: Staff) -> None:
    """`staff -> waiting`, with the time of its opening kept, so that it stands in front of its level again."""
    _pass(session, conversation_id, STAFF, WAITING, staff, owner=staff.id, reason="released")
    session.execute(open_of(conversation_id).values(staff_id=None, claimed_at=None))


def transfer(session: Session, conversation_id: str, staff: Staff, to: str) -> None:
    """`staff -> staff`: to a colleague of the same team who may claim. Raises LookupError for any other name."""
    query = select(Staff).where(and_(Staff.name == to, Staff.role.in_(MAY_CLAIM), Staff.disabled.is_(False)))
    colleague = session.scalar(query.where(and_(Staff.team == staff.team, Staff.area == staff.area)))
    if colleague is None:
        raise LookupError(to)
    _pass(session, conversation_id, STAFF, STAFF, staff, owner=staff.id, reason="transferred")
    session.execute(
        update(Conversation).where(Conversation.id == conversation_id).values(staff_id=colleague.id)
    )
    session.execute(open_of(conversation_id).values(staff_id=colleague.id))


def hand_back(session: Session, conversation_id: str, staff: Staff) -> None:
    """`staff -> assistant`: the assistant answers again; erases what was only kept for staff."""
    _pass(session, conversation_id, STAFF, ASSISTANT, staff, owner=staff.id, reason="handed_back")
    session.execute(open_of(conversation_id).values(closed_at=now(), outcome="handed_back"))
    _erase_deleted(session, conversation_id)


def close(session: Session, conversation_id: str, staff: Staff, outcome: str) -> None:
    """`staff -> closed` with an outcome of the closed list; erases what was only kept for staff."""
    if outcome not in OUTCOMES:
        raise ValueError(f"outcome must be one of {', '.join(OUTCOMES)}")
    _pass(session, conversation_id, STAFF, CLOSED, staff, owner=staff.id, reason="closed")
    session.execute(open_of(conversation_id).values(closed_at=now(), outcome=outcome))
    _erase_deleted(session, conversation_id)


def _erase_deleted(session: Session, conversation_id: str) -> None:
    if session.scalar(select(Conversation.deleted_at).where(Conversation.id == conversation_id)):
        store.erase(session, [conversation_id])


def ranked() -> Any:
    """The level as a number for ordering: 0 first."""
    order = (Level.EMERGENCY, Level.URGENT, Level.CONCERN, Level.NONE)
    return case({level.value: n for n, level in enumerate(order)}, value=Handoff.level, else_=len(order))


def waiting(team: str, area: str) -> Select[Any]:
    """Open hand-offs of a team in the order of service: by level, then by waiting time."""
    return (
        select(Handoff, Conversation, Staff.name)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .outerjoin(Staff, Staff.id == Handoff.staff_id)
        .where(and_(Handoff.closed_at.is_(None), Handoff.team == team, Handoff.area == area))
        .order_by(ranked(), Handoff.opened_at, Handoff.id)
    )


def queue(session: Session, vault: Vault, team: str, area: str) -> list[dict[str, Any]]:
    """The queue as the desk shows it (contracts, `GET /desk/api/queue`), with the words that raised the alarm."""
    at = now()
    return [
        {
            "id": conversation.id,
            "level": handoff.level,
            "categories": handoff.categories,
            "waiting_s": max(0, int(((handoff.claimed_at or at) - handoff.opened_at).total_seconds())),
            "channel": conversation.channel,
            "in_charge": conversation.in_charge,
            "staff": name,
            "team": handoff.team,
            "why": [e["words"] for e in vault.open(handoff.evidence)],
        }
        for handoff, conversation, name in session.execute(waiting(team, area))
    ]


def position(session: Session, conversation_id: str) -> int | None:
    """How many waiting conversations are served before this one; None if it does not wait."""
    mine = session.execute(
        select(Handoff.team, Handoff.area, ranked().label("rank"), Handoff.opened_at, Handoff.id)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(
            and_(
                Handoff.conversation_id == conversation_id,
                Handoff.closed_at.is_(None),
                Conversation.in_charge == WAITING,
            )
        )
    ).one_or_none()
    if mine is None:
        return None
    earlier = or_(
        ranked() < mine.rank,
        and_(ranked() == mine.rank, Handoff.opened_at < mine.opened_at),
        and_(ranked() == mine.rank, Handoff.opened_at == mine.opened_at, Handoff.id < mine.id),
    )
    return session.scalar(
        select(func.count())
        .select_from(Handoff)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(
            and_(
                Handoff.closed_at.is_(None),
                Handoff.team == mine.team,
                Handoff.area == mine.area,
                Conversation.in_charge == WAITING,
                earlier,
            )
        )
    )
