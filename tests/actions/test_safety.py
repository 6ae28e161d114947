"""The checklist's answers, and going on after a doubt was cleared."""

from __future__ import annotations

from actions.advice import ActionAdvise
from actions.safety import ActionResume, ActionScreen
from backtalk.about_you import SCREEN
from backtalk.phrases import phrases
from tests.actions.builder import Talk

ICE, PRESS_UP = "ice-compress-three-times-daily", "mckenzie-3-prone-press-up"


def asked() -> Talk:
    """A talk in which the checklist was just shown."""
    talk = Talk().say("ask_mckenzie", PRESS_UP)
    assert talk.run(ActionAdvise()).buttons == ["None of these", "One of these"]
    return talk


def test_none_of_these_clears_it() -> None:
    talk = asked()
    answer = talk.say("deny", text="None of these").run(ActionScreen())
    assert answer.texts == [phrases().say("screen_cleared")]
    assert talk.slots["focus"]["screened"] == "clear"
    assert talk.slots["pending"] is None


def test_one_of_these_asks_which_with_buttons() -> None:
    answer = asked().say("affirm", text="One of these").run(ActionScreen())
    assert answer.buttons == [phrases().say(name) for name, _ in SCREEN]
    assert answer.card is not None
    assert answer.card["about"] == "screen"
    assert [one["title"] for one in answer.card["choices"]] == answer.buttons


def test_none_in_other_words_clears_it_too() -> None:
    talk = asked()
    talk.say("screen_none", text="nope none of that").run(ActionScreen())
    assert talk.slots["focus"]["screened"] == "clear"


def test_a_condition_is_remembered_and_takes_back_the_advice() -> None:
    talk = asked()
    talk.say("affirm", text="One of these").run(ActionScreen())
    answer = talk.say("inform_profile", text=phrases().say("screen_opt_pregnant")).run(ActionScreen())
    assert talk.slots["profile"]["me"]["conditions"] == ["pregnant"]
    assert answer.withheld == [PRESS_UP]


def test_after_a_doubt_the_question_before_is_answered() -> None:
    talk = Talk().say("ask_ice", ICE).say("deny", text="no")
    assert talk.run(ActionResume()).remedies == [ICE]


def test_after_a_doubt_a_follow_up_is_answered() -> None:
    talk = Talk().say("ask_ice", ICE)
    talk.run(ActionAdvise())
    talk.say("how_long").say("deny", text="no")
    assert talk.run(ActionResume()).texts[0].startswith("A wrapped cold pack: 10 to 15 minutes.")


def test_after_a_doubt_what_nobody_understood_is_asked_back() -> None:
    talk = Talk().say("nlu_fallback").say("deny", text="no")
    assert talk.run(ActionResume()).texts[0] in phrases().wordings("not_understood")
