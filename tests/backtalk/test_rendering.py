"""Entries as text: doses with units, grades in words, guide lines, one line a thing."""

from __future__ import annotations

from typing import Any

import pytest

from backtalk.phrases import phrases
from backtalk.rendering import HOW_LONG, HOW_OFTEN, MESSAGE_LIMIT, Renderer, joined, number
from backtalk.store import UNITS, Dose, Grade, Place, Verdict, store

RENDERER = Renderer(phrases())
ICE = store()["ice-compress-three-times-daily"]


@pytest.mark.parametrize(("value", "text"), [(10.0, "10"), (2.5, "2.5"), (1500.0, "1,500"), (0.25, "0.25")])
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists(items: list[str], text: str) -> None:
    assert joined(items) == text


def test_lists_with_another_last_word() -> None:
    assert joined(["a", "b"], "or") == "a or b"


@pytest.mark.parametrize(
    ("dose", "text"),
    [
        ({"hold_s": [5, 10]}, "hold for 5 to 10 seconds"),
        ({"reps": 10, "times_a_day": 2}, "10 times, 2 times a day"),
        ({"times_a_day": 1}, "once a day"),
        ({"every_h": 1}, "every hour"),
        ({"minutes": {"max": 15}}, "up to 15 minutes"),
        ({"minutes": {"min": 5}}, "at least 5 minutes"),
        ({"temperature_c": [37, 38]}, "37 to 38 °C"),
        ({"ml_a_day_women": 1600}, "1,600 ml a day for women"),
        ({"hold_s": 30, "each_side": True}, "hold for 30 seconds, on each side"),
    ],
)
def test_doses_have_their_units(dose: dict[str, Any], text: str) -> None:
    assert RENDERER.dose(Dose(**dose)) == text


def test_part_of_a_dose() -> None:
    dose = Dose(hold_s=5, times_a_day=3)
    assert RENDERER.dose(dose, HOW_LONG) == "hold for 5 seconds"
    assert RENDERER.dose(dose, HOW_OFTEN) == "3 times a day"
    assert RENDERER.dose(Dose(grams=5), HOW_LONG) == ""
    assert RENDERER.dose(None) == ""


def test_how_long_and_how_often_name_units() -> None:
    assert set(HOW_LONG) | set(HOW_OFTEN) <= UNITS


@pytest.mark.parametrize("grade", list(Grade))
def test_grades_in_words(grade: Grade) -> None:
    entry = ICE.copy(update={"evidence": ICE.evidence.copy(update={"grade": grade, "verdict": Verdict.KEEP})})
    brief, full = RENDERER.evidence(entry), RENDERER.evidence(entry, full=True)
    assert "evidence" in brief
    assert brief[0].islower()
    assert full[0].isupper()
    assert full.endswith(".")


def test_little_evidence_with_a_caution_is_not_called_low_risk() -> None:
    assert ICE.evidence.verdict is Verdict.CAUTION
    assert RENDERER.evidence(ICE) == "little evidence, needs care"
    kept = ICE.copy(update={"evidence": ICE.evidence.copy(update={"verdict": Verdict.KEEP})})
    assert RENDERER.evidence(kept) == "little evidence, low risk"


@pytest.mark.parametrize(
    ("lines", "text"), [(((57, 57),), "57"), (((151, 155),), "151-155"), (((1, 2), (9, 9)), "1-2 and 9")]
)
def test_places_in_the_guide(lines: tuple[tuple[int, int], ...], text: str) -> None:
    assert RENDERER.lines(Place(section="x", lines=lines)) == text


def test_an_entry_in_full() -> None:
    (text,) = RENDERER.full(ICE, ["Take care."])
    lines = text.split("\n")
    assert lines[0] == "A wrapped cold pack"
    assert lines[1].startswith("1. Wrap ice or a cold pack in a thin towel.")
    assert "How much: 10 to 15 minutes, 3 times a day." in lines
    assert "Take care." in lines
    assert "Stop if the skin goes numb, white or very red, or the pain gets worse." in lines
    assert lines[-1].endswith('(Guide: "Method 6: try other natural methods", line 151-155.)')


def test_a_caution_goes_with_an_entry() -> None:
    caution = store()["foot-soak-pregnancy-15min"]
    (text,) = RENDERER.full(store()["foot-soak-general"], (), [caution])
    assert f"Mind: {caution.short}" in text


def test_an_honest_no_gives_no_dose_and_no_stop_line() -> None:
    (text,) = RENDERER.full(store()["foot-soak-temperature"])
    assert "How much:" not in text
    assert "Stop if" not in text


def test_care_that_does_not_fit_is_a_message_of_its_own() -> None:
    care = "Take great care with this one. " * 12
    text, notes = RENDERER.full(ICE, [care.strip(), care.strip()])
    assert len(text) <= MESSAGE_LIMIT
    assert notes.count("\n") == 1
    assert "How much:" in text


def test_a_list_item_is_one_line() -> None:
    assert RENDERER.brief(ICE, 2) == (
        "2. A wrapped cold pack: Hold a cold pack in a towel on the sore spot for a short time. "
        "(10 to 15 minutes, 3 times a day) [little evidence, needs care; guide line 151-155]"
    )
