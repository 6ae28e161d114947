"""Talk about oneself and about what was tried: taken in, acknowledged, and acted on."""

from __future__ import annotations

from typing import Iterable

import pytest

from backtalk.about_you import SCREEN, Listener
from backtalk.advice import Adviser
from backtalk.choosing import Request
from backtalk.conversation import Focus, Option, State
from backtalk.fact import Fact
from backtalk.followup import Follower
from backtalk.phrases import phrases
from backtalk.profile import Person, Profile, remember
from backtalk.store import store
from tests.messages import denies, has, message, state, told

ADVISER = Adviser(store(), phrases())
LISTENER = Listener(ADVISER, Follower(ADVISER))
ICE, PRESS_UP = "ice-compress-three-times-daily", "mckenzie-3-prone-press-up"


def at(*names: str) -> State:
    """A talk in which these were just shown."""
    focus = Focus(screened="clear")
    focus.show(names, store()[names[0]].topic)
    focus.request = Request(topic=store()[names[0]].topic if len(names) == 1 else None)
    return state(focus=focus)


def tell(talk: State, facts: list, intent: str = "inform_profile") -> list[str]:  # type: ignore[type-arg]
    changed = remember(talk.profile, facts, intent)
    return LISTENER.told(message(intent, facts=facts), changed, talk).texts


def test_what_was_told_is_acknowledged() -> None:
    texts = tell(state(), has("pregnant"))
    assert "you are pregnant" in texts[0]
    assert texts[1] == phrases().say("ask_what")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (told("age", "67"), "you are 67"),
        ([*has("pregnant"), *told("weeks", "24")], "you are 24 weeks pregnant"),
        (has("diabetes", person="your dad"), "your dad has diabetes"),
        (has("diabetes", "osteoporosis"), " and "),
    ],
)
def test_the_acknowledgement_says_what_was_taken_in(facts: list, words: str) -> None:  # type: ignore[type-arg]
    assert words in tell(state(), facts)[0]


def test_what_was_taken_back_is_said_too() -> None:
    talk = state("pregnant")
    assert tell(talk, denies("pregnant"))[0] == "All right, I no longer count on this: pregnancy."
    assert talk.profile.me.conditions == []


def test_nothing_new_is_thanked_for() -> None:
    assert tell(state(), [])[0] == phrases().say("noted_nothing")


def test_what_still_fits_is_said_to_fit() -> None:
    (text,) = tell(at(ICE), has("over_65"))
    assert text.endswith(phrases().say("noted_still_fits"))


def test_what_fits_with_care_is_said_with_the_care() -> None:
    talk = at("hot-compress-15-20")
    first, care, *_ = tell(talk, has("pregnant"))
    assert first.endswith(phrases().say("noted_still_fits"))
    assert "never over the bump" in care


def test_whoever_has_a_topic_of_their_own_is_offered_it_too() -> None:
    talk = at(ICE)
    offered = "\n".join(tell(talk, has("pregnant"))[1:])
    assert store()[talk.focus.last[0]].topic == "pregnancy"
    assert all(store()[name].title in offered for name in talk.focus.last)


def test_a_question_beside_the_person_is_answered() -> None:
    talk = state()
    texts = tell(talk, [*told("area", "neck"), *has("over_65", person="your mum")])
    assert phrases().say("ask_what") not in texts
    assert talk.focus.request.areas == ("neck",)
    assert talk.focus.last


def test_what_no_longer_fits_is_taken_back_and_replaced() -> None:
    talk = at(PRESS_UP)
    texts = tell(talk, has("pregnant"))
    assert "you are pregnant" in texts[0]
    assert "I would leave out" in texts[1]
    assert PRESS_UP not in talk.focus.last


def test_a_list_is_offered_anew() -> None:
    talk = at(PRESS_UP, ICE)
    tell(talk, has("pregnant"))
    assert PRESS_UP not in talk.focus.last
    assert talk.focus.last


def test_telling_an_age_under_18_leads_to_the_path_for_children() -> None:
    assert "under 18" in tell(state(), told("age", "15"))[0]


