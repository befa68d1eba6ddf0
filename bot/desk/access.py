"""Who is at the desk: server-side sessions, what must be done first, CSRF, roles, signs of life."""

from __future__ import annotations

import asyncio
import datetime as dt
import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Literal, ParamSpec, TypeVar

import pyotp
from fastapi import Request, Response
from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.channels.errors import Problem
from bot.channels.resources import Resources, is_secure, resources
from bot.clock import now
from bot.conversations.handover import audit
from bot.conversations.presence import MAY_CLAIM
from bot.conversations.retention import DESK_SESSIONS_LIVE
from bot.conversations.tables import DeskSession, Staff
from bot.crypto import Vault, new_token
from bot.desk import accounts
from bot.desk.accounts import Claim, Wrong

COOKIE = "desk"
IDLE = dt.timedelta(hours=2)
SIGN_OF_LIFE = dt.timedelta(seconds=10)
# Each hash takes 64 MB: a flood of sign-ins must take neither the memory nor the threads that visitors need
HASHERS = ThreadPoolExecutor(2, "hash")
P = ParamSpec("P")
T = TypeVar("T")
Must = Literal["password", "totp"]


@dataclass(frozen=True)
class Seat:
    """A signed-in person: the account, their session's hash and CSRF token, and what they must do first."""

    staff: Staff
    session: str
    csrf: str

    @property
    def must(self) -> Must | None:
        """What stands between this person and the desk."""
        if self.staff.must_change:
            return "password"
        return "totp" if self.staff.totp_required and self.staff.totp_secret is None else None

    def as_json(self) -> dict[str, str]:
        """As `POST /desk/api/session` tells it."""
        found = {"user": self.staff.name, "role": self.staff.role, "csrf": self.csrf}
        return {**found, "must": self.must} if self.must else found


async def _hashing(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(HASHERS, partial(work, *args, **kwargs))


async def sign_in(r: Resources, claim: Claim) -> tuple[Seat, str]:
    """A new session: the seat and the cookie's value. Raises Problem 401."""
    kept = await r.database.look(accounts.kept_hash, claim.user)
    right = await _hashing(accounts.matches, kept, claim.password)
    token, csrf = new_token(), new_token()

    def begin(session: Session) -> Seat | Wrong:
        staff = accounts.settle(session, r.vault, claim, right)
        if isinstance(staff, Wrong):
            return staff
        at, hashed = now(), r.vault.keyed_hash(token)
        session.add(DeskSession(hash=hashed, staff_id=staff.id, csrf=csrf, made_at=at, seen_at=at))
        audit(session, staff, "sign_in")
        return Seat(staff, hashed, csrf)

    seat = await r.database.run(begin)
    if isinstance(seat, Wrong):
        raise Problem(401, "locked" if seat.locked else "wrong_sign_in")
    return seat, token


def set_cookie(response: Response, request: Request, token: str) -> None:
    """The session cookie: for this host and the desk alone, unreadable for scripts."""
    response.set_cookie(
        COOKIE, token, httponly=True, samesite="strict", secure=is_secure(request), path="/desk"
    )


def sitting(session: Session, hashed: str) -> Seat | None:
    """The seat of a session that is still good."""
    row = session.get(DeskSession, hashed)
    if row is None:
        return None
    at = now()
    if row.made_at < at - DESK_SESSIONS_LIVE or row.seen_at < at - IDLE:
        return None
    staff = session.get(Staff, row.staff_id)
    return None if staff is None or staff.disabled else Seat(staff, hashed, row.csrf)


def sign_of_life(session: Session, hashed: str) -> None:
    """Note that somebody is there; at most every ten seconds, as it is a write."""
    row = session.get(DeskSession, hashed)
    if row is not None and row.seen_at < now() - SIGN_OF_LIFE:
        row.seen_at = now()


async def seat_of(request: Request, *, unfinished: bool = False) -> Seat:
    """Who sends this request. Raises Problem 401, or 403 while something must be done first."""
    r = resources(request)
    token = request.cookies.get(COOKIE)
    seat = await r.database.look(sitting, r.vault.keyed_hash(token)) if token else None
    if seat is None:
        raise Problem(401, "sign_in")
    if seat.must and not unfinished:
        raise Problem(403, "must_first", must=seat.must, extra={"must": seat.must})
    await r.database.run(sign_of_life, seat.session)
    return seat


def check_csrf(seat: Seat, sent: str | None) -> None:
    """Raise Problem 403 unless the CSRF token of this session was sent."""
    if not hmac.compare_digest(seat.csrf.encode(), (sent or "").encode()):
        raise Problem(403, "session_over")


def may_claim(seat: Seat) -> Seat:
    """Raise Problem 403 for roles that take no chats."""
    if seat.staff.role not in MAY_CLAIM:
        raise Problem(403, "not_allowed")
    return seat


async def sign_out(r: Resources, seat: Seat) -> None:
    """End the session."""

    def end(session: Session) -> None:
        session.execute(delete(DeskSession).where(DeskSession.hash == seat.session))
        audit(session, seat.staff, "sign_out")

    await r.database.run(end)


async def new_password(r: Resources, seat: Seat, password: str) -> Seat:
    """Set the password and end the person's other sessions. Raises Problem 422."""
    if accounts.weak(password, seat.staff.name) or await _hashing(
        accounts.matches, seat.staff.password, password
    ):
        raise Problem(422, "weak_password", field="password", length=accounts.MIN_PASSWORD)
    hashed = await _hashing(accounts.hasher().hash, password)

    def save(session: Session) -> Staff:
        staff = session.get_one(Staff, seat.staff.id)
        staff.password, staff.must_change = hashed, False
        others = delete(DeskSession).where(DeskSession.staff_id == staff.id)
        session.execute(others.where(DeskSession.hash != seat.session))
        audit(session, staff, "new_password")
        return staff

    return Seat(await r.database.run(save), seat.session, seat.csrf)


def pending_secret(session: Session, vault: Vault, seat: Seat) -> str:
    """The secret that this session is setting up; the same until it is confirmed."""
    row = session.get_one(DeskSession, seat.session)
    if row.totp_pending is None:
        row.totp_pending = vault.seal(pyotp.random_base32())
    secret: str = vault.open(row.totp_pending)
    return secret


async def confirm_secret(r: Resources, seat: Seat, code: str) -> Seat:
    """Turn the second step on. Raises Problem 422 for a wrong code."""

    def save(session: Session) -> Staff | None:
        secret = pending_secret(session, r.vault, seat)
        step = accounts.accepted_step(secret, code, 0)
        if step is None:
            return None
        staff = session.get_one(Staff, seat.staff.id)
        staff.totp_secret, staff.totp_last = r.vault.seal(secret), step
        audit(session, staff, "second_step")
        return staff

    staff = await r.database.run(save)
    if staff is None:
        raise Problem(422, "wrong_code", field="code")
    return Seat(staff, seat.session, seat.csrf)
