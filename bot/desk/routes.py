"""Whom to tell about a child or an adult at risk, by place and age: `data/areas/<area>/safeguarding.yml`."""

from __future__ import annotations

from functools import cache

from pydantic import ValidationError, model_validator

from bot.content import ContentError, FileContent, Reviewed, SourceRef, Strict


class Contact(Strict):
    """One way to reach a team. `note`: what is not sure about it."""

    label: str
    phone: str | None = None
    email: str | None = None
    hours: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _reachable(self) -> Contact:
        if not (self.phone or self.email):
            raise ValueError("a contact needs a phone or an email")
        return self


class Team(Reviewed):
    """A team and whom it is for."""

    title: str
    authorities: list[str]
    for_whom: str
    contacts: list[Contact]


class Guidance(Reviewed):
    """What professionals need to know beside the teams."""

    title: str
    text: str


class Routes(Strict):
    """The whole file."""

    review: dict[str, object]
    references: dict[str, SourceRef]
    first: Guidance
    children: list[Team]
    adults: list[Team]
    more: list[Guidance]


@cache
def routes_of(area: str) -> Routes:
    """The routes of an area. Raises ContentError."""
    path = f"areas/{area}/safeguarding.yml"
    try:
        return Routes.model_validate(FileContent().one(path))
    except ValidationError as error:
        first = error.errors()[0]
        raise ContentError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
