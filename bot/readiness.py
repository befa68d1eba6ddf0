"""Is the whole path up? A warm turn through Rasa and the actions says so, not a port that answers."""

from __future__ import annotations

import asyncio
import logging

import anyio.to_thread

from bot import risk
from bot.conversations.incoming import Said
from bot.conversations.rasa import RasaClient, RasaUnavailable
from bot.conversations.retention import READINESS_SENDER
from bot.conversations.seeing import rules_only
from bot.logs import describe

TRY_EVERY_S = 1.0
LOOK_EVERY_S = 5.0
QUESTION = Said("who is a victim under the code?")
log = logging.getLogger(__name__)


class Readiness:
    """`ready` after a warm turn; not ready, with the reason, while Rasa does not answer."""

    def __init__(self, rasa: RasaClient) -> None:
        self._rasa = rasa
        self.ready = False
        self.reason = "starting"
        self._channels: list[str] = []

    @property
    def degraded(self) -> list[str]:
        """What is lost while the rest goes on."""
        failure = rules_only()
        return [*([f"risk: rules only ({failure})"] if failure else []), *self._channels]

    def channels(self, failing: list[str]) -> None:
        """Alert channels that do not deliver."""
        self._channels = [f"alert channel {channel}" for channel in failing]

    async def load_risk(self) -> None:
        """Bring up the full detector beside the floor; a failure is told, and the floor goes on."""
        try:
            await anyio.to_thread.run_sync(risk.load_full)
        except Exception:
            log.exception("the full risk detector could not load")

    async def watch(self) -> None:
        """Try until a warm turn goes through, then look now and then."""
        while True:
            try:
                await self._rasa.ask(READINESS_SENDER, QUESTION)
                self.ready, self.reason = True, ""
            except RasaUnavailable as error:
                self.ready, self.reason = False, f"the dialogue model does not answer: {error}"
            except Exception as error:
                log.error("readiness could not be seen: %s", describe(error))
                self.ready, self.reason = False, f"the dialogue model cannot be asked: {type(error).__name__}"
            await asyncio.sleep(LOOK_EVERY_S if self.ready else TRY_EVERY_S)
