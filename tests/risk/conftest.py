from collections.abc import Callable

import pytest

from bot.risk import RiskAssessment, assess, load_full
from bot.risk.detector import Mode

Assess = Callable[[str], RiskAssessment]


@pytest.fixture(scope="session")
def full() -> Assess:
    """`assess` in full mode, loaded once."""
    load_full()
    return lambda text: assess(text, "full")


@pytest.fixture(scope="session")
def floor() -> Assess:
    return lambda text: assess(text, "floor")


@pytest.fixture(params=["floor", "full"])
def either(request: pytest.FixtureRequest) -> Assess:
    """Both modes, one after the other."""
    if request.param == "full":
        load_full()
    mode: Mode = request.param
    return lambda text: assess(text, mode)
