"""What staff do beside conversations: calls, safeguarding matters, a break, the name that visitors read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.channels.errors import Problem
from bot.channels.resources import Resources
from bot.clock import local, now
from bot.conversations import alerts, callbacks, handoffs, handover, safeguarding, store
from bot.conversations.person_tables import Alert
from bot.conversations.tables import Staff
from bot.conversations.words import alert_words
from bot.desk.access import Seat

MAX_ALIAS = 40


async def pause(r: Resources, seat: Seat, paused: bool) -> None:
    """Begin or end a break."""

    def note(session: Session) -> None:
        values = {"paused_at": now() if paused else None}
        session.execute(update(Staff).where(Staff.id == seat.staff.id).values(**values))
        handover.audit(session, seat.staff, "pause" if paused else "resume")

    await r.database.run(note)


async def rename(r: Resources, seat: Seat, alias: str) -> None:
    """The name that visitors read; empty for the first word of the account's name. Raises Problem 422."""
    name = " ".join(alias.split())
    if len(name) > MAX_ALIAS or not name.isprintable():
        raise Problem(422, "invalid", field="alias")

    def note(session: Session) -> None:
        session.execute(update(Staff).where(Staff.id == seat.staff.id).values(alias=name or None))
        handover.audit(session, seat.staff, "alias")

    await r.database.run(note)


async def calls(r: Resources, seat: Seat) -> list[dict[str, Any]]:
    """The calls that this person's team has to make."""
    return await r.database.look(callbacks.of_team, r.vault, seat.staff)


async def call(r: Resources, seat: Seat, call_id: int, action: str, outcome: str | None = None) -> None:
    """`take`, `put_back` or `rang` with an outcome. Raises Problem 404, 409 or 422."""

    def do(session: Session) -> None:
        if action == "take":
            callbacks.take(session, call_id, seat.staff)
        elif action == "put_back":
            callbacks.put_back(session, call_id, seat.staff)
        else:
            callbacks.rang(session, r.vault, r.settings, call_id, seat.staff, outcome or "")
        handover.audit(session, seat.staff, f"call_{action} {call_id}"[:30])

    try:
        await r.database.run(do)
    except store.Gone:
        raise Problem(404, "not_found") from None
    except callbacks.NotYours:
        raise Problem(409, "not_now") from None
    except ValueError:
        raise Problem(422, "invalid", field="outcome") from None
    r.watcher.wake()


async def unsent(r: Resources, seat: Seat) -> list[dict[str, Any]]:
    """Alerts of this person's team that were not sent, or may not have been, in words."""
    words = alert_words()

    def line(alert: Alert) -> dict[str, Any]:
        about = {"kind": words.kinds[alert.kind], "level": words.levels[alert.level]}
        at = local(alert.created_at).strftime("%H:%M")
        text = next(text for state, text in words.unsent.items() if state == alert.state)
        return {"id": alert.id, "state": alert.state, "text": text.format(**about, time=at)}

    found = await r.database.look(alerts.unsent, seat.staff.team, seat.staff.area)
    return [line(alert) for alert in found]


async def alert_seen(r: Resources, seat: Seat, alert_id: int) -> None:
    """Take one of them off the desk. Raises Problem 404."""

    def note(session: Session) -> bool:
        done = alerts.note_seen(session, alert_id, seat.staff.team, seat.staff.area)
        if done:
            handover.audit(session, seat.staff, f"alert_seen {alert_id}"[:30])
        return done

    if not await r.database.run(note):
        raise Problem(404, "not_found")
    r.watcher.wake()


async def flag(r: Resources, seat: Seat, conversation_id: str, about: str, note: str) -> None:
    """Open a safeguarding matter. Raises Problem 404, 409 or 422."""
    try:
        await r.database.run(safeguarding.flag, r.vault, seat.staff, conversation_id, about, note)
    except store.Gone:
        raise Problem(404, "not_found") from None
    except handoffs.Taken as taken:
        raise Problem(409, "not_now", extra={"in_charge": taken.in_charge, "staff": taken.staff}) from None
    except ValueError:
        raise Problem(422, "invalid", field="note") from None
    r.watcher.wake()


async def matters(r: Resources, seat: Seat) -> list[dict[str, Any]]:
    """The safeguarding matters of this person's team; who looked is in the audit log. Raises Problem 403."""

    def look(session: Session) -> list[dict[str, Any]]:
        found = safeguarding.of_team(session, r.vault, seat.staff)
        handover.audit(session, seat.staff, "matters")
        return found

    try:
        return await r.database.run(look)
    except PermissionError:
        raise Problem(403, "not_allowed") from None


async def close_matter(r: Resources, seat: Seat, matter_id: int) -> None:
    """End a safeguarding matter. Raises Problem 403 or 404."""
    try:
        await r.database.run(safeguarding.close, seat.staff, matter_id)
    except PermissionError:
        raise Problem(403, "not_allowed") from None
    except store.Gone:
        raise Problem(404, "not_found") from None
    r.watcher.wake()
