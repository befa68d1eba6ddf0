"""The hand-written cases hold: nobody is shown a service that they must never be shown."""

from bot.evaluation.directory import evaluate_directory


def test_the_cases_hold() -> None:
    found = evaluate_directory()
    assert found["cases"] >= 60
    assert found["never_shown"] == 0
    assert found["misses"] >= 0.95
    assert found["right"] >= 0.95, found["wrong"]
