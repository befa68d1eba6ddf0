"""The model is trained anew exactly when something that it is made from has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu import train


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with every input of the model, small."""
    for name in train.INPUTS:
        path = tmp_path / name
        if name in train.DATA:
            path.mkdir(parents=True)
            path = path / "some.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")
    card = tmp_path / "build" / "encoder" / "card.json"
    card.parent.mkdir(parents=True)
    card.write_text("{}")
    for name, value in {
        "ROOT": tmp_path,
        "ENCODER_DIR": card.parent,
        "MODEL": tmp_path / "models" / "vra.tar.gz",
        "DIGEST": tmp_path / "models" / "vra.digest",
    }.items():
        monkeypatch.setattr(train, name, value)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "vra.tar.gz").touch()
    (tmp_path / "models" / "vra.digest").write_text(train.digest_inputs())
    return tmp_path


def test_nothing_changed_nothing_trained(copy: Path) -> None:
    assert train.is_current()


@pytest.mark.parametrize("name", ["config.yml", "domain.yml", "data/nlu/some.yml", "bot/nlu/featurizer.py"])
def test_a_changed_input_is_noticed(copy: Path, name: str) -> None:
    (copy / name).write_text("# changed\n")
    assert not train.is_current()


def test_a_new_file_of_examples_is_noticed(copy: Path) -> None:
    (copy / "data" / "nlu" / "new.yml").write_text("nlu: []\n")
    assert not train.is_current()


def test_another_encoder_is_noticed(copy: Path) -> None:
    (copy / "build" / "encoder" / "card.json").write_text('{"other": 1}')
    assert not train.is_current()


def test_a_missing_model_is_noticed(copy: Path) -> None:
    (copy / "models" / "vra.tar.gz").unlink()
    assert not train.is_current()
