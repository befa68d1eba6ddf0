"""the order of the queue rests on numbers that grow, not on a clock that can be set"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("handoffs", sa.Column("line", SERIAL, nullable=False, server_default="0"))
    # New ones count by state changes, of which there is at least one for each hand-off
    op.execute("UPDATE handoffs SET line = id")


def downgrade() -> None:
    op.drop_column("handoffs", "line")
