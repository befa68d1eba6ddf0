"""The `web` application for tests of channels."""

from tests.web import app, chat, clock, new_chat, sit, web

__all__ = ["app", "chat", "clock", "new_chat", "sit", "web"]
