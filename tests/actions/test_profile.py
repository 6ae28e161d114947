"""What people tell about themselves and others; what the bot has from them; their country."""

from __future__ import annotations

from actions.advice import ActionAdvise
from actions.profile import ActionNoteProfile, ActionSetRegion, ActionShowProfile
from backtalk.facts import Fact
from backtalk.phrases import phrases
from tests.actions.builder import Talk
from tests.messages import denies, has, told

WIFE = Fact("person", "your wife", "other", "your wife")
PRESS_UP = "mckenzie-3-prone-press-up"


def test_it_is_taken_in_and_said() -> None:
    answer = Talk().say("inform_profile", facts=has("pregnant")).run(ActionNoteProfile())
    assert "you are pregnant" in answer.texts[0]
    assert answer.slots["profile"]["me"] == {"conditions": ["pregnant"]}


def test_no_thats_my_wife_moves_it() -> None:
    talk = Talk().say("inform_profile", facts=has("pregnant"))
    talk.run(ActionNoteProfile())
    talk.say("correct_profile", facts=[WIFE]).run(ActionNoteProfile())
    assert "conditions" not in talk.slots["profile"]["me"]
    assert talk.slots["profile"]["others"]["your wife"]["conditions"] == ["pregnant"]
    assert talk.say("ask_mckenzie", PRESS_UP).run(ActionAdvise()).remedies == [PRESS_UP]


def test_a_denial_takes_it_back() -> None:
    talk = Talk().say("inform_profile", facts=has("pregnant"))
    talk.run(ActionNoteProfile())
    answer = talk.say("inform_profile", facts=denies("pregnant")).run(ActionNoteProfile())
    assert "I no longer count on this: pregnancy" in answer.texts[0]
    assert "conditions" not in talk.slots["profile"]["me"]


def test_advice_given_before_is_taken_back() -> None:
    talk = Talk().say("ask_mckenzie", PRESS_UP)
    assert talk.run(ActionAdvise()).remedies == [PRESS_UP]
    answer = talk.say("inform_profile", facts=has("pregnant")).run(ActionNoteProfile())
    assert answer.withheld == [PRESS_UP]


def test_everything_known_is_shown() -> None:
    talk = Talk().say("inform_profile", facts=[*has("diabetes"), *told("age", "67")])
    talk.run(ActionNoteProfile())
    answer = talk.say("show_profile").run(ActionShowProfile())
    assert "you have diabetes" in answer.texts[0]
    assert "you are 67" in answer.texts[0]


def test_nothing_known_is_said_so() -> None:
    assert Talk().say("show_profile").run(ActionShowProfile()).texts[0] == phrases().say("known_nothing")


def test_the_country_is_remembered() -> None:
    answer = Talk().say("set_region", facts=told("region", "DE")).run(ActionSetRegion())
    assert answer.slots == {"region": "DE"}
    assert "Germany" in answer.texts[0]


def test_an_unknown_country_changes_nothing() -> None:
    answer = Talk(region="DE").say("set_region").run(ActionSetRegion())
    assert answer.slots == {}
    assert answer.texts == [phrases().say("region_unknown")]
