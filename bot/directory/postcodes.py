"""Postcodes to authorities, by the share of each sector's postcodes (`data/postcode_sectors.csv`).

A full postcode, a sector ("CM1 2") or the first half is enough. Less than 90% in one authority is ambiguous.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

SURE = 0.9
_FULL = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)[\s-]{0,2}(\d)[A-Z]{2}\b", re.I)
_SECTOR = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s(\d)(?=$|[\s,.!?;:)])(?!\s?[a-z]{3,}\s+ago)", re.I)
_OUTWARD = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\b", re.I)
_CUE = re.compile(r"\bpost\s?code\b|\bzip\b", re.I)
# Outward codes that people write for something else: "co2 alarm", "me2", "so1".
_WORDS = frozenset({"co2", "me2", "so1", "no1", "by1", "up2", "st1", "nd2", "rd3", "th4"})
# Every two-letter area of the United Kingdom, so that "IP1" is known to be elsewhere and "PC1" is nothing.
_AREAS = re.compile(
    "A[BL]|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]"
    "|L[ADELNSU]?|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE"
)


@dataclass(frozen=True)
class Located:
    """Authorities that a postcode may be in, "outside" among them, best first; one alone is sure."""

    written: str
    authorities: tuple[str, ...]


class Postcodes:
    """The table of one area. Raises OSError or KeyError on a file that is not such a table."""

    def __init__(self, path: Path) -> None:
        sectors: dict[str, Counter[str]] = defaultdict(Counter)
        outward: dict[str, Counter[str]] = defaultdict(Counter)
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                name = "outside" if row["authority"].startswith("outside") else row["authority"]
                sectors[row["sector"]][name] += int(row["postcodes"])
                outward[row["sector"].split()[0]][name] += int(row["postcodes"])
        self._sectors = {sector: _likely(counts) for sector, counts in sectors.items()}
        self._outward = {code: _likely(counts) for code, counts in outward.items()}
        self.authorities = frozenset(a for counts in sectors.values() for a in counts) - {"outside"}

    def find(self, text: str) -> list[Located]:
        """Every postcode in `text`, in order; what only looks like one is left out."""
        found: list[Located] = []
        taken: list[tuple[int, int]] = []
        for pattern in (_FULL, _SECTOR, _OUTWARD):
            for match in pattern.finditer(text):
                if any(start < match.end() and match.start() < end for start, end in taken):
                    continue
                located = self._locate(match, text)
                if located:
                    taken.append(match.span())
                    found.append(located)
        return found

    def _locate(self, match: re.Match[str], text: str) -> Located | None:
        outward = match[1].upper()
        if not _AREAS.fullmatch(outward[: 1 if outward[1].isdigit() else 2]):
            return None
        sector = f"{outward} {match[2]}" if match.re.groups > 1 else ""
        if sector in self._sectors:
            return Located(match[0], self._sectors[sector])
        if outward in self._outward and match.re is not _FULL:
            doubtful = match[0].lower() in _WORDS and not match[0].isupper()
            bare_letter = outward[1].isdigit() and not _CUE.search(text) and len(text.split()) > 2
            return None if doubtful or bare_letter else Located(match[0], self._outward[outward])
        return self._elsewhere(match, outward, text)

    def _elsewhere(self, match: re.Match[str], outward: str, text: str) -> Located | None:
        if match.re is _FULL:
            # The table has every sector with a postcode in the area: beside a border, the rest is elsewhere.
            inside = self._outward.get(outward, ("outside",))
            return Located(match[0], ("outside",) if "outside" in inside else inside)
        if outward[1].isdigit():  # "M25" and "B12" are roads and buses unless the postcode is named
            named = bool(_CUE.search(text)) or len(text.split()) == 1
            return Located(match[0], ("outside",)) if named and match.re is _OUTWARD else None
        plain = match[0].isupper() or bool(_CUE.search(text)) or len(text.split()) <= 2
        known = plain and match.re is _OUTWARD and match[0].lower() not in _WORDS
        return Located(match[0], ("outside",)) if known else None


def _likely(counts: Counter[str]) -> tuple[str, ...]:
    total = counts.total()
    ranked = counts.most_common()
    if ranked[0][1] / total >= SURE:
        return (ranked[0][0],)
    return tuple(name for name, count in ranked if count / total >= 0.01)
