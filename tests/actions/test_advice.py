"""Answers from the store, through the action."""

from __future__ import annotations

from actions.advice import ActionAdvise
from tests.actions.builder import Talk
from tests.messages import has, told

ICE, PRESS_UP = "ice-compress-three-times-daily", "mckenzie-3-prone-press-up"


def test_a_specific_question_is_answered_and_remembered() -> None:
    talk = Talk().say("ask_ice", ICE, text="how long do I ice my back")
    answer = talk.run(ActionAdvise())
    assert answer.texts[0] == "A wrapped cold pack: 10 to 15 minutes."
    assert answer.slots["focus"]["entry"] == ICE
    assert answer.slots["focus"]["last"] == [ICE]


def test_a_complaint_gets_three_things() -> None:
    answer = Talk().say("describe_pain", facts=told("situation", "sitting")).run(ActionAdvise())
    assert len(answer.remedies) == 3
    assert answer.slots["focus"]["request"]["situations"] == ["sitting"]


def test_what_a_pregnant_person_asks_for_is_withheld_with_the_reason() -> None:
    answer = Talk().say("ask_mckenzie", PRESS_UP, facts=has("pregnant")).run(ActionAdvise())
    assert "you are pregnant" in answer.texts[0]
    assert answer.withheld == [PRESS_UP]
    assert PRESS_UP not in answer.remedies


def test_what_was_told_long_ago_still_counts() -> None:
    talk = Talk().say("inform_profile", facts=has("pregnant"))
    talk.run(ActionAdvise())
    for _ in range(3):
        talk.say("ask_workspace", "screen-at-eye-level")
        talk.run(ActionAdvise())
    talk.say("ask_mckenzie", PRESS_UP)
    assert talk.run(ActionAdvise()).withheld == [PRESS_UP]


def test_a_child_is_sent_to_a_grown_up_and_a_doctor() -> None:
    answer = Talk().say("ask_exercises", facts=told("age", "14")).run(ActionAdvise())
    assert answer.card == {"type": "decline", "reason": "child"}


def test_a_second_question_is_not_asked_to_pass_the_screen_again() -> None:
    talk = Talk().say("ask_exercises")
    assert talk.run(ActionAdvise()).buttons
    talk.say("ask_exercises")
    assert not talk.run(ActionAdvise()).buttons
    assert talk.slots["pending"] is None
