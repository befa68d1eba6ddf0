"""Alembic's environment: runs on the connection that `bot.conversations.database.migrate` hands over."""

from alembic import context

from bot.conversations.database import make_engine
from bot.conversations.tables import Base
from bot.settings import get_settings


def run(connection: object) -> None:
    """Migrate on this connection, in its transaction."""
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with make_engine(get_settings().database).connect() as own:
        run(own)
        own.commit()
