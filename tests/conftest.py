"""What all suites share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import running


@pytest.fixture(scope="session")
def running_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.RunningSystem]:
    """The real three processes, ready, one start for the whole test run: leave them as they were found."""
    with running.start(tmp_path_factory.mktemp("system") / "data") as system:
        system.wait_until_ready()
        yield system
