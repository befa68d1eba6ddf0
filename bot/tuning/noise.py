"""Spelling noise and company for training messages, so that what is learned survives phones, haste and long letters.

Made anew in every epoch from a seeded generator; nothing of it is stored or evaluated on as if somebody wrote it,
except by the table of adversarial spellings (`make evaluate`), which says so.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Random = np.random.Generator
NEIGHBOURS = {
    a: b
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for a, b in zip(
        row, [row[1], *(row[i - 1] + row[i + 1] for i in range(1, len(row) - 1)), row[-2]], strict=True
    )
}
VOWELS = "aeiou"


def typo(text: str, random: Random) -> str:
    """One letter left out, doubled, swapped with the next one, or hit beside, in about one word of six."""
    return _words(text, random, 1 / 6, _slip)


def swapped_keys(text: str, random: Random) -> str:
    """Two neighbouring letters swapped in about one word of three."""
    return _words(text, random, 1 / 3, _swap)


def no_vowels(text: str, random: Random) -> str:
    """Vowels gone inside of about half of the words."""
    return _words(
        text, random, 1 / 2, lambda word, _: word[0] + "".join(c for c in word[1:] if c not in VOWELS)
    )


def spaces_inside(text: str, random: Random) -> str:
    """About one word of four broken in two or spelt out."""
    return _words(text, random, 1 / 4, _space)


KINDS: dict[str, Callable[[str, Random], str]] = {
    "random typo": typo,
    "swapped keys": swapped_keys,
    "no vowels": no_vowels,
    "spaces in words": spaces_inside,
}


def _words(text: str, random: Random, share: float, change: Callable[[str, Random], str]) -> str:
    """`text` with this share of its words of four letters or more changed, at least one of them."""
    words = text.split(" ")
    able = [i for i, word in enumerate(words) if len(word) > 3 and word.isalpha()]
    if not able:
        return text
    picked = [i for i in able if random.random() < share] or [int(random.choice(able))]
    for i in picked:
        words[i] = change(words[i], random)
    return " ".join(words)


def _slip(word: str, random: Random) -> str:
    at = int(random.integers(1, len(word) - 1))
    kind = int(random.integers(4))
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2:
        return _swap(word, random)
    beside = NEIGHBOURS.get(word[at].lower(), word[at])
    return word[:at] + beside[int(random.integers(len(beside)))] + word[at + 1 :]


def _swap(word: str, random: Random) -> str:
    at = int(random.integers(len(word) - 1))
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _space(word: str, random: Random) -> str:
    if len(word) < 7 and random.random() < 0.3:
        return " ".join(word)
    at = int(random.integers(1, len(word) - 1))
    return f"{word[:at]} {word[at:]}"


def noisy(text: str, random: Random) -> str:
    """`text` with noise of one kind."""
    return list(KINDS.values())[int(random.integers(len(KINDS)))](text, random)


def beside_calm(text: str, calm: list[str], random: Random, longest: int = 600) -> str:
    """`text` after (or, more rarely, before) a calm message, as somebody would put both into one; else as it is."""
    other = calm[int(random.integers(len(calm)))]
    if len(other) + len(text) > longest:
        return text
    parts = [other, text] if random.random() < 0.7 else [text, other]
    return (" ", ". ", "\n")[int(random.integers(3))].join(parts)
