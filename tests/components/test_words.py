"""The words' own view of an alarm: learned, kept, and brought together with the encoder's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backtalk.screen import agreed
from components.words import WordAlarm

CALM = ["my knees are stiff", "which pillow is best", "how long do I hold the stretch", "ice or heat for my back"]
ALARMING = ["my legs went numb", "numb between my legs", "I cannot feel my legs", "both legs gone numb since noon"]


@pytest.fixture(scope="module")
def words() -> WordAlarm:
    return WordAlarm.fit(CALM * 5 + ALARMING * 5, [False] * 20 + [True] * 20)


def test_alarming_words_alarm(words: WordAlarm) -> None:
    numb, calm = words.run(["my leg is numb", "a pillow for my back"])
    assert numb > 0.5 > calm


def test_letters_inside_words_see_through_a_typo(words: WordAlarm) -> None:
    typo, calm = words.run(["nummb btween my legz", "pilow for slepping"])
    assert typo > 0.5 > calm


def test_it_comes_back_as_it_was_fitted(words: WordAlarm, tmp_path: Path) -> None:
    words.save(tmp_path)
    assert np.allclose(WordAlarm.load(tmp_path).run(CALM + ALARMING), words.run(CALM + ALARMING), atol=1e-6)


def test_two_opinions_make_one_between_them() -> None:
    assert agreed(0.3, 0.3) == pytest.approx(0.3)
    assert 0.1 < agreed(0.1, 0.9) < 0.9
    assert agreed(0.1, 0.9) == pytest.approx(0.5)


@pytest.mark.parametrize("one", [0.0, 1.0])
def test_no_opinion_is_so_sure_that_the_other_has_no_say(one: float) -> None:
    assert agreed(one, 0.2) < agreed(one, 0.8)
    assert 0 < agreed(one, 0.5) < 1
