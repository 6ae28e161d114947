"""Not sure, and a bare yes."""

from __future__ import annotations

from actions.advice import ActionAdvise
from actions.clarify import ActionClarify, ActionGoOn
from backtalk.phrases import phrases
from backtalk.store import store
from tests.actions.builder import Talk
from tests.messages import has, told

ICE, HEAT = "ice-compress-three-times-daily", "hot-compress-15-20"


def test_the_likeliest_meanings_are_buttons_and_choices() -> None:
    talk = Talk().say("nlu_fallback", (ICE, 0.3), (HEAT, 0.2))
    answer = talk.run(ActionClarify())
    titles = [store()[ICE].title, store()[HEAT].title, "None of these"]
    assert answer.buttons == titles
    assert answer.card == {
        "type": "question",
        "about": "meaning",
        "choices": [{"title": title, "payload": title} for title in titles],
    }
    assert talk.slots["pending"]["about"] == "meaning"


def test_in_the_shell_they_are_numbered() -> None:
    answer = Talk("cmdline").say("nlu_fallback", (ICE, 0.3), (HEAT, 0.2)).run(ActionClarify())
    assert answer.texts[0].split("\n")[1] == f"1) {store()[ICE].title}"


def test_without_a_guess_it_is_said() -> None:
    assert Talk().say("nlu_fallback").run(ActionClarify()).texts[0] in phrases().wordings("not_understood")


def test_a_condition_in_it_counts_whatever_was_asked() -> None:
    talk = Talk().say("nlu_fallback", facts=has("blood_thinners"))
    answer = talk.run(ActionClarify())
    assert "blood thinner" in answer.texts[0]
    assert talk.slots["profile"]["me"]["conditions"] == ["blood_thinners"]


def test_yes_goes_on_with_what_is_at_hand() -> None:
    talk = Talk().say("describe_pain", facts=told("situation", "sitting"))
    first = talk.run(ActionAdvise())
    second = talk.say("affirm").run(ActionGoOn())
    assert second.remedies
    assert not set(first.remedies) & set(second.remedies)


def test_yes_to_nothing_is_asked_what() -> None:
    assert Talk().say("affirm").run(ActionGoOn()).texts == [phrases().say("ask_what")]
