"""Sets up what the processes need, where it is missing or stale: folders, encoder, model, database.

The environment itself comes before, from `scripts/environment.sh`. Building runs in processes of its own, so that
what it loads is gone when the processes start.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from bot.content import ROOT
from bot.processes.child import bound
from bot.settings import Settings, get_settings

LEAST_FREE = 200 * 1024**2


class SetupProblem(RuntimeError):
    """Why nothing can be set up or started, in one sentence for the terminal."""


def read_settings() -> Settings:
    """The settings. Raises SetupProblem naming the first that is wrong, never its value."""
    try:
        return get_settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "VRA_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SetupProblem(f"The setting {name} is wrong: {first['msg']}.") from None


def prepare(settings: Settings, *, first_user: bool = False) -> str | None:
    """Bring all up to date that `vra` needs. Raises SetupProblem.

    With `first_user` a database without users gets `admin`, whose one-time password is returned.
    """
    make_data_folder(settings.data_dir)
    for folder in (ROOT, settings.data_dir):
        require_space(folder)
    build_encoder()
    train_model()
    return make_shared(settings, first_user=first_user)


def main() -> int:
    """`vra setup`: prepare, in words; the exit code."""
    try:
        prepare(read_settings())
    except SetupProblem as problem:
        print(problem, flush=True)
        return 1
    print("All is set up.", flush=True)
    return 0


def make_data_folder(folder: Path) -> None:
    """Make the data folder, open to its owner alone. Raises SetupProblem where it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise SetupProblem(f"The data folder {folder} cannot be used: {error.strerror}.") from None


def require_space(folder: Path, least: int = LEAST_FREE) -> None:
    """Raise SetupProblem where the disk of `folder` has less than `least` bytes free."""
    free = shutil.disk_usage(folder).free
    if free < least:
        left, needed = free // 1024**2, least // 1024**2
        raise SetupProblem(f"The disk of {folder} is full: {left} MB are free and {needed} MB are needed.")


def build_encoder() -> None:
    """Build the sentence encoder unless it is there. Raises SetupProblem."""
    print("Sentence encoder: a second, or 10 where it must be built", flush=True)
    _run("The sentence encoder cannot be built: ", "bot.encoder_build", stdout=subprocess.DEVNULL)


def train_model() -> None:
    """Train the dialogue model unless its inputs are unchanged. Raises SetupProblem."""
    print("Dialogue model: a second, or 40 where it must be trained", flush=True)
    _run("The dialogue model cannot be trained: ", "bot.nlu.train", stdout=None)


def make_shared(settings: Settings, *, first_user: bool) -> str | None:
    """Schema, key and, if asked, the first user; its one-time password if it was made. Raises SetupProblem."""
    private = {"VRA_DATA_DIR": str(settings.data_dir.resolve())}
    arguments = ["--first-user"] if first_user else []
    said = _run("", "bot.first_start", *arguments, stdout=subprocess.PIPE, variables=private, umask=0o077)
    password: str | None = json.loads(said.splitlines()[-1])["password"]
    return password


def _run(
    problem: str,
    module: str,
    *arguments: str,
    stdout: int | None,
    variables: Mapping[str, str] | None = None,
    umask: int = -1,
) -> str:
    """Run a module of ours; what it printed, if kept. Raises SetupProblem with the last line of its errors."""
    done = subprocess.run(  # noqa: S603 (our own modules)
        bound(sys.executable, "-m", module, *arguments),
        cwd=ROOT,
        env={**os.environ, **(variables or {})},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        umask=umask,
    )
    if done.returncode == 0:
        return done.stdout or ""
    last = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
    raise SetupProblem(f"{problem}{last}")
