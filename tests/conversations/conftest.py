"""A real database in a temporary folder for every test of conversations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations import handoffs, store
from bot.conversations.database import Database, make_engine, migrate
from bot.conversations.handoffs import Alarm
from bot.conversations.tables import Staff
from bot.crypto import Vault
from bot.messages import Author, Reply
from bot.risk import Level


@pytest.fixture
def vault() -> Vault:
    return Vault([Fernet.generate_key()])


@pytest.fixture
def database(tmp_path: Path) -> Database:
    engine = make_engine(f"sqlite:///{tmp_path / 'vra.db'}")
    migrate(engine)
    return Database(engine)


@pytest.fixture
def new_chat(database: Database, vault: Vault) -> Callable[..., str]:
    """Make a conversation with one visitor message; its id."""

    def make(text: str = "hello", team: str = "essex") -> str:
        with database.write() as session:
            made, _ = store.create(session, channel="web", area="essex", team=team, vault=vault)
            store.add(session, vault, store.locked(session, made), Reply(author=Author.VISITOR, text=text))
        return made

    return make


@pytest.fixture
def hand_off(database: Database, vault: Vault, new_chat: Callable[..., str]) -> Callable[..., str]:
    """Make a conversation that waits for staff; its id."""

    def make(level: Level = Level.URGENT, team: str = "essex") -> str:
        made = new_chat(team=team)
        with database.write() as session:
            evidence = ({"rule": "r", "category": "weapon", "level": level.value, "words": "a knife"},)
            handoffs.open_handoff(
                session, vault, store.locked(session, made), Alarm(level, ("weapon",), evidence, "risk")
            )
        return made

    return make


@pytest.fixture
def staff(database: Database) -> Callable[..., Staff]:
    """Make a member of staff."""

    def make(name: str, role: str = "staff", team: str = "essex") -> Staff:
        def add(session: Session) -> Staff:
            person = Staff(
                name=name,
                role=role,
                area="essex",
                team=team,
                password="x",
                must_change=False,
                totp_required=False,
                created_at=now(),
            )
            session.add(person)
            session.flush()
            return person

        with database.write() as session:
            return add(session)

    return make
