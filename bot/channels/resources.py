"""What every request of one `web` process shares, and who a request comes from."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.orm import Session

from bot.channels.visitor import State, Visitors
from bot.conversations.database import Database
from bot.conversations.events import Watcher
from bot.conversations.outcomes import Turn
from bot.conversations.rasa import RasaClient
from bot.conversations.tables import Conversation
from bot.conversations.turn import Turns
from bot.crypto import Vault
from bot.readiness import Readiness
from bot.settings import Settings


@dataclass
class Resources:
    """One per process."""

    settings: Settings
    database: Database
    vault: Vault
    watcher: Watcher
    rasa: RasaClient
    turns: Turns
    visitors: Visitors
    readiness: Readiness

    @staticmethod
    def state(turn: Turn) -> State:
        """The state after a turn."""
        return State(turn.in_charge, turn.before)

    @staticmethod
    def state_of(session: Session, conversation_id: str) -> State:
        """The state of a conversation that is there."""
        return State.of(session, session.get_one(Conversation, conversation_id))


def resources(request: Request) -> Resources:
    """The resources of this process."""
    found: Resources = request.app.state.resources
    return found


def address_of(request: Request) -> str | None:
    """The visitor's address, for a keyed hash only; forwarded addresses count behind trusted proxies only."""
    peer = request.client.host if request.client else None
    trusted = resources(request).settings.trusted_proxies
    if peer not in trusted:
        return peer
    # A proxy may add a line of its own below one that the visitor forged
    for hop in reversed(",".join(request.headers.getlist("x-forwarded-for")).split(",")):
        address = hop.strip()
        if address in trusted:
            continue
        try:
            return str(ipaddress.ip_address(address))
        except ValueError:
            return peer
    return peer


def is_secure(request: Request) -> bool:
    """Whether the browser came by TLS: to us, to a trusted proxy, or by the address that the settings give."""
    r = resources(request)
    peer = request.client.host if request.client else None
    forwarded = request.headers.get("x-forwarded-proto") if peer in r.settings.trusted_proxies else None
    by_setting = (r.settings.public_url or "").startswith("https://")
    return request.url.scheme == "https" or by_setting or forwarded == "https"
