"""The learned part: the adapter fits its data, judges what rules cannot know, says on which words, and can fail."""

from __future__ import annotations

import pytest

from bot.adapter import ADAPTER_DIR, WEIGHTS, Adapter
from bot.content import FileContent
from bot.risk import Detector, Level, assess, explain, load_full
from bot.risk.detector import detector
from bot.risk.examples import training_digest
from bot.risk.learned import WINDOW, Learned, pieces
from tests.risk.conftest import Assess


@pytest.fixture(scope="module")
def learned() -> Learned:
    return Learned.load()


def test_the_adapter_was_trained_on_the_data_that_is_here() -> None:
    assert Adapter.load().card["data"] == training_digest(), "the examples changed: run `make finetune`"


def test_the_adapter_is_small_half_precision_and_knows_the_categories() -> None:
    adapter = Adapter.load()
    assert (ADAPTER_DIR / WEIGHTS).stat().st_size < 2**20
    assert {str(array.dtype) for member in adapter.members for array in member.values()} == {"float16"}
    assert adapter.card["categories"] == list(detector().book.order)


def test_chances_sum_to_one_and_fall_with_the_level(learned: Learned) -> None:
    found = learned.judge("hes on the landing. handle just moved")
    assert sum(found.levels) == pytest.approx(1)
    assert found.at_least(Level.NONE) >= found.at_least(Level.URGENT) >= found.at_least(Level.EMERGENCY)
    assert found.named()


@pytest.mark.parametrize(
    "text",
    [
        "the bathroom lock wont hold and i can hear him laughing",
        "in wardrobe. boots on the stairs",
        "the step on the landing creaked. he knows which one that is",
    ],
)
def test_danger_without_a_danger_word_is_seen(full: Assess, text: str) -> None:
    assert assess(text, "rules").level < Level.URGENT
    found = full(text)
    assert found.level >= Level.URGENT
    assert found.evidence[0].rule.startswith("learned.")


def test_the_last_line_of_a_long_letter_is_read(learned: Learned) -> None:
    calm = "i sent the form for my train fare to the court in chelmsford and nobody has written back to me "
    letter = calm * 12 + "he is outside the bedroom door with the axe"
    assert len(letter.split()) > WINDOW
    assert pieces(letter)[-1].endswith("with the axe")
    assert (
        learned.judge(letter).at_least(Level.URGENT) > 0.5 > learned.judge(calm * 12).at_least(Level.URGENT)
    )


def test_no_word_of_a_long_message_is_left_unread() -> None:
    words = [f"w{n}" for n in range(1000)]
    assert {word for piece in pieces(" ".join(words)) for word in piece.split()} == set(words)


def test_staff_are_told_on_which_words_it_rests(full: Assess) -> None:
    text = "can you tell me the opening hours please, in wardrobe, boots on the stairs"
    found = full(text)
    assert found.evidence[0].words == ""
    words = explain(text, found).evidence[0].words.split()
    assert words
    assert set(words) <= set(text.replace(",", " ").split()) | {w for w in text.split()}
    assert {"wardrobe,", "boots", "stairs"} & set(words)


def test_what_fails_while_judging_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    load_full()

    def broken(self: Learned, cleaned: str) -> None:
        raise RuntimeError("no memory")

    monkeypatch.setattr(Learned, "judge", broken)
    with pytest.raises(RuntimeError, match="no memory"):
        assess("he's outside with a knife")
    assert assess("he's outside with a knife", "floor").level is Level.EMERGENCY


def test_without_the_adapter_the_floor_goes_on_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot import adapter

    fresh = Detector(FileContent())
    monkeypatch.setattr(
        adapter.Adapter, "load", classmethod(lambda cls: (_ for _ in ()).throw(OSError("gone")))
    )
    with pytest.raises(OSError, match="gone"):
        fresh.load_full()
    assert fresh.failure == "OSError: gone"
    found = fresh.assess("he's outside with a knife")
    assert (found.mode, found.level) == ("floor", Level.EMERGENCY)
