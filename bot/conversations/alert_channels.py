"""Sends alerts through apprise, which knows mail, Teams, SMS gateways and many more. No content, ever."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import anyio.to_thread
from sqlalchemy.orm import Session

from bot.conversations import alerts, queue
from bot.conversations.database import Database
from bot.conversations.person_tables import Alert
from bot.conversations.words import alert_words
from bot.logs import describe
from bot.settings import Settings

if TYPE_CHECKING:
    from apprise import Apprise

SEND_WITHIN_S = 20.0
log = logging.getLogger(__name__)


class BadChannel(Exception):
    """An address in the settings that apprise does not understand; holds the channel's id alone."""


def opened(channel: alerts.Channel) -> Apprise:
    """The channel, ready to send. Raises BadChannel."""
    # Slow to import, and needed only where a channel is set
    import apprise

    # What apprise logs may hold addresses
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    asset = apprise.AppriseAsset(app_id="desk", app_desc="desk", app_url="", async_mode=False)
    found = apprise.Apprise(asset=asset)
    if not found.add(channel.url):
        raise BadChannel(channel.id)
    return found


def check(settings: Settings) -> list[str]:
    """The ids of channels whose address cannot be used."""
    bad: list[str] = []
    for channel in (c for audience in alerts.AUDIENCE_NAMES for c in alerts.channels(settings, audience)):
        try:
            opened(channel)
        except BadChannel:
            bad.append(channel.id)
    return bad


def told(session: Session, alert: Alert) -> tuple[str, str]:
    """Title and text: how many wait and at which level; nothing about anybody."""
    words = alert_words()
    waiting = queue.count_waiting(session, alert.team, alert.area)
    text = words.texts[alert.kind].format(n=waiting, level=words.levels[alert.level])
    return words.title, text


class Sender:
    """Sends what is due, one at a time, for one `web` process; several side by side never send the same."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._settings = database, settings
        self._known: dict[str, Apprise] = {}
        self._checked = False
        # Channels whose address apprise does not understand
        self.unusable: list[str] = []

    async def send_due(self) -> int:
        """Send all that is due now; how many went out."""
        if not self._checked:
            self.unusable = await anyio.to_thread.run_sync(check, self._settings)
            self._checked = True
        if not any(alerts.channels(self._settings, audience) for audience in alerts.AUDIENCE_NAMES):
            return 0
        await self._database.run(alerts.note_unsure)
        sent = 0
        while (claimed := await self._database.run(self._claim)) is not None:
            alert, title, text = claimed
            went = await self._send(alert.channel, title, text)
            await self._database.run(alerts.settle, alert.id, went, self._settings)
            sent += went is True
        return sent

    @staticmethod
    def _claim(session: Session) -> tuple[Alert, str, str] | None:
        alert = alerts.claim_due(session)
        return None if alert is None else (alert, *told(session, alert))

    async def _send(self, channel_id: str, title: str, text: str) -> bool | None:
        """Whether it went out; None where nobody can know."""
        url = alerts.url_of(self._settings, channel_id)
        if url is None:
            return False
        try:
            if channel_id not in self._known:
                self._known[channel_id] = opened(alerts.Channel(channel_id, url))
            sender = self._known[channel_id]

            def send() -> bool:
                return bool(sender.notify(title=title, body=text))

            async with asyncio.timeout(SEND_WITHIN_S):
                went = await anyio.to_thread.run_sync(send, abandon_on_cancel=True)
        except TimeoutError:
            log.warning("alert channel %s did not end in time", channel_id)
            return None
        except Exception as error:
            log.warning("alert channel %s failed: %s", channel_id, describe(error))
            return False
        if not went:
            log.warning("alert channel %s refused an alert", channel_id)
        return went
