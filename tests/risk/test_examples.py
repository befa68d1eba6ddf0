"""The labelled messages: enough of them, well formed, and nothing held out stands in what is trained on."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from bot.content import DATA
from bot.risk.detector import detector
from bot.risk.examples import CODE_QUESTIONS, Example, held_out_examples, read_examples, training_examples
from bot.risk.model import Level


def plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip().ljust(5)


TRAINING, HELD_OUT = training_examples(), held_out_examples()
# Written since the last `make finetune`
UNTRAINED = read_examples(sorted((DATA / "risk" / "untrained").glob("*.jsonl")))


def test_there_are_as_many_as_promised() -> None:
    assert len(TRAINING) + len(HELD_OUT) >= 4000
    assert len(HELD_OUT) >= 800
    calm = sum(e.level is Level.NONE for e in TRAINING)
    assert calm >= 0.9 * sum(e.level >= Level.URGENT for e in TRAINING)
    assert len({e.writer for e in TRAINING}) >= 10


def test_each_is_well_formed() -> None:
    order = detector().book.order
    every = [*TRAINING, *UNTRAINED, *HELD_OUT]
    for e in every:
        assert set(e.categories) <= set(order), e.id
        assert bool(e.categories) is (e.level > Level.NONE), e.id
        assert e.level is Level.NONE or e.note != CODE_QUESTIONS, e.id
    assert len({e.id for e in every}) == len(every)


def test_every_category_is_held_out_too() -> None:
    assert {c for e in HELD_OUT for c in e.categories} == set(detector().book.order)


def test_no_held_out_message_stands_in_the_training_or_nearly() -> None:
    five = CountVectorizer(analyzer="char", ngram_range=(5, 5), binary=True, preprocessor=plain)
    learned_from = [*TRAINING, *UNTRAINED]
    both = five.fit_transform([e.text for e in [*HELD_OUT, *learned_from]])
    held_out, trained = both[: len(HELD_OUT)], both[len(HELD_OUT) :]
    shared = (held_out @ trained.T).toarray()
    sizes = [np.asarray(matrix.sum(axis=1)).ravel() for matrix in (held_out, trained)]
    either = sizes[0][:, None] + sizes[1][None, :] - shared
    like = [
        (HELD_OUT[h].id, learned_from[t].id) for h, t in zip(*np.nonzero(2 * shared > either), strict=True)
    ]
    assert not like


def test_every_disagreement_of_the_two_readings_is_settled_as_recorded() -> None:
    levels = {e.id: e.level.value for e in [*TRAINING, *UNTRAINED, *HELD_OUT]}
    files = [DATA / "risk" / "readings.csv", DATA / "risk" / "untrained" / "readings.csv"]
    rows = [row for file in files for row in csv.DictReader(file.open(encoding="utf-8"))]
    assert rows
    for row in rows:
        assert row["first"] != row["second"]
        assert levels[row["id"]] == row["settled"]


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": "a", "text": "b", "level": "high", "categories": []}\n', "utf-8")
    with pytest.raises(ValueError, match=r"bad\.jsonl:1"):
        read_examples([path])


def test_the_writer_is_the_file(tmp_path: Path) -> None:
    path = tmp_path / "somebody.jsonl"
    path.write_text('{"id": "a", "text": "b", "level": "none", "categories": []}\n', "utf-8")
    assert read_examples([path]) == [Example("a", "b", Level.NONE, (), "", "somebody")]
