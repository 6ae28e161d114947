"""Answers: specific ones first, lists for complaints, several questions, guesses, and what comes with them."""

from __future__ import annotations

import pytest

from backtalk.about_you import SCREEN
from backtalk.advice import GUESSING, SURE, Adviser
from backtalk.conversation import NET_EVERY, Focus
from backtalk.phrases import phrases
from backtalk.profile import Person, Profile
from backtalk.store import Role, store
from tests.messages import ask, has, message, state, told

ADVISER = Adviser(store(), phrases())
ICE = "ice-compress-three-times-daily"


def screened(**fields: object) -> Focus:
    return Focus(screened="clear", **fields)  # type: ignore[arg-type]


def test_a_specific_question_gets_the_entry_in_full() -> None:
    talk = state(focus=screened())
    reply = ADVISER.answer(message("ask_ice", ICE), talk)
    assert reply.texts[0].startswith("A wrapped cold pack\n1. ")
    assert reply.card is not None
    assert (reply.card["type"], reply.card["topic"]) == ("answer", "ice")
    assert (talk.focus.entry, talk.focus.last, talk.focus.topic) == (ICE, [ICE], "ice")


def test_the_card_holds_what_the_message_contract_says() -> None:
    reply = ADVISER.answer(message("ask_ice", ICE), state())
    assert reply.card is not None
    (remedy,) = reply.card["remedies"]
    assert {"id", "title", "steps", "dose", "grade", "verdict", "source", "media"} <= set(remedy)
    assert remedy["dose"] == {"minutes": [10, 15], "times_a_day": 3, "text": "10 to 15 minutes, 3 times a day"}
    assert remedy["source"] == {"section": "Method 6: try other natural methods", "lines": [[151, 155]]}
    assert (remedy["grade"], remedy["verdict"]) == ("weak", "keep-with-caution")
    assert reply.card["withheld"] == []


@pytest.mark.parametrize(
    ("words", "start"),
    [
        ("how long do I ice my back", "A wrapped cold pack: 10 to 15 minutes."),
        ("for how many minutes", "A wrapped cold pack: 10 to 15 minutes."),
        ("how often can I ice it", "A wrapped cold pack: 3 times a day."),
    ],
)
def test_the_number_that_was_asked_for_comes_first(words: str, start: str) -> None:
    reply = ADVISER.answer(message("ask_ice", ICE, text=words), state())
    assert reply.texts[0] == start
    assert reply.texts[1].startswith("A wrapped cold pack\n")


def test_an_honest_no_comes_with_something_safer() -> None:
    reply = ADVISER.answer(message("ask_foot_bath_recipes", "foot-bath-safflower"), state())
    assert reply.card is not None
    assert [one["role"] for one in reply.card["remedies"]] == ["no", "remedy"]
    assert reply.texts[1].startswith("This fits you better:")


def test_a_guess_is_said_to_be_one() -> None:
    reply = ADVISER.answer(message("ask_ice", (ICE, GUESSING - 0.01), ("hot-compress-15-20", 0.2)), state())
    assert "not sure" in reply.texts[0]
    assert "1. A wrapped cold pack" in reply.texts[0]
    assert "2. A wrapped warm pack" in reply.texts[0]


def test_two_near_things_are_both_named() -> None:
    reply = ADVISER.answer(message("ask_ice", (ICE, SURE - 0.01), ("hot-compress-15-20", 0.15)), state())
    assert "not sure" not in reply.texts[0]
    assert "1. A wrapped cold pack" in reply.texts[0]
    assert "2. A wrapped warm pack" in reply.texts[0]


def test_a_guess_without_a_rival_is_the_answer() -> None:
    reply = ADVISER.answer(message("ask_ice", (ICE, SURE - 0.1), ("hot-compress-15-20", 0.01)), state())
    assert reply.texts[0].startswith("A wrapped cold pack\n")


def test_a_complaint_gets_a_numbered_list_for_its_situation() -> None:
    talk = state()
    reply = ADVISER.answer(message("describe_pain", facts=told("situation", "sitting")), talk)
    lines = reply.texts[0].split("\n")
    assert "sitting" in lines[0]
    assert [line[:2] for line in lines[1:4]] == ["1.", "2.", "3."]
    assert len(talk.focus.last) == 3
    assert talk.focus.request.situations == ("sitting",)


