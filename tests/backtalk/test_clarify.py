"""Not sure: the likeliest meanings as sentences to pick from."""

from __future__ import annotations

from backtalk.advice import Adviser
from backtalk.clarify import MEANINGS, WORTH_OFFERING, clarify
from backtalk.phrases import phrases
from backtalk.store import store
from tests.messages import message, state

ADVISER = Adviser(store(), phrases())
ICE, HEAT, PLANK, WALK = "ice-compress-three-times-daily", "hot-compress-15-20", "plank", "walk-after-lunch"


def test_two_or_three_meanings_are_offered_and_none_of_these() -> None:
    guesses = [(ICE, 0.3), (HEAT, 0.2), (PLANK, 0.1), (WALK, 0.1)]
    reply = clarify(message("nlu_fallback", *guesses), state(), ADVISER)
    assert reply.texts == []
    assert reply.question is not None
    text, pending = reply.question
    assert text in phrases().wordings("which_meaning")
    assert pending.about == "meaning"
    assert [option.value for option in pending.options] == [ICE, HEAT, PLANK, "none"]
    assert len(pending.options) == MEANINGS + 1
    assert reply.card == {"type": "question", "about": "meaning", "choices": []}


def test_what_is_hardly_a_guess_is_not_offered() -> None:
    reply = clarify(message("nlu_fallback", (ICE, 0.3), (HEAT, WORTH_OFFERING - 0.01)), state(), ADVISER)
    assert reply.question is None
    assert reply.texts[0] in phrases().wordings("not_understood")


def test_without_a_guess_the_words_vary() -> None:
    talk = state()
    said = [clarify(message("nlu_fallback"), talk, ADVISER).texts[0] for _ in range(2)]
    assert set(said) == set(phrases().wordings("not_understood"))


def test_an_unknown_entry_is_not_offered() -> None:
    reply = clarify(message("nlu_fallback", ("gone", 0.4), (ICE, 0.3), (HEAT, 0.2)), state(), ADVISER)
    assert reply.question is not None
    assert [option.value for option in reply.question[1].options] == [ICE, HEAT, "none"]
