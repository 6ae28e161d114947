"""Follow-ups that name a thing, and those that only refer to the one at hand."""

from __future__ import annotations

from typing import Optional

import pytest

from backtalk.fact import Fact
from backtalk.naming import Namer
from backtalk.store import store
from tests.messages import message

NAMER = Namer(store())


@pytest.mark.parametrize(
    ("text", "guess", "named"),
    [
        ("ok, back to the ice. how many times a day?", "ice-compress-three-times-daily", True),
        ("and back to the plank, how long?", "plank", True),
        ("what about a foot bath then?", "foot-soak-general", True),
        ("and acupressure?", "acupoint-mingmen", True),
        ("how long do i hold it?", "foot-soak-duration-15-20", False),
        ("how many times a day?", "drink-water-daily", False),
        ("how long do i hold the stretch?", "childs-pose", False),
        ("my friend does two at once", "massage-by-friend", False),
    ],
)
def test_a_thing_is_named_by_its_own_words(text: str, guess: str, named: bool) -> None:
    found = NAMER.named(message("how_long", (guess, 0.01), text=text))
    assert (found.id if found else None) == (guess if named else None)


@pytest.mark.parametrize(("start", "expected"), [(None, "neck-half-circle"), (11, None)])
def test_where_it_hurts_names_no_remedy(start: Optional[int], expected: Optional[str]) -> None:
    facts = [] if start is None else [Fact("area", "neck", start=start, end=start + 4)]
    found = NAMER.named(message("refine", ("neck-half-circle", 0.1), text="and for my neck?", facts=facts))
    assert (found.id if found else None) == expected
