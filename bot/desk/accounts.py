"""Accounts of helpline staff: argon2 passwords, one-time codes, lock-out after repeated failures."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations.tables import DeskSession, Staff
from bot.crypto import Vault

Role = Literal["staff", "supervisor", "safeguarding", "editor", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)
FIRST_USER = "admin"
MIN_PASSWORD = 8
FAILURES = 5
LOCKED = dt.timedelta(minutes=15)
CODE_STEP_S = 30


class Wrong(Exception):
    """Name, password or code is wrong; `locked` says that the account is closed for a while."""

    def __init__(self, *, locked: bool = False) -> None:
        super().__init__("locked" if locked else "wrong")
        self.locked = locked


@dataclass(frozen=True)
class Claim:
    """Who somebody says they are."""

    user: str
    password: str
    code: str | None = None


@cache
def hasher() -> PasswordHasher:
    """Argon2id with the library's current defaults."""
    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash to compare with where there is no such user, so that it takes as long."""
    return hasher().hash(secrets.token_urlsafe(16))


def weak(password: str, name: str) -> bool:
    """Whether a password is too short or the user's name."""
    return len(password) < MIN_PASSWORD or password.lower() == name.lower()


def add(
    session: Session,
    *,
    name: str,
    role: Role,
    area: str,
    team: str,
    password: str,
    totp: bool,
    must_change: bool = False,
) -> None:
    """A new account. Raises ValueError where the name is taken or unusable."""
    if not name or len(name) > 60 or not name.isprintable():
        raise ValueError("A user name has 1 to 60 printable characters.")
    if session.scalar(select(Staff.id).where(Staff.name == name)):
        raise ValueError(f"There is a user {name} already.")
    session.add(
        Staff(
            name=name,
            role=role,
            area=area,
            team=team,
            password=hasher().hash(password),
            must_change=must_change,
            totp_required=totp,
            created_at=now(),
        )
    )


def find(session: Session, name: str) -> Staff:
    """The account of a name. Raises LookupError."""
    found = session.scalar(select(Staff).where(Staff.name == name))
    if found is None:
        raise LookupError(f"There is no user {name}.")
    return found


def disable(session: Session, name: str) -> None:
    """End an account and its sessions."""
    staff = find(session, name)
    staff.disabled = True
    session.execute(delete(DeskSession).where(DeskSession.staff_id == staff.id))


def reset(session: Session, name: str) -> str:
    """A new one-time password for an account; ends its sessions, its lock and its second step."""
    staff = find(session, name)
    password = secrets.token_urlsafe(12)
    staff.password, staff.must_change, staff.totp_secret = hasher().hash(password), True, None
    staff.failures, staff.locked_until, staff.disabled = 0, None, False
    session.execute(delete(DeskSession).where(DeskSession.staff_id == staff.id))
    return password


def first_user(session: Session, area: str) -> str | None:
    """Make the user `admin` with a one-time password, which is returned; None where there are users."""
    if session.scalar(select(Staff.id).limit(1)):
        return None
    password = secrets.token_urlsafe(12)
    add(
        session,
        name=FIRST_USER,
        role="administrator",
        area=area,
        team=area,
        password=password,
        totp=False,
        must_change=True,
    )
    return password


def kept_hash(session: Session, user: str) -> str | None:
    """The password hash of a user who may sign in; slow hashing happens outside the transaction."""
    staff = session.scalar(select(Staff).where(Staff.name == user))
    return None if staff is None or staff.disabled else staff.password


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is right; takes as long for a user who does not exist. About 50 ms of CPU."""
    try:
        return hasher().verify(kept or _nobody(), password) and kept is not None
    except VerifyMismatchError:
        return False


def _code_fits(staff: Staff, vault: Vault, code: str | None) -> bool:
    if staff.totp_secret is None:
        return True
    step = accepted_step(vault.open(staff.totp_secret), code or "", staff.totp_last)
    if step is None:
        return False
    staff.totp_last = step
    return True


def accepted_step(secret: str, code: str, used: int) -> int | None:
    """The time step of a one-time code, if it fits now or one step off and was not used before."""
    at = int(time.time()) // CODE_STEP_S
    for step in (at - 1, at, at + 1):
        expected = pyotp.TOTP(secret).generate_otp(step)
        if secrets.compare_digest(expected.encode(), code.strip().encode()) and step > used:
            return step
    return None


def settle(session: Session, vault: Vault, claim: Claim, right: bool) -> Staff | Wrong:
    """Count the attempt: the account that is signed in, or why it is not."""
    staff = session.scalar(select(Staff).where(Staff.name == claim.user).with_for_update())
    if staff is None or staff.disabled:
        return Wrong()
    if staff.locked_until and staff.locked_until > now():
        return Wrong(locked=True)
    if right and _code_fits(staff, vault, claim.code):
        staff.failures, staff.locked_until = 0, None
        return staff
    staff.failures += 1
    if staff.failures >= FAILURES:
        staff.failures, staff.locked_until = 0, now() + LOCKED
    return Wrong(locked=bool(staff.locked_until and staff.locked_until > now()))
