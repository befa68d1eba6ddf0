"""return codes: from which message on a visitor who came back sees the chat, and when they did"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("conversations", sa.Column("shown_after", SERIAL, nullable=True))
    op.add_column("conversations", sa.Column("rejoined_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("conversations", "rejoined_at")
    op.drop_column("conversations", "shown_after")
