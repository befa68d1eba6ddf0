"""Is a person there? What visitors are told about a person is looked up here, at that moment."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations.tables import DeskSession, Staff

MAY_CLAIM = ("staff", "supervisor", "safeguarding", "administrator")
MAY_TAKE_OVER = ("supervisor", "administrator")
LEADS = ("safeguarding", "supervisor", "administrator")


def present(seen_after: dt.datetime) -> Any:
    """Select the ids of staff who may claim, have nothing to do first, and gave a sign of life after a time."""
    return (
        select(Staff.id)
        .join(DeskSession, DeskSession.staff_id == Staff.id)
        .where(
            and_(
                DeskSession.seen_at > seen_after,
                Staff.role.in_(MAY_CLAIM),
                Staff.disabled.is_(False),
                Staff.must_change.is_(False),
                or_(Staff.totp_required.is_(False), Staff.totp_secret.is_not(None)),
            )
        )
    )


def staffed(session: Session, team: str, area: str, presence_s: int) -> bool:
    """Whether somebody of the team is at the desk now, and not on a break."""
    seen = present(now() - dt.timedelta(seconds=presence_s)).where(
        and_(Staff.team == team, Staff.area == area, Staff.paused_at.is_(None))
    )
    return bool(session.scalar(select(func.count()).select_from(seen.subquery())))
