"""The trained model on messages that training never saw. The figures are printed (`pytest -rP`); README quotes them."""

from __future__ import annotations

import pytest

from backtalk.store import store
from scripts.measure import Nlu, entries, guesses, intents

#: Shares that must hold; measured ones are some points above.
AMONG_THREE, DECLINED_WRONGLY, INTENT_RIGHT, OUTSIDE_NOT_ANSWERED = 0.92, 0.03, 0.81, 0.87
#: Points that one typing error in each message may cost.
TYPING_ERROR = 0.03


def test_questions_for_one_thing_find_it(nlu: Nlu) -> None:
    found = entries(nlu)
    print(f"first {found.first:.3f}, among three {found.among_three:.3f}, declined {found.declined:.3f}")
    for miss in found.misses:
        print(*miss, sep=" | ")
    assert found.among_three >= AMONG_THREE
    assert found.declined <= DECLINED_WRONGLY


def test_a_typing_error_costs_little(nlu: Nlu) -> None:
    clean, typed = entries(nlu), entries(nlu, noise=1)
    print(f"clean {clean.among_three:.3f}, one error {typed.among_three:.3f}")
    assert typed.among_three >= clean.among_three - TYPING_ERROR


def test_talk_and_what_is_out_of_scope_are_told_apart(nlu: Nlu) -> None:
    found = intents(nlu)
    print(f"right {found.right:.3f}, declined {found.declined:.3f}, asked back {found.asked_back:.3f}")
    for miss in found.misses:
        print(*miss, sep=" | ")
    assert found.right >= INTENT_RIGHT
    assert found.declined + found.asked_back >= OUTSIDE_NOT_ANSWERED


@pytest.mark.parametrize("entry", [pytest.param(entry, id=entry.id) for entry in store()])
def test_every_entry_can_be_reached_by_one_of_its_asks(nlu: Nlu, entry) -> None:  # type: ignore[no-untyped-def]
    assert any(entry.id == name for ask in entry.asks for name, _ in guesses(nlu.parse(ask))[:1])
