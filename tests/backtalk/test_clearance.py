"""Reports of a check: who looked, what came out, and what is allowed."""

from __future__ import annotations

import pytest

from backtalk.clearance import by_a_clinician, by_a_layman, in_full, went_well


@pytest.mark.parametrize(
    ("text", "clinician", "layman"),
    [
        ("the doctor had a look", True, False),
        ("i was checked this morning", True, False),
        ("my neighbour is a vet and he checked it", True, True),
        ("my wife took me to the hospital", True, False),
        ("chatgpt says it is fine", False, True),
        ("it is fine", False, False),
    ],
)
def test_who_looked(text: str, clinician: bool, layman: bool) -> None:
    assert by_a_clinician(text) is clinician
    assert by_a_layman(text) is layman


@pytest.mark.parametrize(
    ("text", "well"),
    [
        ("the mri was fine", True),
        ("mri is not normal", False),
        ("bloods were completely normal", True),
        ("nothing is pressing on the nerve", True),
        ("strength is coming back", True),
        ("they are not happy yet", False),
        ("went to the doctor", False),
    ],
)
def test_what_came_out(text: str, well: bool) -> None:
    assert went_well(text) is well


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("he was in a&e all night, mri clear, doctor said wear and tear and keep moving", True),
        ("went to the doctor, strength is coming back, told to keep moving", True),
        ("the doctor says it is fine", False),
        ("i went to the doctor", False),
        ("the mri is not normal, i was told to wait for a call", False),
    ],
)
def test_in_full(text: str, full: bool) -> None:
    assert in_full(text) is full
