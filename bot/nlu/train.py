"""Trains the dialogue model where its inputs have changed: `python -m bot.nlu.train [--force]` -> models/vra.tar.gz."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from bot.content import ROOT
from bot.encoder import ENCODER_DIR
from bot.nlu.serve import ENVIRONMENT, MODEL

DIGEST = MODEL.with_suffix("").with_suffix(".digest")
DATA = ("data/nlu", "data/stories")
INPUTS = (
    "config.yml",
    "domain.yml",
    *DATA,
    "bot/nlu/featurizer.py",
    "bot/nlu/entities.py",
    "bot/nlu/importer.py",
)


def _files() -> Iterator[Path]:
    for name in INPUTS:
        path = ROOT / name
        yield from sorted(path.rglob("*.yml")) if path.is_dir() else [path]


def digest_inputs() -> str:
    """SHA-256 over everything that the model is made from."""
    digest = hashlib.sha256(f"rasa {version('rasa')}".encode())
    for path in [*_files(), ENCODER_DIR / "card.json"]:
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current() -> bool:
    """Whether the model is there and made from what is here now."""
    return MODEL.is_file() and DIGEST.is_file() and DIGEST.read_text().strip() == digest_inputs()


class _Steps(logging.Handler):
    """Prints one line when a part of the model is trained."""

    def __init__(self) -> None:
        super().__init__()
        self._out = sys.stdout

    def emit(self, record: logging.LogRecord) -> None:
        print(f"  {record.getMessage().removesuffix('.')}", file=self._out, flush=True)


def _prepare_process() -> None:
    # At this level Rasa shows no progress bars. Its cache would save nothing here, and `rasa test` trips over it.
    os.environ.update(ENVIRONMENT, LOG_LEVEL="WARNING", RASA_MAX_CACHE_SIZE="0")
    from bot.nlu import quiet

    quiet.configure(logging.ERROR)
    steps = logging.getLogger("rasa.engine.training.hooks")
    steps.setLevel(logging.INFO)
    steps.propagate = False
    steps.addHandler(_Steps())


def train() -> None:
    """Train and put the model in place. Raises SystemExit, with what Rasa said, if it refuses the data."""
    _prepare_process()
    from rasa.api import train as rasa_train

    MODEL.parent.mkdir(exist_ok=True)
    digest = digest_inputs()
    said = io.StringIO()
    with tempfile.TemporaryDirectory(dir=MODEL.parent) as folder, contextlib.redirect_stdout(said):
        result = rasa_train(
            domain=str(ROOT / "domain.yml"),
            config=str(ROOT / "config.yml"),
            training_files=[str(ROOT / name) for name in DATA],
            output=folder,
            fixed_model_name="model",
            force_training=True,
        )
        if result.code or not result.model:
            raise SystemExit(said.getvalue() or "Rasa made no model.")
        os.replace(result.model, MODEL)
    DIGEST.write_text(digest + "\n")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.nlu.train", description="Trains the dialogue model.")
    parser.add_argument("--force", action="store_true", help="train even if nothing has changed")
    if not parser.parse_args().force and is_current():
        print("The dialogue model is up to date.")
        return
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    print("Training the dialogue model (half a minute, most of it loading libraries)", flush=True)
    start = time.monotonic()
    train()
    print(f"The dialogue model is ready after {time.monotonic() - start:.0f} s.")


if __name__ == "__main__":
    main()