def test_what_is_known_is_shown_with_how_to_have_it_deleted() -> None:
    talk = state("diabetes")
    talk.profile.me.age = 67
    talk.profile.others["your wife"] = Person(["pregnant"], weeks=24)
    first, second = LISTENER.show(talk).texts
    assert "you have diabetes" in first
    assert "you are 67" in first
    assert "your wife is 24 weeks pregnant" in first
    assert "forget me" in second
    assert LISTENER.show(state()).texts[0] == phrases().say("known_nothing")


def feed(intent: str, talk: State, *entries: str) -> list[str]:
    return LISTENER.feedback(message(intent, *entries), talk).texts


def test_it_helped() -> None:
    talk = at(ICE)
    assert '"A wrapped cold pack"' in feed("helped", talk)[0]
    assert talk.focus.history.helped == [ICE]


@pytest.mark.parametrize("intent", ["not_helped", "tried_already", "dislike"])
def test_something_else_is_offered(intent: str) -> None:
    talk = at(ICE)
    texts = feed(intent, talk)
    assert '"A wrapped cold pack"' in texts[0]
    assert talk.focus.history.not_helped == [ICE]
    assert talk.focus.last
    assert ICE not in talk.focus.last


def test_of_a_list_none_helped() -> None:
    talk = at(ICE, "hot-compress-15-20")
    texts = feed("not_helped", talk)
    assert texts[0].startswith(phrases().say("not_helped_general"))
    assert {ICE, "hot-compress-15-20"} <= set(talk.focus.history.not_helped)


def test_the_thing_that_is_named_is_meant() -> None:
    talk = at(ICE, "hot-compress-15-20")
    feed("not_helped", talk, "plank")
    assert talk.focus.history.not_helped == ["plank"]


def test_it_hurts_stops_it_and_offers_the_easier_step() -> None:
    entry = next(one for one in store() if one.easier and one.physical and one.advice)
    texts = feed("it_hurts", at(entry.id))
    assert "stop" in texts[0].lower()
    assert store()[entry.easier or ""].title in texts[1]
    assert texts[-1] == phrases().say("worse_doctor")


def test_while_a_flag_is_open_no_easier_step_is_offered() -> None:
    entry = next(one for one in store() if one.easier and one.physical and one.advice)
    talk = at(entry.id)
    talk.held = "urgent"
    assert len(feed("it_hurts", talk)) == 2


def test_worse_stops_everything_and_asks_for_warning_signs() -> None:
    talk = at(ICE)
    reply = LISTENER.feedback(message("got_worse"), talk)
    assert "stop" in reply.texts[0].lower()
    assert reply.card is None
    assert reply.question is not None
    assert reply.question[1].about == "screen"


def test_feedback_on_nothing_asks_what_was_tried() -> None:
    assert feed("not_helped", state()) == [phrases().say("not_helped_nothing")]


def test_none_of_these_clears_the_screen() -> None:
    talk = state()
    assert LISTENER.screen(message("screen_none"), talk).texts == [phrases().say("screen_cleared")]
    assert talk.focus.screened == "clear"


def test_one_of_these_asks_which() -> None:
    reply = LISTENER.screen(message("screen_one"), state())
    assert reply.question is not None
    assert reply.question[1].about == "screen_which"
    assert [option.value for option in reply.question[1].options] == [value for _, value in SCREEN]


def test_a_condition_from_the_screen_is_remembered_and_takes_back_what_it_forbids() -> None:
    talk = at(PRESS_UP)
    reply = LISTENER.screened(Option("Pregnant", "condition:pregnant"), talk)
    assert talk.profile.me.conditions == ["pregnant"]
    assert "you are pregnant" in reply.texts[0]
    assert PRESS_UP not in talk.focus.last


def test_a_condition_from_the_screen_belongs_to_whom_the_advice_is_for() -> None:
    talk = state()
    talk.profile = Profile(others={"your dad": Person()}, subject="your dad")
    reply = LISTENER.screened(Option("x", "condition:blood_thinners"), talk)
    assert talk.profile.others["your dad"].conditions == ["blood_thinners"]
    assert "your dad" in reply.texts[0]


