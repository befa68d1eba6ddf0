"""Where things stand in the picture of the way of a case: an upright line with a station for each stage.

Sizes are in units of the picture, which is `WIDTH` wide and fits a phone without being made much smaller. Text in
an SVG does not wrap, so lines are cut by the width that a letter has on average in the fonts of the page.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.knowledge.guide import Drawn, Part
from bot.knowledge.schema import Span

WIDTH = 340
_LEFT, _LINE_X = 36, 14
_TITLE, _LABEL, _SMALL = 17, 15, 14  # sizes of letters, as in read.css
_LETTER = 0.53  # of its size
_STEP, _BAR = 5.5, 10
_LONGEST = 20  # steps: more would leave the picture


@dataclass(frozen=True)
class Text:
    """A line of text; `kind` is its class."""

    x: float
    y: float
    kind: str
    words: str


@dataclass(frozen=True)
class Bar:
    """A bar with its steps; `open` where its time is not counted in working days."""

    x: float
    y: float
    width: float
    kind: str
    steps: list[float] = field(default_factory=list)
    open: bool = False


@dataclass
class Picture:
    """All that is drawn. `stations`: heights of the stages on the line; `beside`: of those that are not on it."""

    width: int = WIDTH
    line_x: int = _LINE_X
    bar_height: int = _BAR
    height: float = 0
    stations: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)


def draw(parts: Sequence[Part], same: str, enhanced: str) -> Picture:
    """The picture; `same` and `enhanced` are sentences with {span}."""
    picture, y = Picture(), 6.0
    for part in parts:
        if not part.rows:
            continue
        y += _TITLE
        (picture.beside if part.beside else picture.stations).append(y - _TITLE / 3)
        y = _lines(picture, part.title, y, "title", _TITLE)
        for row in part.rows:
            y = _lines(picture, row.label, y + 7, "label", _LABEL)
            y = _row(picture, row, y, same, enhanced)
        y += 16
    picture.height = y
    return picture


def _lines(picture: Picture, words: str, y: float, kind: str, size: int) -> float:
    """Add wrapped text whose first line stands at `y`; the height of the next line."""
    letters = int((WIDTH - _LEFT) / (size * _LETTER))
    for line in textwrap.wrap(words, letters):
        picture.texts.append(Text(_LEFT, y, kind, line))
        y += size * 1.3
    return y


def _row(picture: Picture, row: Drawn, y: float, same: str, enhanced: str) -> float:
    if row.enhanced is None:
        said = [("everyone", row.everyone, "{span}")]
    elif row.enhanced == row.everyone:
        said = [("everyone", row.everyone, same)]
    else:
        said = [("everyone", row.everyone, "{span}"), ("enhanced", row.enhanced, enhanced)]
    for kind, span, sentence in said:
        bar = _bar(span, y - _BAR, kind)
        picture.bars.append(bar)
        picture.texts.append(Text(_LEFT + bar.width + 8, y, "small", sentence.format(span=span)))
        y += _SMALL * 1.35
    return y


def _bar(span: Span, y: float, kind: str) -> Bar:
    if span.unit != "working_days" or span.n > _LONGEST:
        return Bar(_LEFT, y, 2.5 * _STEP, kind, open=True)
    steps = [_LEFT + _STEP * step for step in range(1, span.n)]
    return Bar(_LEFT, y, _STEP * span.n, kind, steps)
