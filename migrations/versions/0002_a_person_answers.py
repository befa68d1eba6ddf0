"""a person answers: alerts, call-backs, safeguarding, marks, and what a hand-off goes through"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
HANDOFF_TIMES = ("returned_at", "late_at", "declined_at", "raised_at", "supervisor_called_at")


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, TIME, nullable=nullable)


def _id() -> sa.Column[int]:
    return sa.Column("id", SERIAL, autoincrement=True, nullable=False)


def _hangs_on_its_conversation(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_conversation_id")
    return sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    for name in HANDOFF_TIMES:
        op.add_column("handoffs", _time(name, nullable=True))
    op.add_column("handoffs", sa.Column("joined_id", sa.Integer(), nullable=True))
    op.add_column("handoffs", sa.Column("read_id", SERIAL, nullable=True))
    op.add_column("handoffs", sa.Column("child", sa.Boolean(), nullable=True))
    op.add_column("staff", _text("alias", 40, nullable=True))
    op.add_column("staff", _time("paused_at", nullable=True))
    _alerts()
    _callbacks()
    _matters_and_marks()


def _alerts() -> None:
    op.create_table(
        "alerts",
        _id(),
        _text("event", 80),
        _text("channel", 40),
        _text("kind", 20),
        _text("area", 40),
        _text("team", 40),
        _text("level", 10),
        _text("state", 10),
        sa.Column("tries", sa.Integer(), nullable=False),
        _time("next_at"),
        _time("created_at"),
        _time("settled_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("event", "channel", name=op.f("uq_alerts_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_alerts_state"), "alerts", ["state"])


def _callbacks() -> None:
    op.create_table(
        "callbacks",
        _id(),
        _text("conversation_id", 32),
        _text("area", 40),
        _text("team", 40),
        _text("level", 10),
        sa.Column("details", sa.LargeBinary(), nullable=True),
        _text("state", 10),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        _time("tried_at", nullable=True),
        _text("outcome", 30, nullable=True),
        _time("created_at"),
        _time("ended_at", nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_callbacks_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callbacks")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_callbacks_conversation_id"), "callbacks", ["conversation_id"])
    op.create_index(op.f("ix_callbacks_state"), "callbacks", ["state"])
    op.create_table(
        "callback_talks",
        _text("conversation_id", 32),
        _text("step", 20),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        _time("at"),
        _hangs_on_its_conversation("callback_talks"),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_callback_talks")),
    )


def _matters_and_marks() -> None:
    op.create_table(
        "matters",
        _id(),
        _text("conversation_id", 32),
        _text("area", 40),
        _text("team", 40),
        _text("about", 20),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        _text("opened_by", 60),
        _time("opened_at"),
        _text("closed_by", 60, nullable=True),
        _time("closed_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matters")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_matters_conversation_id"), "matters", ["conversation_id"])
    op.create_table(
        "marks",
        _id(),
        _text("conversation_id", 32),
        _text("area", 40),
        _text("team", 40),
        _time("at"),
        _text("mark", 10),
        _text("level", 10),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        _text("outcome", 30, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_marks_conversation_id"), "marks", ["conversation_id"])


def downgrade() -> None:
    for table in ("marks", "matters", "callback_talks", "callbacks", "alerts"):
        op.drop_table(table)
    for name in (*HANDOFF_TIMES, "joined_id", "read_id", "child"):
        op.drop_column("handoffs", name)
    for name in ("alias", "paused_at"):
        op.drop_column("staff", name)
