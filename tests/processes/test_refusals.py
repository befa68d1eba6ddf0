"""What cannot be started is told in one sentence, with a non-zero exit code and no traceback."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.content import ROOT
from bot.prepare import SetupProblem, require_space
from tests import running

STEPS = ("Sentence encoder:", "Dialogue model:", "The dialogue model is up to date")


def refused(data_dir: Path, command: str = "run", **settings: str) -> str:
    """What `vra run` says that is no step of the set-up: it must end by itself, with one sentence."""
    done = subprocess.run(
        [str(running.VRA), command],
        env=running.environment(data_dir, running.free_port()) | settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    said = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith(STEPS)]
    assert len(said) == 1, said
    return said[0]


def set_up(data_dir: Path) -> None:
    subprocess.run(
        [str(running.VRA), "setup"],
        env=running.environment(data_dir, running.free_port()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
    )


def test_a_busy_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(tmp_path / "data", VRA_PORT=str(port))
    assert said == f"Port {port} is in use: stop what runs there or set VRA_PORT to another port."


def test_a_data_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    assert refused(tmp_path / "data") == f"The data folder {tmp_path / 'data'} cannot be used: File exists."


@pytest.mark.parametrize("port", ["many", "0", "70000"])
def test_a_setting_that_is_wrong_is_named_without_its_value(tmp_path: Path, port: str) -> None:
    said = refused(tmp_path / "data", VRA_PORT=port)
    assert said.startswith("The setting VRA_PORT is wrong: ")


def test_a_database_without_its_key(tmp_path: Path) -> None:
    set_up(tmp_path / "data")
    (tmp_path / "data" / "keys").unlink()
    assert refused(tmp_path / "data").startswith("There is no key")
    assert not (tmp_path / "data" / "keys").exists(), "a new key would hide that the old one is lost"


@pytest.mark.parametrize("key", ["not a key", Fernet.generate_key().decode()])
def test_a_key_that_is_another_databases(tmp_path: Path, key: str) -> None:
    set_up(tmp_path / "data")
    assert "key" in refused(tmp_path / "data", "setup", VRA_SECRET_KEYS=key)


def test_a_key_file_that_others_can_read(tmp_path: Path) -> None:
    set_up(tmp_path / "data")
    (tmp_path / "data" / "keys").chmod(0o644)
    assert "chmod 600" in refused(tmp_path / "data", "setup")


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "vra.db").write_text(
        "this is not a database, but it is long enough to look like one" * 9
    )
    assert refused(tmp_path / "data", "setup") == "The database cannot be used: file is not a database."


def test_a_database_server_that_does_not_answer(tmp_path: Path) -> None:
    address = f"postgresql://vra:secret-word@127.0.0.1:{running.free_port()}/vra"
    said = refused(tmp_path / "data", "setup", VRA_DATABASE_URL=address)
    assert said.startswith("The database cannot be used: ")
    assert "secret-word" not in said


def test_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(SetupProblem, match=r"is full: .* MB are free and .* MB are needed"):
        require_space(tmp_path, least=2**60)


def environment_script(folder: Path, tools: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run the set-up of the environment in a checkout of its own, on a machine that has only these tools."""
    checkout, programs = folder / "checkout", folder / "programs"
    programs.mkdir()
    for tool in tools:
        (programs / tool).symlink_to(shutil.which(tool) or "")
    (checkout / "scripts").mkdir(parents=True)
    for name in ("scripts/environment.sh", "uv.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, checkout / name)
    return subprocess.run(
        [shutil.which("sh") or "sh", str(checkout / "scripts" / "environment.sh")],
        env={"PATH": str(programs), "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_machine_without_python(tmp_path: Path) -> None:
    done = environment_script(tmp_path, ("dirname", "cat", "cksum", "df", "awk"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Python 3 is missing: install it")
    assert len(done.stderr.splitlines()) == 1
