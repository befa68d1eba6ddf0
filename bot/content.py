"""Where reviewed content comes from, and the fields that every piece of it carries.

The libraries (`bot.risk`, `bot.knowledge`, `bot.directory`) are handed a `ContentSource` and never open
files themselves, so that content edited elsewhere can reach them without their knowing where it lives.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import yaml
from pydantic import BaseModel, ConfigDict, HttpUrl

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Strict(BaseModel):
    """Base of everything read from `data/`: an unknown or misspelt field is an error, not a silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Assurance(Strict):
    """The named human who checked a fact, on which day, against what. Never invented: null until then."""

    by: str
    on: dt.date
    against: str


class SourceRef(Strict):
    """A public document that a statement rests on; `reference` is the place in it, such as "Right 6"."""

    title: str
    reference: str | None = None
    url: HttpUrl


class Reviewed(Strict):
    """What each statement that a visitor can see carries with it (design, "Rules of the content")."""

    sources: list[SourceRef]
    read_on: dt.date
    assurance: Assurance | None = None
    review_by: dt.date


@dataclass(frozen=True)
class Document:
    """One parsed file of content. `path` is relative to the data folder, for error messages."""

    path: str
    data: Any


class ContentSource(Protocol):
    """Gives parsed documents by folder; `version` changes whenever any of them does."""

    @property
    def version(self) -> str: ...

    def documents(self, folder: str) -> Iterator[Document]: ...

    def one(self, name: str) -> Any: ...


class ContentError(ValueError):
    """Content that does not fit its schema: names the file and the field, for whoever edited it."""


class FileContent:
    """Content from YAML files below a data folder, read once; a new object reads anew."""

    def __init__(self, root: Path = DATA) -> None:
        self.root = root

    def documents(self, folder: str) -> Iterator[Document]:
        """Yield every `*.yml` below `folder` in path order. Raises ContentError on broken YAML."""
        for path in sorted((self.root / folder).rglob("*.yml")):
            name = path.relative_to(self.root).as_posix()
            yield Document(name, self.one(name))

    def one(self, name: str) -> Any:
        """The parsed file at `name`, relative to the root. Raises ContentError on broken YAML."""
        try:
            return yaml.load((self.root / name).read_text("utf-8"), Loader=_Loader)  # noqa: S506
        except yaml.YAMLError as error:
            raise ContentError(f"{name}: not valid YAML: {error}") from error

    @cached_property
    def version(self) -> str:
        """SHA-256 over names and bytes of all content files."""
        digest = hashlib.sha256()
        for path in sorted(p for p in self.root.rglob("*") if p.suffix in {".yml", ".csv"}):
            digest.update(path.relative_to(self.root).as_posix().encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()
