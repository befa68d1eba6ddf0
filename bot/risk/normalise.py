"""From whatever a visitor typed to the tokens that patterns are written in. Never fails, on any string.

Steps: Unicode (NFKC, invisible and control characters out, marks stripped, look-alike letters), emoji that
mean danger, lower case, tokens and ends of sentences, then word by word short forms and repair (`spelling`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.risk.language import BREAK

MAX_CHARS = 12_000  # of anything longer, the beginning and the end are read
MAX_WORD = 40

_APOSTROPHES = dict.fromkeys(map(ord, "’‘`´ʼ′＇"), "'")
_TOKEN = re.compile(r"\.{2,}|…|[.!?;\n\u3002\uff01\uff1f\u0964\u06d4]+|[^\W_]+(?:['*@$!|]+[^\W_]+)*")
_DROPPED = frozenset({"Cf", "Cs", "Co", "Cn", "Mn", "Me"})
# Letters of other scripts that look like Latin ones, used to slip past filters.
_LOOKALIKES = str.maketrans("авекмнорстухіјѕԁɡαβεικνορτυχ", "abekmhopctyxijsdgabeiknoptux")
_LATIN = re.compile(r"[a-z]")
_MIXED = re.compile(r"[\u0370-\u03ff\u0400-\u052f\u0261]")
_ASCII_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_NOT_DECOMPOSED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "ß": "ss", "æ": "ae"})


@dataclass(frozen=True, slots=True)
class Token:
    """`norm` is what patterns see, `surface` the word as it was typed (cleaned), shown to staff."""

    norm: str
    surface: str


class Speller(Protocol):
    """Turns one cleaned word into the words that patterns know; see `bot.risk.spelling`."""

    def words(self, word: str) -> list[str]: ...

    def rejoin(self, tokens: list[Token]) -> list[Token]: ...


def clean(text: str, emoji: Mapping[str, str]) -> str:
    """Lower-case text without marks, invisible or control characters; danger emoji as words."""
    if len(text) > MAX_CHARS:
        text = text[: MAX_CHARS // 2] + "\n" + text[-MAX_CHARS // 2 :]
    if text.isascii():
        return _ASCII_CONTROLS.sub(" ", text.replace("\r", "\n")).lower()
    for sign, word in emoji.items():
        if sign in text:
            text = text.replace(sign, f" {word} ")
    text = unicodedata.normalize("NFKC", text)[: MAX_CHARS * 2].translate(_APOSTROPHES).lower()
    text = unicodedata.normalize("NFKD", text.translate(_NOT_DECOMPOSED))
    return "".join(_keep(char) for char in text)


def _keep(char: str) -> str:
    if char.isalnum() or char in " \n'":
        return char
    category = unicodedata.category(char)
    if category in _DROPPED:
        return ""
    if category in ("Zl", "Zp") or char == "\r":
        return "\n"
    return " " if category[0] in "CZ" else char


def tokenise(cleaned: str, speller: Speller) -> list[Token]:
    """Tokens of a cleaned text, an end of sentence as BREAK; the text begins and ends with one."""
    tokens = [Token(BREAK, BREAK)]
    for found in _TOKEN.finditer(cleaned):
        raw = found.group()
        if not raw[0].isalnum():
            pause = raw[0] == "…" or (len(raw) > 1 and set(raw) == {"."})
            if not pause and tokens[-1].norm != BREAK:
                tokens.append(Token(BREAK, BREAK))
            continue
        word = raw[:MAX_WORD]
        if _MIXED.search(word) and _LATIN.search(word):
            word = word.translate(_LOOKALIKES)
        tokens.extend(Token(norm, word if i == 0 else "") for i, norm in enumerate(speller.words(word)))
    if tokens[-1].norm != BREAK:
        tokens.append(Token(BREAK, BREAK))
    return speller.rejoin(tokens)


def quote(tokens: list[Token], start: int, end: int) -> str:
    """The visitor's words of a span, as typed."""
    span = tokens[start:end]
    if span and not span[0].surface:  # the span begins inside a short form: show all of it
        back = start
        while back and not tokens[back].surface:
            back -= 1
        span = tokens[back:end]
    return " ".join(t.surface for t in span if t.surface and t.norm != BREAK)
