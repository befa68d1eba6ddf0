"""How old a reader must be to read a text with ease, by textstat.

Of textstat's measures the Automated Readability Index (Senter and Smith 1967: letters a word, words a sentence)
needs no dictionary of syllables, which textstat would fetch from the network at the first use.
"""

from __future__ import annotations

import re

AGE_AT_GRADE_0 = 5  # American grades begin with children of six
_PAUSE = re.compile(r"(?<=\w)[.](?=\w)|[^\w\s.!?]")


def reading_age(text: str) -> float:
    """Years. Marks within sentences do not count, nor do the points of addresses and numbers."""
    # nltk, which comes with it, takes half a second
    from textstat import automated_readability_index

    return float(automated_readability_index(_PAUSE.sub("", text))) + AGE_AT_GRADE_0
