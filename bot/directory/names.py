"""Services asked for by name, by a former name too ("Action Fraud"), without hits on ordinary words ("shout")."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.directory.patterns import normalise
from bot.directory.schema import Service

_BEFORE = (
    r"(?: (?:number|phone|call|ring|contact|text|email|about|is|are|was|happened to|called|reach|website|find|with"
    r"|use|try)(?: (?:for|of|to|the|up|number))*)"
)
_AFTER = (
    r"(?= (?:number|helpline|help line|phone|line|website|hours|service|still|open|contact|refuge|charity)\b)"
)


class Names:
    """All names of all services, the longest first."""

    def __init__(self, services: Iterable[Service]) -> None:
        self._ids: dict[str, str] = {}
        for service in services:
            for name in (service.name, *service.former_names, *service.also_called):
                self._ids.setdefault(normalise(name).strip(), service.id)
        self._former = {normalise(n).strip(): n for s in services for n in s.former_names}
        plain = sorted((n for n in self._ids if " " in n), key=len, reverse=True)
        single = sorted((n for n in self._ids if " " not in n), key=len, reverse=True)
        self._plain = re.compile(" (" + "|".join(map(re.escape, plain)) + r")(?!\S)")
        names = "|".join(map(re.escape, single))
        self._single = re.compile(rf"{_BEFORE} ({names})(?!\S)| ({names}){_AFTER}")

    def find(self, message: str) -> list[tuple[str, str | None]]:
        """Ids of services named in `message`, each with its former name where that was used."""
        text = normalise(message)
        names = [match[1] for match in self._plain.finditer(text)]
        names += [match[1] or match[2] for match in self._single.finditer(text)]
        names += [text.strip()] if text.strip() in self._ids else []
        return [(self._ids[name], self._former.get(name)) for name in dict.fromkeys(names)]

    def without(self, message: str) -> str:
        """`message` without the names of more than one word: "Colchester Rape Crisis" is not about a place."""
        for match in self._plain.finditer(normalise(message)):
            letters = ("['’]?".join(word) for word in match[1].split())
            message = re.sub(r"[^a-z0-9]+".join(letters), " ", message, flags=re.IGNORECASE)
        return message
