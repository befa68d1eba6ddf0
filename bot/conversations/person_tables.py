"""Tables of what surrounds a hand-off: alerts, call-backs, safeguarding matters, marks on alarms.

None hangs on a conversation by a foreign key where it must outlive it (design, "Confidentiality").
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.conversations.tables import Base, Serial


class Alert(Base):
    """One event on one channel. The row is claimed before it is sent, so that none goes out twice."""

    __tablename__ = "alerts"
    __table_args__ = (UniqueConstraint("event", "channel"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    event: Mapped[str] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    area: Mapped[str] = mapped_column(String(40))
    team: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(10))
    # pending -> sending -> sent | failed (tried again) | given_up | unsure (its sender died: not sent again);
    # the last two -> seen (at the desk)
    state: Mapped[str] = mapped_column(String(10), default="pending", index=True)
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[dt.datetime]
    created_at: Mapped[dt.datetime]
    settled_at: Mapped[dt.datetime | None]


class Callback(Base):
    """A call that a visitor asked for. `details` is sealed, and null once the call is over."""

    __tablename__ = "callbacks"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(String(32), index=True)
    area: Mapped[str] = mapped_column(String(40))
    team: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(10))
    details: Mapped[bytes | None] = mapped_column(LargeBinary)
    # arranged -> taken -> arranged (tried) | done | cancelled | unreached | expired
    state: Mapped[str] = mapped_column(String(10), default="arranged", index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(30))
    created_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class CallbackTalk(Base):
    """Where a visitor is in arranging a call; `answers` so far, sealed."""

    __tablename__ = "callback_talks"

    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    step: Mapped[str] = mapped_column(String(20))
    answers: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[dt.datetime]


class Matter(Base):
    """A safeguarding matter: keeps its conversation until closed; `note` is sealed and has its own retention."""

    __tablename__ = "matters"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(String(32), index=True)
    area: Mapped[str] = mapped_column(String(40))
    team: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(20))
    note: Mapped[bytes] = mapped_column(LargeBinary)
    opened_by: Mapped[str] = mapped_column(String(60))
    opened_at: Mapped[dt.datetime]
    closed_by: Mapped[str | None] = mapped_column(String(60))
    closed_at: Mapped[dt.datetime | None]


class Mark(Base):
    """What staff thought of an alarm when they closed it; holds no text."""

    __tablename__ = "marks"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(String(32), index=True)
    area: Mapped[str] = mapped_column(String(40))
    team: Mapped[str] = mapped_column(String(40))
    at: Mapped[dt.datetime]
    mark: Mapped[str] = mapped_column(String(10))
    level: Mapped[str] = mapped_column(String(10))
    categories: Mapped[list[str]]
    rules: Mapped[list[str]]
    outcome: Mapped[str | None] = mapped_column(String(30))
