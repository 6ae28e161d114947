"""Follow-ups through the action: the thing at hand is kept in the slots."""

from __future__ import annotations

import pytest

from actions.advice import ActionAdvise
from actions.followup import ActionFollowUp
from backtalk.phrases import phrases
from backtalk.store import store
from tests.actions.builder import Talk
from tests.messages import has, told

ICE, PRESS_UP = "ice-compress-three-times-daily", "mckenzie-3-prone-press-up"


def after(entry: str) -> Talk:
    """A talk in which this was just shown."""
    talk = Talk().say(f"ask_{store()[entry].topic}", entry)
    talk.run(ActionAdvise())
    return talk


@pytest.mark.parametrize(
    ("intent", "start"),
    [
        ("how_long", "A wrapped cold pack: 10 to 15 minutes."),
        ("how_often", "A wrapped cold pack: 3 times a day."),
        ("how_to", "A wrapped cold pack\n1."),
        ("why_this", "A wrapped cold pack: Too few good trials"),
        ("ask_source", '"A wrapped cold pack" stands in the guide'),
    ],
)
def test_it_means_the_ice(intent: str, start: str) -> None:
    assert after(ICE).say(intent, text="how do I do that").run(ActionFollowUp()).texts[0].startswith(start)


def test_another_one_is_another_one() -> None:
    talk = Talk().say("describe_pain", facts=told("situation", "sitting"))
    first = talk.run(ActionAdvise())
    second = talk.say("another").run(ActionFollowUp())
    assert second.remedies
    assert not set(first.remedies) & set(second.remedies)


def test_and_if_im_pregnant_is_acknowledged_and_changes_the_answer() -> None:
    talk = after(PRESS_UP)
    answer = talk.say("refine", text="and if I'm pregnant?", facts=has("pregnant")).run(ActionFollowUp())
    assert "you are pregnant" in answer.texts[0]
    assert answer.withheld == [PRESS_UP]
    assert talk.slots["profile"]["me"]["conditions"] == ["pregnant"]


def test_the_dose_of_what_is_now_forbidden_is_not_told() -> None:
    talk = after(PRESS_UP)
    answer = talk.say("how_long", facts=has("pregnant")).run(ActionFollowUp())
    assert PRESS_UP not in answer.remedies
    assert "6 to 8 times a day" not in answer.text


def test_with_nothing_at_hand_it_is_asked() -> None:
    assert Talk().say("how_long").run(ActionFollowUp()).texts == [phrases().say("no_entry_yet")]
