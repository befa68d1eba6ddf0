"""How words are compared: case, marks, doubled letters and textspeak do not make another question."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_QUOTES = str.maketrans({"\u2019": "'", "\u2018": "'", "`": "'", "\u201c": '"', "\u201d": '"'})
_NOT_WORD = re.compile(r"[^\w\s]", re.UNICODE)
_STRETCHED = re.compile(r"(\w)\1{2,}")
_WORD = re.compile(r"[\w']+", re.UNICODE)


def plain(text: str) -> str:
    """Lower case, NFKC, without marks or control characters, one space between words."""
    text = unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()
    text = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join(_NOT_WORD.sub(" ", text.replace("'", "")).split())


def spelled_out(text: str, textspeak: Mapping[str, str]) -> str:
    """`text` as it is encoded: quotes made straight, "sooo" shortened, "u" and "wot" written out."""
    text = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    text = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    text = _STRETCHED.sub(r"\1\1", text)
    return " ".join(_WORD.sub(lambda m: textspeak.get(m[0].casefold(), m[0]), text).split())
