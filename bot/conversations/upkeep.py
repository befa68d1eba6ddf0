"""What every `web` process does now and then by itself: who waits, who vanished, what is kept too long."""

from __future__ import annotations

from bot.conversations import callbacks, clock_jumps, retention
from bot.conversations.database import Database
from bot.conversations.events import Watcher
from bot.conversations.handover import return_vanished
from bot.conversations.waiting import tell_late
from bot.crypto import Vault
from bot.settings import Settings

# A clock that is wrong for a moment must not erase what the right one keeps
STEADY_BEFORE_ERASING_S = 3600.0


class Upkeep:
    """The work of one process; harmless where several do it."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        watcher: Watcher,
        settings: Settings,
        steady: clock_jumps.Steady | None = None,
    ) -> None:
        self._database, self._vault, self._watcher, self._settings = database, vault, watcher, settings
        self._steady = steady or clock_jumps.Steady()

    async def queue(self) -> None:
        """Who waits too long, whose worker vanished, who left."""
        run, settings = self._database.run, self._settings
        # Each look counts, also while nothing depends on it
        steady = self._steady.steady_for(settings.presence_s)
        done = await run(clock_jumps.mend)
        done += await run(retention.end_left_handoffs)
        if steady:
            done += await run(return_vanished, self._vault, settings)
            done += await run(callbacks.return_vanished, settings)
        done += await run(tell_late, self._vault, settings)
        if done:
            self._watcher.wake()

    async def sweep(self) -> None:
        """Erase what is kept too long."""
        if not self._steady.steady_for(STEADY_BEFORE_ERASING_S):
            return
        while await self._database.run(retention.sweep, self._settings) == retention.BATCH:
            self._watcher.wake()
