"""What is said while an emergency is open: never mute, never the way out, never the same words twice in a row."""

from __future__ import annotations

import pytest

from backtalk.catalogue import catalogue
from backtalk.phrases import phrases
from backtalk.triage import SPEAK, SUMMARY, Nurse, Screened, Triage
from tests.messages import message

NURSE = Nurse(catalogue(), phrases(), frozenset({"hip-bridge"}))


def held() -> Triage:
    """A conversation with an open emergency."""
    return NURSE.step(Triage(), None, message("describe_pain", text="numb down there"), Screened(("RF-CES",))).state


@pytest.mark.parametrize(
    "intent", ["insult", "alarm", "nlu_fallback", "", "ask_exercises", "describe_pain", "it_hurts", "screen_none"]
)
def test_what_asks_for_nothing_harmless_is_held(intent: str) -> None:
    step = NURSE.step(held(), None, message(intent), Screened())
    assert step.plan == (SPEAK,)
    assert step.state.saying["kind"] == "hold"


@pytest.mark.parametrize("intent", ["ask_bot", "ask_medication", "how_are_you", "ask_privacy"])
def test_harmless_talk_goes_on_whatever_entry_its_words_come_close_to(intent: str) -> None:
    assert NURSE.step(held(), None, message(intent, ("hip-bridge", 0.01)), Screened()).plan == ()


def test_the_offered_lines_follow_a_yes() -> None:
    first = NURSE.step(held(), None, message("ask_exercises"), Screened()).state
    assert NURSE.step(first, None, message("affirm"), Screened()).plan == (SUMMARY,)
    second = NURSE.step(first, None, message("ask_exercises"), Screened()).state
    assert NURSE.step(second, None, message("affirm"), Screened()).plan == (SPEAK,)


@pytest.mark.parametrize("intent", ["ask_summary", "repeat"])
def test_the_lines_come_on_request(intent: str) -> None:
    assert NURSE.step(held(), None, message(intent), Screened()).plan == (SUMMARY,)


def test_ten_requests_are_held_in_ten_wordings() -> None:
    state, said = held(), []
    for _ in range(10):
        state = NURSE.step(state, None, message("ask_exercises"), Screened()).state
        said.append(phrases().say("hold", state.saying["turn"], call=""))
    assert len(set(said)) == 10
