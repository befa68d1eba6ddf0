"""Read the records of an area and refuse, as a whole and by name, what does not fit together."""

from __future__ import annotations

from bot.content import ContentError, ContentSource, Strict
from bot.directory.files import check
from bot.directory.schema import Service, ServiceFile


class Area(Strict):
    """What an area is: its name, its authorities, and the names that mean all of it."""

    id: str
    name: str
    full_name: str
    county_names: tuple[str, ...]
    authorities: tuple[str, ...]
    sectors: str


def load_services(source: ContentSource, area: str, needs: frozenset[str]) -> dict[str, Service]:
    """All records for `area`: its own and the national ones, by id. Raises ContentError on any fault."""
    services: dict[str, Service] = {}
    for folder in (f"areas/{area}/services", "areas/national/services"):
        for document in source.documents(folder):
            file = check(document.data, document.path, ServiceFile)
            for record in file.services:
                where = f"{document.path}: {record.get('id')}"
                service = check({**file.defaults, **record}, where, Service)
                if service.id in services:
                    raise ContentError(f"{where}: this id is there twice")
                services[service.id] = service
    _check_links(services, needs)
    return services


def _check_links(services: dict[str, Service], needs: frozenset[str]) -> None:
    for service in services.values():
        linked = {beside.service for beside in service.beside} | set(service.reached_through)
        linked |= {service.successor} - {None}  # type: ignore[arg-type]
        for unknown in sorted(str(link) for link in linked - services.keys()):
            raise ContentError(f"{service.id}: no such service: {unknown}")
        for unknown in sorted((service.needs.keys() | set(service.not_with)) - needs):
            raise ContentError(f"{service.id}: no such need: {unknown}")
