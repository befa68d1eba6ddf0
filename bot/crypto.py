"""Encryption at rest: Fernet with rotation; keys live outside the database.

Keys come from `VRA_SECRET_KEYS` (comma-separated, newest first) or from `keys` in the data folder (mode 0600,
one a line, newest first). New text is encrypted with the first; older keys still decrypt.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.settings import Settings, get_settings

KEY_FILE = "keys"


class KeyProblem(RuntimeError):
    """The keys are missing, unreadable, too widely readable or do not open the database."""


def key_file(settings: Settings) -> Path:
    """Where the keys are kept when no setting gives them."""
    return settings.data_dir / KEY_FILE


def make_key_file(settings: Settings) -> bool:
    """Create the key file with one new key unless there are keys; True if it was made."""
    path = key_file(settings)
    if settings.secret_keys or path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(Fernet.generate_key() + b"\n")
    return True


def read_keys(settings: Settings) -> list[bytes]:
    """The keys, newest first. Raises KeyProblem."""
    if settings.secret_keys:
        keys = [k.strip().encode() for k in settings.secret_keys.get_secret_value().split(",") if k.strip()]
    else:
        path = key_file(settings)
        if not path.is_file():
            raise KeyProblem(f"There is no key: neither VRA_SECRET_KEYS nor {path}.")
        if path.stat().st_mode & 0o077:
            raise KeyProblem(f"{path} can be read by others: run `chmod 600 {path}`.")
        keys = path.read_bytes().split()
    if not keys:
        raise KeyProblem("There is no key in VRA_SECRET_KEYS or the key file.")
    return keys


class Vault:
    """Encrypts what is stored and makes keyed hashes of what must be recognised but not kept."""

    def __init__(self, keys: list[bytes]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise KeyProblem("A key is not a Fernet key (32 bytes, url-safe base64).") from None
        self._pepper = hashlib.sha256(b"vra-hash" + base64.urlsafe_b64decode(keys[-1])).digest()

    def seal(self, value: Any) -> bytes:
        """Encrypt a JSON-serialisable value."""
        return self._fernet.encrypt(json.dumps(value, ensure_ascii=False).encode())

    def open(self, sealed: bytes) -> Any:
        """Decrypt. Raises KeyProblem if none of the keys fits."""
        try:
            return json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise KeyProblem("The key does not open what is stored.") from None

    def keyed_hash(self, value: str) -> str:
        """HMAC-SHA256 in hex: the same for the same value, of no use without the oldest key."""
        return hmac.new(self._pepper, value.encode(), hashlib.sha256).hexdigest()


def new_token() -> str:
    """An unguessable token, 256 bits, safe in a path."""
    return secrets.token_urlsafe(32)


@cache
def get_vault() -> Vault:
    """The vault of this process, from its settings. Raises KeyProblem."""
    return Vault(read_keys(get_settings()))
