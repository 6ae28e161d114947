"""What a follow-up means: the talk and the words together decide."""

from __future__ import annotations

import pytest

from backtalk.conversation import Focus
from backtalk.naming import Namer
from backtalk.reference import Reference, by_topic
from backtalk.store import store
from tests.messages import message

REFERENCE = Reference(store(), Namer(store()))
ICE, HEAT, FIRST = "ice-compress-three-times-daily", "hot-compress-15-20", "mckenzie-1-prone-lying"


def at(*names: str) -> Focus:
    focus = Focus()
    focus.show(names, store()[names[0]].topic)
    return focus


@pytest.mark.parametrize(
    ("last", "text", "guesses", "meant"),
    [
        # A word that fits a thing of the talk better than the likeliest thing of all.
        (("bra-fit", "cause-overweight"), "how do i know which size", [("bra-fit", 0.01)], "bra-fit"),
        (("chiropractor",), "do they crack it", [("neck-half-circle", 0.15), ("chiropractor", 0.04)], "chiropractor"),
        (("foot-soak-heart",), "so what temp", [("foot-soak-temperature", 0.03)], "foot-soak-temperature"),
        # Words that name nothing: what is at hand.
        ((ICE,), "how long do i hold it", [("foot-soak-duration-15-20", 0.02)], ICE),
        # A clear name wins over the talk.
        ((ICE,), "how long should i walk", [("walk-after-lunch", 0.3)], "walk-after-lunch"),
        ((ICE,), "the twisty one, how long", [("double-knee-twist", 0.04)], "double-knee-twist"),
        ((ICE, HEAT), "how long the second one", [], HEAT),
    ],
)  # fmt: skip
def test_it(last: tuple[str, ...], text: str, guesses: list[tuple[str, float]], meant: str) -> None:
    found = REFERENCE.entry(message("how_to", *guesses, text=text), at(*last))
    assert found is not None
    assert found.id == meant


def test_numbered_exercises_are_called_by_their_number() -> None:
    found = REFERENCE.entry(message("choose_option", text="and number 3?"), at(FIRST))
    assert found is not None
    assert found.id == "mckenzie-3-prone-press-up"
    following = REFERENCE.next(at(FIRST))
    assert following is not None
    assert following.title.startswith("McKenzie 2")
    assert REFERENCE.numbered(2, "heat") is None
    assert REFERENCE.next(at(HEAT)) is None


def test_what_the_talk_is_about_is_likelier() -> None:
    factors = by_topic(message("ask_heat", (HEAT, 0.3), (ICE, 0.3), "no-such-entry"), at(HEAT), store())
    assert factors[HEAT] > factors[ICE] == 1.0
    assert set(factors) == {HEAT, ICE}
    guesses = [("acupoint-mingmen", 0.5), ("pressure-hold-painful-spot", 0.4)]
    named = message("ask_acupressure", *guesses, text="and acupressure?")
    assert set(by_topic(named, at("professional-massage"), store()).values()) == {1.0}
