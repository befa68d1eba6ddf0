"""Which files below `data/` are Rasa's: it would take any YAML with a line `rules:` for its own."""

from __future__ import annotations

from pathlib import Path

from rasa.shared.importers.rasa import RasaFileImporter

OWN = ("nlu", "stories")


def own_paths(paths: list[str]) -> list[str]:
    """Replace a folder that holds `nlu/` and `stories/` by these two; leave any other path as it is."""
    result: list[str] = []
    for path in paths:
        folders = [Path(path) / name for name in OWN]
        result += [str(f) for f in folders] if all(f.is_dir() for f in folders) else [path]
    return result


class ProjectImporter(RasaFileImporter):  # type: ignore[misc]
    """Rasa's own importer on `data/nlu` and `data/stories` where it is given `data`."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
    ) -> None:
        paths = [training_data_paths] if isinstance(training_data_paths, str) else training_data_paths
        super().__init__(config_file, domain_path, None if paths is None else own_paths(paths))
