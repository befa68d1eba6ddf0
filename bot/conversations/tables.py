"""The tables. Everything personal is in a `LargeBinary` column that `bot.crypto` has sealed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
# SQLite gives ever-growing ids only to INTEGER keys
Serial = BigInteger().with_variant(Integer, "sqlite")


class UtcDateTime(TypeDecorator[dt.datetime]):
    """Aware times in Python, UTC in the database; a naive time is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        found: dt.datetime = value
        return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """Declarative base with predictable constraint names, so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {dt.datetime: UtcDateTime, dict[str, Any]: JSON, list[str]: JSON}


class Conversation(Base):
    """One chat on one channel. `token_hash` null: the visitor has left or deleted it."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str | None] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(16))
    area: Mapped[str] = mapped_column(String(40))
    team: Mapped[str] = mapped_column(String(40))
    in_charge: Mapped[str] = mapped_column(String(10), default="assistant")
    level: Mapped[str] = mapped_column(String(10), default="none")
    categories: Mapped[list[str]] = mapped_column(default=list)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime] = mapped_column(index=True)
    staff_took_part: Mapped[bool] = mapped_column(default=False)
    left_at: Mapped[dt.datetime | None]
    deleted_at: Mapped[dt.datetime | None]
    # Came back with a return code, and sees nothing up to this message
    rejoined_at: Mapped[dt.datetime | None]
    shown_after: Mapped[int | None] = mapped_column(Serial)


class Message(Base):
    """One line in a conversation; `body` is the sealed JSON of what was said. `turn` is the visitor's message id."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "client_id"),
        Index("ix_messages_conversation_id_id", "conversation_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    at: Mapped[dt.datetime]
    author: Mapped[str] = mapped_column(String(10))
    name: Mapped[str | None] = mapped_column(String(60))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    level: Mapped[str | None] = mapped_column(String(10))
    turn: Mapped[int | None] = mapped_column(Serial)
    client_id: Mapped[str | None] = mapped_column(String(64))


class Handoff(Base):
    """The passage of a conversation to staff; at most one is open per conversation."""

    __tablename__ = "handoffs"
    __table_args__ = (
        Index(
            "ix_handoffs_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    area: Mapped[str] = mapped_column(String(40))
    team: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(10))
    categories: Mapped[list[str]] = mapped_column(default=list)
    evidence: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[dt.datetime]
    # The place in the queue among its level: grows with each that comes, whatever the clock says
    line: Mapped[int] = mapped_column(Serial, default=0, server_default="0")
    claimed_at: Mapped[dt.datetime | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(30))
    # Came back from staff: stands in front of its level
    returned_at: Mapped[dt.datetime | None]
    # Told the phone alternatives, as nobody came in time
    late_at: Mapped[dt.datetime | None]
    # The visitor wants no person; the queue keeps it in sight
    declined_at: Mapped[dt.datetime | None]
    # Risk rose while somebody had it
    raised_at: Mapped[dt.datetime | None]
    supervisor_called_at: Mapped[dt.datetime | None]
    # The supervisor who writes along, by id
    joined_id: Mapped[int | None]
    # The last message that its worker has had on the screen
    read_id: Mapped[int | None] = mapped_column(Serial)
    # A child writes: their lines are others
    child: Mapped[bool | None]


class StateChange(Base):
    """Every change of who is in charge, with its time."""

    __tablename__ = "state_changes"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[dt.datetime]
    before: Mapped[str] = mapped_column(String(10))
    after: Mapped[str] = mapped_column(String(10))
    by: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(30))


class Change(Base):
    """What event streams tell: written in the transaction that it reports, read by every `web` process."""

    __tablename__ = "changes"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    message_id: Mapped[int | None] = mapped_column(Serial)
    at: Mapped[dt.datetime]


class Ticket(Base):
    """A single-use ticket of a page without JavaScript or of an event stream, or a return code; its hash alone."""

    __tablename__ = "tickets"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(8))
    uses: Mapped[int] = mapped_column(default=0, server_default="0")
    made_at: Mapped[dt.datetime]


class Tombstone(Base):
    """A conversation that was erased: what comes too late runs into this."""

    __tablename__ = "tombstones"

    conversation_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[dt.datetime]


class TurnLock(Base):
    """Who is answering in a conversation now: keeps order when several `web` processes serve it."""

    __tablename__ = "turn_locks"

    conversation_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str] = mapped_column(String(32))
    until: Mapped[dt.datetime]


class Rate(Base):
    """How many new conversations an address (keyed hash) began in a window of time."""

    __tablename__ = "rates"

    bucket: Mapped[str] = mapped_column(String(80), primary_key=True)
    count: Mapped[int]
    until: Mapped[dt.datetime]


class TrackerEvent(Base):
    """One sealed event of Rasa's tracker, in order."""

    __tablename__ = "tracker_events"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    sender_id: Mapped[str] = mapped_column(String(64), index=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class Staff(Base):
    """A helpline worker's account."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    area: Mapped[str] = mapped_column(String(40))
    team: Mapped[str] = mapped_column(String(40))
    password: Mapped[str] = mapped_column(String(200))
    must_change: Mapped[bool] = mapped_column(default=True)
    totp_required: Mapped[bool] = mapped_column(default=True)
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_last: Mapped[int] = mapped_column(BigInteger, default=0)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[dt.datetime | None]
    disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]
    # What visitors read instead of the name
    alias: Mapped[str | None] = mapped_column(String(40))
    # On a break: keeps their chats, counts as not there for new ones
    paused_at: Mapped[dt.datetime | None]

    @property
    def shown(self) -> str:
        """The name that visitors read: the alias, else the first word of the account's name."""
        return self.alias or self.name.split()[0]


class DeskSession(Base):
    """A signed-in browser at the desk. Only the hash of its cookie is kept."""

    __tablename__ = "desk_sessions"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime] = mapped_column(index=True)
    totp_pending: Mapped[bytes | None] = mapped_column(LargeBinary)


class Audit(Base):
    """Who did what at the desk; holds no text of any conversation and outlives its erasure."""

    __tablename__ = "audit"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    at: Mapped[dt.datetime]
    staff: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(30))
    conversation_id: Mapped[str | None] = mapped_column(String(32))


class KeyCheck(Base):
    """A known value, sealed: opens only with the key that this database was made with."""

    __tablename__ = "key_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