def test_exercises_for_it_keep_the_situation() -> None:
    talk = state()
    ADVISER.answer(message("describe_pain", facts=told("situation", "sitting")), talk)
    reply = ADVISER.answer(message("ask_exercises"), talk)
    assert talk.focus.request.situations == ("sitting",)
    assert reply.card is not None
    assert {one["kind"] for one in reply.card["remedies"]} <= {"exercise", "stretch"}


def test_a_new_complaint_starts_afresh() -> None:
    talk = state()
    ADVISER.answer(message("describe_pain", facts=told("situation", "sitting")), talk)
    ADVISER.answer(message("describe_pain", facts=told("area", "neck")), talk)
    assert talk.focus.request.situations == ()
    assert talk.focus.request.areas == ("neck",)


def test_several_questions_get_a_short_answer_each() -> None:
    several = message("ask_ice", ICE, asks=[ask("ask_ice", ICE), ask("ask_strengthening", "plank")])
    talk = state()
    reply = ADVISER.answer(several, talk)
    assert reply.texts[0].startswith(phrases().say("both_answers"))
    assert talk.focus.last == [ICE, "plank"]


def test_a_part_of_few_words_means_what_the_whole_may_mean() -> None:
    part = ask("ask_strengthening", ("plank", 0.4), ("hip-bridge", 0.3))
    several = message("ask_ice", (ICE, 0.6), ("hip-bridge", 0.2), asks=[ask("ask_ice", ICE), part])
    talk = state()
    ADVISER.answer(several, talk)
    assert talk.focus.last == [ICE, "hip-bridge"]


def test_two_questions_with_one_answer_get_it_in_full() -> None:
    several = message("ask_ice", ICE, asks=[ask("ask_ice", ICE), ask("ask_heat", ICE)])
    reply = ADVISER.answer(several, state())
    assert store()[ICE].steps[0] in reply.texts[0]


def test_several_questions_mind_what_is_ruled_out() -> None:
    several = message("ask_ice", ICE, asks=[ask("ask_ice", ICE), ask("ask_mckenzie", "mckenzie-3-prone-press-up")])
    talk = state("pregnant")
    reply = ADVISER.answer(several, talk)
    assert talk.focus.last == [ICE]
    assert any("I left out" in text and "you are pregnant" in text for text in reply.texts)


def test_causes_are_explanations_and_never_advice() -> None:
    reply = ADVISER.answer(message("ask_cause", facts=told("situation", "sitting")), state())
    assert reply.card is not None
    assert {one["role"] for one in reply.card["remedies"]} == {Role.EXPLANATION.value}
    assert "Nobody can tell from a chat" in reply.texts[0]


def test_the_minimum_screen_goes_with_the_first_physical_advice_once() -> None:
    talk = state()
    first = ADVISER.answer(message("ask_exercises"), talk)
    assert first.question is not None
    assert first.question[1].about == "screen"
    assert [option.value for option in first.question[1].options] == ["screen_none", "screen_one"]
    second = ADVISER.answer(message("ask_exercises"), talk)
    assert second.question is None


def test_the_screen_is_not_asked_for_what_is_not_physical() -> None:
    talk = state()
    reply = ADVISER.answer(message("ask_workspace", "screen-at-eye-level"), talk)
    assert reply.question is None
    assert talk.focus.screened == ""


def test_the_screen_asks_about_every_option() -> None:
    conditions = store().vocabulary.conditions
    for name, value in SCREEN:
        assert name in phrases()
        kind, what = value.split(":")
        assert kind == "flag" or what in conditions


def test_the_safety_net_comes_with_a_topic_and_now_and_then_not_every_turn() -> None:
    nets = set(phrases().wordings("safety_net"))
    talk = state(focus=screened())
    said = []
    for _ in range(2 * NET_EVERY):
        reply = ADVISER.answer(message("ask_ice", ICE), talk)
        said.append([text for text in reply.texts if text in nets])
    assert [bool(one) for one in said] == [True, False, False] * 2
    assert said[0] != said[NET_EVERY]
    assert any(text in nets for text in ADVISER.answer(message("ask_heat", "hot-compress-15-20"), talk).texts)


