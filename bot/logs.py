"""Logs without personal text: an exception is told by its type and place, never by its message."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
FRAMES = 4
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def describe(error: BaseException) -> str:
    """The type of an error and the innermost places it went through; its message could quote a visitor."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}" if places else type(error).__name__


class PlainFormatter(logging.Formatter):
    """Formats records, and exceptions by `describe` alone."""

    def formatException(self, ei: ExcInfo) -> str:
        """Instead of a traceback."""
        return describe(ei[1]) if ei[1] is not None else ""


def configure(level: int = logging.INFO) -> None:
    """Log to standard error; third parties only from WARNING on, as they may name addresses and URLs."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainFormatter(FORMAT))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in (
        "httpx",
        "httpx2",
        "httpcore",
        "sqlalchemy",
        "alembic",
        "sse_starlette",
        "uvicorn.access",
        "asyncio",
    ):
        logging.getLogger(name).setLevel(logging.WARNING)
