"""Logs of the dialogue processes without anything that a visitor wrote.

Rasa and its SDK put messages, slots and whole trackers into structured logs and into exceptions. Here a log line
keeps its fixed words, and an exception only its type and where it was raised.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class QuietFormatter(logging.Formatter):
    """Formats exceptions as type and frames, without their message, which may quote the visitor."""

    def formatException(self, ei: _ExcInfo) -> str:
        """Frames without source lines, then the chain of types."""
        kinds, error = [], ei[1]
        while error is not None:
            kinds.append(type(error).__name__)
            error = error.__cause__ or error.__context__
        frames = [f"  {f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(ei[2])]
        return "\n".join([*frames, " from ".join(kinds)])


def only_event(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of a structured log line, keep only its fixed name."""
    return {"event": event.get("event", "")}


def configure(level: int = logging.WARNING) -> None:
    """Set up logging of this process: standard error, `level` and above, nothing personal."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(QuietFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    structlog.configure(
        processors=[only_event, structlog.processors.KeyValueRenderer(key_order=["event"])],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # Rasa resets the filters of warnings as it loads; as log lines they obey their logger
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
