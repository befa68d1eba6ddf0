"""Every setting, typed, with its default. The environment wins over `.env`; all names begin with VRA_."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.content import ROOT


class Settings(BaseSettings):
    """Settings of one instance. Values about the helpline are examples: replace them before going live."""

    model_config = SettingsConfigDict(env_prefix="VRA_", env_file=ROOT / ".env", extra="ignore")

    env: Literal["live", "test"] = "live"
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=1, le=65535)
    data_dir: Path = ROOT / "var"
    database_url: str | None = None
    secret_keys: SecretStr | None = None
    areas: Annotated[list[str], NoDecode] = ["essex"]
    public_url: str | None = None
    trusted_proxies: Annotated[list[str], NoDecode] = []
    new_chats_per_hour: int = Field(120, ge=0)
    messages_per_minute: int = Field(30, ge=1)
    # How long a return code works, and how many an address may try (0: any number)
    return_code_minutes: int = Field(60, ge=5, le=720)
    return_tries_per_hour: int = Field(30, ge=0)
    exit_url: str = "https://www.bbc.co.uk/weather"

    rasa_url: str | None = None
    actions_url: str | None = None
    rasa_timeout_s: float = Field(3.0, gt=0, le=10)

    helpline_name: str = "the helpline (example)"
    helpline_hours: str = "MO-FR 08:00-20:00; PH off"
    # Teams whose hours are others: {"night": "MO-SU 20:00-08:00"}
    team_hours: dict[str, str] = {}

    # After so long in the queue the phone alternatives are told and the alert goes out again
    late_emergency_s: int = Field(180, ge=1)
    late_s: int = Field(600, ge=1)

    # Addresses as apprise reads them, with spaces between; alerts hold no content
    alert_urls: SecretStr = SecretStr("")
    alert_supervisor_urls: SecretStr = SecretStr("")
    alert_lead_urls: SecretStr = SecretStr("")
    alert_tries: int = Field(6, ge=1)
    alert_retry_s: float = Field(5.0, gt=0)

    # Whether the helpline rings back at all (example), how often it tries, how long it keeps a number
    callbacks: bool = True
    callback_tries: int = Field(2, ge=1, le=5)
    callback_days: int = Field(14, ge=1, le=14)

    # How long a safeguarding note stays after its matter is closed (example: the DPIA decides)
    safeguarding_note_days: int = Field(365, ge=1)
    # Whether visitors are shown that a helpline worker types; theirs is never told to anybody
    typing_hints: bool = False

    keep_hours: int = Field(72, ge=1)
    keep_days_with_staff: int = Field(30, ge=1)
    presence_s: int = Field(60, ge=5)

    @field_validator("areas", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @property
    def database(self) -> str:
        """SQLAlchemy URL: SQLite in the data folder unless set."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'vra.db').resolve()}"


@cache
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