def test_a_vegan_is_offered_other_food() -> None:
    talk = at("salmon-2-3-times-weekly", "nuts-snack")
    texts = "\n".join(tell(talk, has("vegan")))
    assert "you eat vegan" in texts
    assert {store()[name].topic for name in talk.focus.last} == {"food"}
    assert "salmon-2-3-times-weekly" not in talk.focus.last


def test_what_was_named_before_the_latest_is_taken_back_too() -> None:
    talk = at("plank")
    talk.focus.show([ICE], "ice")
    assert "Leave out plank" in "\n".join(tell(talk, has("heart_disease")))


def test_what_is_too_hard_leads_to_the_easier_way() -> None:
    talk = at("bird-dog-opposite-arm")
    talk.profile.me.conditions = []
    easier = store()["bird-dog-opposite-arm"].easier
    assert easier
    reply = LISTENER.feedback(message("cannot_do", text="too hard for me"), talk)
    assert "Bird dog" in reply.texts[0]
    assert talk.focus.last == [easier]


def test_what_the_bot_knows_includes_what_was_asked_about() -> None:
    talk = at(ICE)
    talk.focus.request = Request(areas=("lower_back",), situations=("sitting",))
    text = LISTENER.show(talk).texts[0]
    assert "lower back" in text
    assert "sitting" in text


def test_what_was_just_named_and_is_now_forbidden_is_said_to_be_left_out() -> None:
    talk = at("foot-soak-temperature", "foot-soak-general")
    texts = tell(talk, has("diabetes"))
    assert any("foot soak" in text and "diabetes" in text for text in texts[1:])


def test_a_question_beside_a_condition_is_answered() -> None:
    talk = state()
    facts = [*has("osteoporosis", person="your mum"), *told("kind", "stretch")]
    text = "my mum has osteoporosis, which stretches can she do?"
    changed = remember(talk.profile, facts, "for_other")
    LISTENER.told(message("for_other", facts=facts, text=text), changed, talk)
    assert talk.focus.last
    assert all(store()[name].kind.value in ("exercise", "stretch") for name in talk.focus.last)


def test_what_is_asked_beside_the_answer_to_the_checklist_is_answered() -> None:
    talk = at("postpartum-diastasis-explained")
    guess = ("postpartum-wall-pelvic-tilt", 0.4)
    text = "all fine. what's the wall one exactly"
    LISTENER.screen(message("screen_none", guess, text=text), talk)
    assert talk.focus.screened == "clear"
    assert talk.focus.entry == "postpartum-wall-pelvic-tilt"


def test_none_of_these_alone_is_thanked_for() -> None:
    reply = LISTENER.screen(message("screen_none", text="none of these"), at(ICE))
    assert reply.texts == [phrases().say("screen_cleared")]


def cleared(talk: State, text: str, facts: Iterable[Fact] = ()) -> list[str]:
    """The reply to a report of a check while nothing is open."""
    said = message("clinician_cleared", text=text, facts=facts)
    changed = remember(talk.profile, said.facts, said.intent, said.mended)
    return LISTENER.told(said, changed, talk).texts


def test_a_check_that_is_told_of_is_no_end_of_the_talk() -> None:
    talk = at(ICE)
    first, *rest = cleared(talk, "GP saw me and says keep moving, what can I do")
    assert first in phrases().wordings("checked_fine")
    assert rest
    assert talk.focus.last != [ICE]


def test_what_a_check_found_is_remembered() -> None:
    talk = at("standing-forward-bend-toes")
    texts = cleared(talk, "last year they saw a slipped disc", has("disc_herniation"))
    assert "slipped disc" in texts[0]
    assert any("leave out" in text.lower() or "left out" in text.lower() for text in texts)


def test_a_bare_check_is_thanked_for() -> None:
    (text,) = cleared(at(ICE), "doctor had a look, fine")
    assert text in phrases().wordings("checked_fine")


def test_what_was_warned_of_does_not_still_fit() -> None:
    texts = tell(at("foot-soak-temperature"), has("diabetes"))
    assert not any(phrases().say("noted_still_fits") in text for text in texts)
    assert any("because you have diabetes" in text for text in texts)
