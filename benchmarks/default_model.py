"""A model of Rasa's default pipeline on our data, trained once for each state of its inputs: minutes of work."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from benchmarks.machine import clean_environment
from benchmarks.processes import run_once
from bot.content import ROOT

FOLDER = ROOT / "build" / "bench"
CONFIG = ROOT / "benchmarks" / "default_pipeline" / "config.yml"
DATA = (ROOT / "data" / "nlu", ROOT / "data" / "stories")
INPUTS = (CONFIG, ROOT / "domain.yml", ROOT / "bot" / "nlu" / "importer.py", *DATA)


def _files() -> Iterator[Path]:
    for path in INPUTS:
        yield from sorted(path.rglob("*.yml")) if path.is_dir() else [path]


def path() -> Path:
    """Where the model of these inputs is, or will be."""
    digest = hashlib.sha256(f"rasa {version('rasa')}".encode())
    for file in _files():
        digest.update(file.relative_to(ROOT).as_posix().encode())
        digest.update(file.read_bytes())
    return FOLDER / f"default-{digest.hexdigest()[:16]}.tar.gz"


def make() -> tuple[Path, float | None]:
    """The model, and the seconds of its training if it was trained now. Raises RuntimeError where Rasa refuses."""
    target = path()
    if target.is_file():
        return target, None
    FOLDER.mkdir(parents=True, exist_ok=True)
    begun = time.perf_counter()
    data = ["--data", *map(str, DATA)]
    options = ["--config", str(CONFIG), "--domain", str(ROOT / "domain.yml"), "--out", str(FOLDER)]
    # Rasa's cache would keep a second copy of everything
    environment = clean_environment(RASA_MAX_CACHE_SIZE="0", LOG_LEVEL="WARNING")
    # As fast as the machine can: threads matter to what serves, not to what trains
    for name in ("OMP_NUM_THREADS", "TF_INTER_OP_PARALLELISM_THREADS", "TF_INTRA_OP_PARALLELISM_THREADS"):
        environment.pop(name)
    run_once(environment, "rasa", "train", *options, *data, "--fixed-model-name", "training")
    for old in FOLDER.glob("default-*.tar.gz"):
        old.unlink()
    os.replace(FOLDER / "training.tar.gz", target)
    return target, round(time.perf_counter() - begun)
