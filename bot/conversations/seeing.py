"""Seeing risk off the event loop, in threads of its own: whatever else is slow, a message is looked at."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from bot.logs import describe
from bot.risk import RiskAssessment, assess, assess_together, explain, status

WITHIN_S = 1.0  # then the floor looks: a safety message must not wait
_workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="risk")
# Looks a dozen times at what one assessment looks at once: no message stands in line behind it
_explaining = ThreadPoolExecutor(max_workers=1, thread_name_prefix="risk-why")
log = logging.getLogger(__name__)


class _Health:
    """What went wrong with the last full look of this process; None where it went well."""

    failure: str | None = None


def rules_only() -> str | None:
    """Why messages are looked at by rules alone now; None where they are not."""
    return status()[1] or _Health.failure


async def see(text: str) -> RiskAssessment:
    """The assessment of one message; by the floor alone where the full look fails or takes too long."""
    try:
        found = await _look(lambda: assess(text))
    except Exception as error:
        _Health.failure = type(error).__name__
        log.error("the floor looked at a message alone: %s", describe(error))
        return assess(text, "floor")
    _Health.failure = None
    return found


async def see_together(texts: Sequence[str]) -> RiskAssessment:
    """The assessment of several messages read as one. Raises what went wrong, or TimeoutError."""
    return await _look(lambda: assess_together(texts))


async def see_why(text: str, found: RiskAssessment) -> RiskAssessment:
    """`found` with the words that its learned evidence rests on."""
    return await asyncio.get_running_loop().run_in_executor(_explaining, explain, text, found)


async def _look(work: Callable[[], RiskAssessment]) -> RiskAssessment:
    async with asyncio.timeout(WITHIN_S):
        return await asyncio.get_running_loop().run_in_executor(_workers, work)