def test_what_is_left_out_is_said_with_the_reason() -> None:
    talk = state("pregnant")
    reply = ADVISER.answer(message("ask_mckenzie", "mckenzie-3-prone-press-up"), talk)
    assert "I would leave out" in reply.texts[0]
    assert "because you are" in reply.texts[0]
    assert reply.card is not None
    assert reply.card["withheld"][0]["id"] == "mckenzie-3-prone-press-up"


def test_a_condition_spoken_of_counts_for_this_answer_only() -> None:
    talk = state()
    asked = message("ask_mckenzie", "mckenzie-3-prone-press-up", facts=has("pregnant"))
    reply = ADVISER.answer(asked, talk)
    assert reply.card is not None
    assert reply.card["remedies"] == [] or reply.card["withheld"]
    again = ADVISER.answer(message("ask_mckenzie", "mckenzie-3-prone-press-up"), talk)
    assert again.card is not None
    assert not again.card["withheld"]


def test_advice_for_another_says_for_whom() -> None:
    talk = state()
    talk.profile = Profile(others={"your dad": Person()}, subject="your dad")
    assert ADVISER.answer(message("ask_ice", ICE), talk).texts[0].startswith("For your dad:\nA wrapped cold pack")


def test_a_child_gets_no_advice_but_a_place_to_turn_to() -> None:
    talk = state()
    talk.profile.me.age = 12
    reply = ADVISER.answer(message("ask_ice", ICE), talk)
    assert reply.card == {"type": "decline", "reason": "child"}
    assert "under 18" in reply.texts[0]
    talk.profile = Profile(others={"your son": Person(age=12)}, subject="your son")
    assert "your son" in ADVISER.answer(message("ask_ice", ICE), talk).texts[0]


def test_while_a_flag_is_open_physical_advice_is_held_back_and_the_rest_is_not() -> None:
    held = ADVISER.answer(message("ask_ice", ICE), state(held="emergency"))
    assert held.card is None
    assert "I hold back" in held.texts[0]
    assert "now" in held.texts[1]
    today = ADVISER.answer(message("ask_ice", ICE), state(held="urgent"))
    assert "today" in today.texts[1]
    other = ADVISER.answer(message("ask_workspace", "screen-at-eye-level"), state(held="urgent"))
    assert other.card is not None


def test_running_dry_is_said() -> None:
    talk = state(focus=screened())
    for _ in range(60):
        reply = ADVISER.answer(message("ask_quick_relief"), talk)
        if reply.card is not None and not reply.card["remedies"]:
            break
    assert reply.texts[0] == phrases().say("no_more")


def test_an_unknown_entry_among_the_guesses_is_passed_over() -> None:
    reply = ADVISER.answer(message("ask_ice", ("gone", 0.6), (ICE, 0.5)), state())
    assert reply.card is not None
    assert reply.card["remedies"][0]["id"] == ICE


def test_in_a_question_with_an_or_both_are_answered() -> None:
    talk = state(focus=Focus(screened="clear"))
    guesses = [("ice-compress-three-times-daily", 0.88), ("hot-compress-15-20", 0.12)]
    ADVISER.answer(message("ask_ice", *guesses, text="ice or heat?"), talk)
    assert talk.focus.last == ["ice-compress-three-times-daily", "hot-compress-15-20"]
    ADVISER.answer(message("ask_ice", *guesses, text="is ice ok or not"), talk)
    assert talk.focus.last == ["ice-compress-three-times-daily"]


def test_what_to_do_about_it_stays_with_it() -> None:
    focus = Focus(screened="clear")
    focus.show(["postpartum-diastasis-explained"], "postpartum")
    talk = state("postpartum", focus=focus)
    ADVISER.answer(message("ask_self_care", text="what can i do for it"), talk)
    assert talk.focus.last
    assert {store()[name].topic for name in talk.focus.last} == {"postpartum"}


def test_where_it_is_unclear_who_is_meant_the_conditions_of_both_count() -> None:
    profile = Profile(me=Person(conditions=["blood_thinners"]), others={"your wife": Person()}, subject="your wife")
    talk = state()
    talk.profile = profile
    assert "blood_thinners" not in ADVISER.conditions(talk)
    profile.unclear = True
    texts = ADVISER.one(store()["foot-soak-general"], talk).texts
    assert "you take a blood thinner" in " ".join(texts)
