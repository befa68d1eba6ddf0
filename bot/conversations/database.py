"""Engine, transactions, migrations and the check that key and database belong together."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, Executable, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import Session

from bot.content import ROOT
from bot.conversations.tables import KeyCheck
from bot.crypto import KeyProblem, Vault
from bot.settings import get_settings

P = ParamSpec("P")
T = TypeVar("T")
KNOWN = "vra"
BUSY_MS = 5000
WRITERS = 10
# Reading is mostly Python: more threads than this would only take turns at the interpreter, and keep the event
# loop from it
READERS = 4


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, record: Any) -> None:
        # The driver's own transaction handling would begin transactions as readers
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        # Erased text is overwritten in the file, not only unlinked
        connection.execute("PRAGMA secure_delete=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def make_engine(url: str) -> Engine:
    """An engine for SQLite (WAL) or PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_size=10, max_overflow=20, pool_pre_ping=True, hide_parameters=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(parsed, pool_size=10, max_overflow=20, hide_parameters=True)
    _prepare_sqlite(engine)
    return engine


def changed(session: Session, statement: Executable) -> int:
    """How many rows a statement changed."""
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


class GivenUp(Exception):
    """Rolls a transaction back whose caller stopped waiting for it; nobody is left to see this."""


class Database:
    """Short transactions on one engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = engine.execution_options(writing=True)
        # SQLite lets one write and the others try again by chance: under load some would never have their turn.
        # Here they come in order, and the next begins without asking the event loop
        writers = 1 if engine.dialect.name == "sqlite" else WRITERS
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that may write: committed at the end, rolled back on an error."""
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    async def run(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do `work(session, ...)` in one writing transaction, off the event loop.

        Nothing is written for a caller who stopped waiting (a time limit): what was told as lost stays lost.
        """
        given_up = threading.Event()

        def transaction() -> T:
            with self.write() as session:
                done = work(session, *args, **kwargs)
                session.flush()
                if given_up.is_set():
                    raise GivenUp
                return done

        try:
            return await asyncio.get_running_loop().run_in_executor(self._writers, transaction)
        except asyncio.CancelledError:
            given_up.set()
            raise

    async def look(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do `work(session, ...)` in one reading transaction, off the event loop."""

        def transaction() -> T:
            with self.read() as session:
                return work(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._readers, transaction)


@cache
def get_database() -> Database:
    """The database of this process, from its settings."""
    return Database(make_engine(get_settings().database))


def migrate(engine: Engine) -> None:
    """Bring the schema up to date with Alembic."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def check_key(database: Database, vault: Vault) -> None:
    """Raise KeyProblem unless the vault opens this database; a new database takes this key."""
    with database.write() as session:
        row = session.get(KeyCheck, 1)
        if row is None:
            session.add(KeyCheck(id=1, sealed=vault.seal(KNOWN)))
            return
    if vault.open(row.sealed) != KNOWN:
        raise KeyProblem("The key does not belong to this database.")
