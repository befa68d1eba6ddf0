"""Rasa reads its own files below data/ and leaves the rest of the content alone."""

from __future__ import annotations

from pathlib import Path

from bot.content import ROOT
from bot.nlu.importer import ProjectImporter, own_paths


def test_content_that_looks_like_rules_is_not_read(tmp_path: Path) -> None:
    for name in ("nlu", "stories", "risk"):
        (tmp_path / name).mkdir()
    (tmp_path / "risk" / "weapon.yml").write_text("rules:\n  - id: not-a-rule-of-rasa\n")
    (tmp_path / "stories" / "rules.yml").write_text(
        'version: "3.1"\nrules:\n- rule: one\n  steps:\n  - intent: greet\n  - action: action_talk\n'
    )
    stories = ProjectImporter(
        domain_path=str(ROOT / "domain.yml"), training_data_paths=str(tmp_path)
    ).get_stories()
    assert [step.block_name for step in stories.story_steps] == ["one"]


def test_other_folders_are_taken_as_they_are(tmp_path: Path) -> None:
    assert own_paths([str(tmp_path)]) == [str(tmp_path)]
