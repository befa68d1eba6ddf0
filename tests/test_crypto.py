"""Keys: kept apart from the database, rotated, and needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.conversations.database import Database, check_key, make_engine, migrate
from bot.crypto import KeyProblem, Vault, key_file, make_key_file, read_keys
from bot.settings import Settings


def settings(folder: Path) -> Settings:
    return Settings(data_dir=folder, secret_keys=None, _env_file=None)  # type: ignore[call-arg]


def test_the_key_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    assert make_key_file(settings(tmp_path))
    assert key_file(settings(tmp_path)).stat().st_mode & 0o777 == 0o600
    assert not make_key_file(settings(tmp_path)), "a key that is there is never replaced"


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    make_key_file(settings(tmp_path))
    key_file(settings(tmp_path)).chmod(0o644)
    with pytest.raises(KeyProblem, match="chmod 600"):
        read_keys(settings(tmp_path))


def test_after_rotation_old_text_still_opens_and_new_text_needs_the_new_key() -> None:
    old, new = Fernet.generate_key(), Fernet.generate_key()
    sealed = Vault([old]).seal({"text": "where I live"})
    rotated = Vault([new, old])
    assert rotated.open(sealed) == {"text": "where I live"}
    assert rotated.keyed_hash("token") == Vault([old]).keyed_hash("token"), "tokens outlive a rotation"
    with pytest.raises(KeyProblem):
        Vault([old]).open(rotated.seal("later"))


def test_a_database_refuses_another_key(tmp_path: Path) -> None:
    database = Database(make_engine(f"sqlite:///{tmp_path / 'vra.db'}"))
    migrate(database.engine)
    check_key(database, Vault([Fernet.generate_key()]))
    with pytest.raises(KeyProblem):
        check_key(database, Vault([Fernet.generate_key()]))
