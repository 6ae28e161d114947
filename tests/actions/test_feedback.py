"""How it went changes what is offered next."""

from __future__ import annotations

import pytest

from actions.advice import ActionAdvise
from actions.feedback import ActionFeedback
from tests.actions.builder import Talk

ICE = "ice-compress-three-times-daily"


def after_ice() -> Talk:
    talk = Talk().say("ask_ice", ICE)
    talk.run(ActionAdvise())
    return talk


def test_what_helped_is_remembered() -> None:
    talk = after_ice()
    talk.say("helped").run(ActionFeedback())
    assert talk.slots["focus"]["history"]["helped"] == [ICE]


@pytest.mark.parametrize("intent", ["not_helped", "tried_already", "dislike"])
def test_what_did_not_is_not_offered_again(intent: str) -> None:
    talk = after_ice()
    answer = talk.say(intent).run(ActionFeedback())
    assert ICE in talk.slots["focus"]["history"]["not_helped"]
    assert ICE not in answer.remedies


def test_worse_leads_to_the_checklist_and_no_exercise() -> None:
    talk = after_ice()
    answer = talk.say("got_worse").run(ActionFeedback())
    assert answer.remedies == []
    assert answer.buttons == ["None of these", "One of these"]
    assert talk.slots["pending"]["about"] == "screen"


def test_pain_stops_it() -> None:
    assert "Then stop" in after_ice().say("it_hurts").run(ActionFeedback()).texts[0]
