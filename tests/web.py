"""The real `web` application on a real database, with no Rasa behind it: what must work with all else down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from bot import clock as clocks
from bot import crypto, settings
from bot.conversations import database
from bot.desk import accounts
from bot.risk import load_full

PASSWORD = "correct-horse-battery"


@dataclass
class Chat:
    """A visitor with their token."""

    client: TestClient
    id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def post(self, **body: Any) -> httpx.Response:
        return self.client.post(f"/api/conversations/{self.id}/messages", json=body, headers=self.headers)

    def say(self, text: str, **more: Any) -> dict[str, Any]:
        response = self.post(text=text, **more)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    def choose(self, value: str) -> dict[str, Any]:
        response = self.post(choice=value)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    def texts(self) -> list[str]:
        return [m["text"] for m in self.look().json()["messages"]]

    def look(self) -> httpx.Response:
        return self.client.get(f"/api/conversations/{self.id}/messages", headers=self.headers)


@dataclass
class Seat:
    """Somebody at the desk."""

    client: TestClient
    csrf: str

    def post(self, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return self.client.post(f"/desk/api/{path}", json=body or {}, headers={"X-CSRF-Token": self.csrf})

    def act(self, chat: Chat, action: str, **details: str) -> int:
        return self.post(f"conversations/{chat.id}/{action}", details).status_code

    def open(self, chat: Chat) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/desk/api/conversations/{chat.id}/messages").json()
        return found

    def queue(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get("/desk/api/queue").json()
        return found


@dataclass
class Clock:
    """The programme's clock, which tests move."""

    ahead: dt.timedelta = dt.timedelta()

    def forward(self, **by: float) -> None:
        self.ahead += dt.timedelta(**by)

    def to(self, moment: str) -> None:
        """Set to a time in London, such as "2026-12-25 12:00"."""
        wanted = dt.datetime.fromisoformat(moment).replace(tzinfo=clocks.LONDON)
        self.ahead = wanted - dt.datetime.now(dt.UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr(clocks, "_offset", lambda: moved.ahead)
    return moved


def forget_settings() -> None:
    for cached in (settings.get_settings, crypto.get_vault, database.get_database):
        cached.cache_clear()


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from bot.app import create_app

    for name in (
        "VRA_RASA_URL",
        "VRA_DATABASE_URL",
        "VRA_SECRET_KEYS",
        "VRA_PUBLIC_URL",
        "VRA_TRUSTED_PROXIES",
    ):
        monkeypatch.delenv(name, raising=False)
    # Else the first chats of a run would be seen by the floor alone
    load_full()
    monkeypatch.setenv("VRA_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("VRA_ENV", "test")
    monkeypatch.setenv("VRA_HELPLINE_HOURS", "MO-FR 08:00-20:00")
    forget_settings()
    crypto.make_key_file(settings.get_settings())
    database.migrate(database.get_database().engine)
    yield create_app()
    forget_settings()


@pytest.fixture
def web(app: Any) -> Iterator[TestClient]:
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.fixture
def new_chat(web: TestClient) -> Callable[[], Chat]:
    def make() -> Chat:
        made = web.post("/api/conversations").json()
        return Chat(web, made["id"], made["token"])

    return make


@pytest.fixture
def chat(new_chat: Callable[[], Chat]) -> Chat:
    return new_chat()


@pytest.fixture
def sit(app: Any, web: TestClient) -> Callable[..., Seat]:
    """Sign somebody in, each in a browser of their own."""

    def make(name: str, role: accounts.Role = "staff", team: str = "essex") -> Seat:
        with database.get_database().write() as session:
            accounts.add(
                session, name=name, role=role, area="essex", team=team, password=PASSWORD, totp=False
            )
        client = TestClient(app, follow_redirects=False)
        response = client.post("/desk/api/session", json={"user": name, "password": PASSWORD})
        assert response.status_code == 200, response.text
        return Seat(client, response.json()["csrf"])

    return make
