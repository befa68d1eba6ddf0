"""Alerts to staff outside the desk: which there are, and their way from `pending` to `sent`.

A row is claimed before it is sent. If the process dies between the two nobody can know whether it went out: the
row becomes `unsure` and is not sent again (never twice). Nor is it dropped without a word: it shows at the desk until
somebody says that they have seen it, and another event follows on its channel: "late" for whoever still waits, "check"
(look at the desk) for all that no "late" follows.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.clock import now
from bot.conversations import store
from bot.conversations.database import changed
from bot.conversations.person_tables import Alert
from bot.conversations.tables import Handoff
from bot.settings import Settings, get_settings

Kind = Literal["opened", "raised", "late", "returned", "supervisor", "matter", "callback", "check"]
Audience = Literal["team", "supervisor", "lead"]
AUDIENCE_NAMES: tuple[Audience, ...] = get_args(Audience)
AUDIENCES: dict[Kind, tuple[Audience, ...]] = {
    "opened": ("team",),
    "raised": ("team",),
    "late": ("team", "supervisor"),
    "returned": ("team",),
    "supervisor": ("supervisor",),
    "matter": ("lead",),
    "callback": ("team",),
    # Goes to the channel alone on which the other may have been lost
    "check": (),
}
FOLLOWED_BY_LATE: tuple[Kind, ...] = ("opened", "returned")
# Longer than any send takes: whoever holds a row for longer has died
HELD = dt.timedelta(seconds=60)
# No alert waits longer for its next try
LONGEST_WAIT = dt.timedelta(minutes=10)
KEPT = dt.timedelta(days=7)
OPEN = ("pending", "failed")
LOST = ("failed", "given_up", "unsure")
UNSENT = ("given_up", "unsure")


@dataclass(frozen=True)
class Channel:
    """Where alerts go: `id` names it in rows, at the desk and in logs without its address."""

    id: str
    url: str


def channels(settings: Settings, audience: Audience) -> list[Channel]:
    """The channels of an audience, from the settings."""
    urls = {
        "team": settings.alert_urls,
        "supervisor": settings.alert_supervisor_urls,
        "lead": settings.alert_lead_urls,
    }[audience].get_secret_value()
    return [
        Channel(f"{audience} {n} ({url.partition(':')[0][:12]})", url)
        for n, url in enumerate(urls.split(), 1)
    ]


def url_of(settings: Settings, channel_id: str) -> str | None:
    """The address of a channel; None where the settings have it no more."""
    known = {c.id: c.url for audience in AUDIENCE_NAMES for c in channels(settings, audience)}
    return known.get(channel_id)


def add(session: Session, kind: Kind, event: str, *, area: str, team: str, level: str) -> None:
    """Have one event told on every channel of its audience; the same event again changes nothing."""
    for audience in AUDIENCES[kind]:
        for channel in channels(get_settings(), audience):
            row = {"event": event, "channel": channel.id, "kind": kind, "area": area, "team": team}
            _add_once(session, {**row, "level": level})


def _add_once(session: Session, row: dict[str, str]) -> None:
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert(Alert)
    at = now()
    new = insert.values(**row, state="pending", tries=0, next_at=at, created_at=at)
    session.execute(new.on_conflict_do_nothing(index_elements=["event", "channel"]))


def raise_alert(session: Session, kind: Kind, handoff: Handoff, once: str = "") -> None:
    """An alert about a hand-off that has its id. `once` tells apart what may happen to it several times."""
    told = hashlib.sha256(once.encode()).hexdigest()[:16] if once else ""
    event = f"handoff {handoff.id} {kind} {told}".strip()
    add(session, kind, event, area=handoff.area, team=handoff.team, level=handoff.level)


def claim_due(session: Session) -> Alert | None:
    """Take one alert that is due; None where there is none. Its row says so before anything is sent."""
    due = and_(Alert.state.in_(OPEN), Alert.next_at <= now())
    found = session.scalar(
        select(Alert).where(due).order_by(Alert.id).limit(1).with_for_update(skip_locked=True)
    )
    if found is None:
        return None
    still = and_(Alert.id == found.id, Alert.state.in_(OPEN))
    until = now() + HELD
    values = {"state": "sending", "tries": Alert.tries + 1, "next_at": until}
    taken = changed(session, update(Alert).where(still).values(**values))
    session.refresh(found)
    return found if taken == 1 else None


def settle(session: Session, alert_id: int, sent: bool | None, settings: Settings) -> None:
    """Note how a send ended: after a failure it is tried again, later each time, and given up in the end.

    None: nobody can know, so that it is not sent again.
    """
    alert = session.get(Alert, alert_id)
    if alert is None:
        return
    at = now()
    if sent:
        alert.state, alert.settled_at = "sent", at
    elif sent is None:
        alert.state, alert.settled_at = "unsure", at
        _tell_unsure(session, alert)
    elif alert.tries >= settings.alert_tries:
        alert.state, alert.settled_at = "given_up", at
        store.tell(session, "", "alert")
    else:
        wait = dt.timedelta(seconds=settings.alert_retry_s * 2 ** (alert.tries - 1))
        alert.state, alert.next_at = "failed", at + min(wait, LONGEST_WAIT)


def note_unsure(session: Session) -> int:
    """Rows whose sender died: they may have gone out, so they are not sent again. How many."""
    at, found = now(), 0
    held = and_(Alert.state == "sending", Alert.next_at < at)
    for alert in session.scalars(select(Alert).where(held).with_for_update(skip_locked=True)).all():
        still = update(Alert).where(and_(Alert.id == alert.id, held))
        if changed(session, still.values(state="unsure", settled_at=at)) == 1:
            _tell_unsure(session, alert)
            found += 1
    return found


def _tell_unsure(session: Session, alert: Alert) -> None:
    """At the desk, and by an event of its own where nothing else would follow."""
    store.tell(session, "", "alert")
    if alert.kind in (*FOLLOWED_BY_LATE, "check"):
        return
    row = {"event": f"check {alert.id}", "channel": alert.channel, "kind": "check", "level": alert.level}
    _add_once(session, {**row, "area": alert.area, "team": alert.team})


def unsent(session: Session, team: str, area: str) -> list[Alert]:
    """Alerts of a team that were not sent, or may not have been, and that nobody has seen at the desk; newest first."""
    mine = and_(Alert.state.in_(UNSENT), Alert.team == team, Alert.area == area)
    return list(session.scalars(select(Alert).where(mine).order_by(Alert.id.desc())))


def note_seen(session: Session, alert_id: int, team: str, area: str) -> bool:
    """Somebody of the team has seen at the desk what may not have been sent; False where there is nothing to see."""
    mine = and_(Alert.id == alert_id, Alert.team == team, Alert.area == area, Alert.state.in_(UNSENT))
    if changed(session, update(Alert).where(mine).values(state="seen")) != 1:
        return False
    store.tell(session, "", "alert")
    return True


def forget_old(session: Session) -> None:
    """Erase what was settled a week ago."""
    session.execute(delete(Alert).where(Alert.settled_at < now() - KEPT))


def failing(session: Session) -> list[str]:
    """Channels whose last alert did not go out, or may not have."""
    latest: dict[str, str] = {}
    tried = or_(Alert.settled_at.is_not(None), Alert.state == "failed")
    for channel, state in session.execute(select(Alert.channel, Alert.state).where(tried).order_by(Alert.id)):
        latest[channel] = state
    return sorted(channel for channel, state in latest.items() if state in LOST)
