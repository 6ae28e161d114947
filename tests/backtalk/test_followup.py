"""Follow-ups keep their context: how long, another, why, says who, the second one, and for my neck."""

from __future__ import annotations

import pytest

from backtalk.advice import Adviser
from backtalk.choosing import Request
from backtalk.conversation import Focus, Option, Pending, State
from backtalk.followup import Follower
from backtalk.phrases import phrases
from backtalk.store import Role, store
from tests.messages import has, message, state, told

ADVISER = Adviser(store(), phrases())
FOLLOWER = Follower(ADVISER)
ICE, HEAT, PLANK = "ice-compress-three-times-daily", "hot-compress-15-20", "plank"


def at(*names: str, **fields: object) -> State:
    """A talk in which these were just shown."""
    focus = Focus(screened="clear", topic=store()[names[0]].topic, **fields)  # type: ignore[arg-type]
    focus.show(names, store()[names[0]].topic)
    return state(focus=focus)


def say(intent: str, talk: State, text: str = "", *entries: str, **fields: object) -> list[str]:
    return FOLLOWER.answer(message(intent, *entries, text=text, **fields), talk).texts  # type: ignore[arg-type]


def test_how_long_leads_to_the_minutes() -> None:
    (text,) = say("how_long", at(ICE), "how long do I hold it")
    assert text.startswith("A wrapped cold pack: 10 to 15 minutes.")
    assert store()[ICE].dose_note in text
    assert "Stop if" in text


def test_how_often_leads_to_the_times() -> None:
    (text,) = say("how_often", at(ICE))
    assert text.startswith("A wrapped cold pack: 3 times a day.")


def test_of_a_list_each_is_told() -> None:
    (text,) = say("how_long", at(ICE, HEAT))
    assert [line.split(":")[0] for line in text.split("\n")] == [store()[ICE].title, store()[HEAT].title]


def test_of_a_list_the_one_named_is_told() -> None:
    talk = at(ICE, HEAT)
    (text,) = say("how_long", talk, "how long the second one")
    assert text.startswith(store()[HEAT].title)
    assert talk.focus.entry == HEAT
    (again,) = say("how_long", talk, "for how long?")
    assert again.startswith(store()[HEAT].title), "it still means the second one"


def test_where_the_guide_gives_no_number_that_is_said() -> None:
    name = next(entry.id for entry in store() if entry.advice and entry.dose is None)
    assert "the guide gives no time" in say("how_long", at(name))[0]
    assert "the guide gives no number" in say("how_often", at(name))[0]


def test_another_is_another() -> None:
    talk = at(ICE)
    talk.focus.request = Request(areas=("lower_back",))
    before = set(talk.focus.last)
    say("another", talk)
    assert talk.focus.last
    assert not before & set(talk.focus.last)
    assert talk.focus.request.areas == ("lower_back",)


def test_another_for_the_neck_is_for_the_neck() -> None:
    talk = at(ICE)
    say("another", talk, facts=told("area", "neck"))
    assert talk.focus.request.areas == ("neck",)
    assert all("neck" in store()[name].areas or not store()[name].areas for name in talk.focus.last)


def test_why_gives_the_reason_the_evidence_and_the_sources() -> None:
    talk = at(ICE)
    talk.focus.request = Request(situations=("acute",), areas=("lower_back",))
    (text,) = say("why_this", talk)
    entry = store()[ICE]
    assert entry.evidence.why in text
    assert "lower back" in text
    assert "lines 151-155" in text
    assert all(store().sources[name].by in text for name in entry.evidence.sources)


def test_evidence_is_the_same_question() -> None:
    assert say("ask_evidence", at(ICE)) == say("why_this", at(ICE))


def test_why_not_safflower() -> None:
    (text,) = say("why_this", at("foot-bath-safflower"))
    assert store()["foot-bath-safflower"].evidence.why in text
    assert "I picked it" not in text


def test_the_source() -> None:
    (text,) = say("ask_source", at(ICE))
    assert 'stands in the guide under "Method 6: try other natural methods", lines 151-155' in text


def test_is_that_safe_for_me() -> None:
    (text,) = say("ask_safety", at(ICE))
    assert "Leave it out with any of these:" in text
    assert "Is there anything I should know about you" in text


def test_is_that_safe_for_me_with_what_was_told() -> None:
    talk = at(ICE)
    talk.profile.me.conditions = ["asthma"]
    (text,) = say("ask_safety", talk)
    assert text.startswith('I know of nothing you told me that speaks against "A wrapped cold pack".')
    talk.profile.me.conditions = ["diabetes"]
    assert say("ask_safety", talk)[0].startswith("I would leave out a wrapped cold pack, because you have diabetes.")


def test_and_if_im_pregnant() -> None:
    talk = at("mckenzie-3-prone-press-up")
    texts = say("refine", talk, "and if I'm pregnant?", facts=has("pregnant"))
    assert "because you are" in texts[0]
    assert "pregnan" in texts[0]


def test_and_for_my_neck_asks_the_same_for_another_place() -> None:
    talk = at(ICE)
    talk.focus.request = Request(kinds=("exercise",), areas=("lower_back",), situations=("sitting",))
    say("refine", talk, "and for my neck", facts=told("area", "neck"))
    assert talk.focus.request.areas == ("neck",)
    assert talk.focus.request.kinds == ("exercise",)


@pytest.mark.parametrize(
    ("text", "entry"),
    [("the second one", HEAT), ("1", ICE), ("the last one", PLANK), ("the other one", HEAT)],
)
def test_the_second_one(text: str, entry: str) -> None:
    talk = at(ICE, HEAT, PLANK)
    texts = say("choose_option", talk, text)
    assert texts[0].startswith(store()[entry].title)
    assert talk.focus.entry == entry


def test_an_option_by_its_name() -> None:
    assert say("choose_option", at(ICE, HEAT), "the warm pack", HEAT)[0].startswith(store()[HEAT].title)


def test_which_one_is_asked_back() -> None:
    reply = FOLLOWER.answer(message("choose_option", text="that thing"), at(ICE, HEAT))
    assert reply.question is not None
    text, pending = reply.question
    assert (reply.texts, text, pending.about) == ([], phrases().say("which_one"), "meaning")
    assert [option.value for option in pending.options] == [ICE, HEAT]


def test_a_meaning_that_was_offered_is_taken_up() -> None:
    talk = at(ICE)
    talk.pending = Pending("meaning", [Option(store()[HEAT].title, HEAT), Option(store()[PLANK].title, PLANK)])
    assert say("choose_option", talk, store()[PLANK].title)[0].startswith(store()[PLANK].title)


def test_how_to_and_repeat_tell_it_again() -> None:
    assert say("how_to", at(ICE))[0] == say("repeat", at(ICE))[0] != ""


def test_which_is_best() -> None:
    talk = at(ICE, "walk-after-lunch")
    (text,) = say("compare", talk)
    ranks = {name: store()[name].evidence.grade.rank for name in talk.focus.last}
    best = min(ranks, key=lambda name: ranks[name])
    assert f'"{store()[best].title}"' in text
    assert talk.focus.entry == best


def test_when_does_it_work_promises_nothing() -> None:
    assert say("ask_when_effect", at(ICE)) == [phrases().say("when_effect")]


def test_back_to_the_ice() -> None:
    """Named in a follow-up, a thing of the list is meant, whatever came last."""
    talk = at(ICE, HEAT)
    talk.focus.entry = HEAT
    assert say("how_to", talk, "back to the ice", ICE)[0].startswith(store()[ICE].title)


@pytest.mark.parametrize(
    "intent",
    [
        "another",
        "how_long",
        "how_often",
        "how_to",
        "why_this",
        "ask_source",
        "ask_safety",
        "choose_option",
        "repeat",
        "compare",
    ],
)
def test_with_nothing_at_hand_it_is_asked_what_is_meant(intent: str) -> None:
    assert say(intent, state()) == [phrases().say("no_entry_yet")]


def test_a_child_gets_no_follow_up_either() -> None:
    talk = at(ICE)
    talk.profile.me.age = 12
    assert "under 18" in say("how_long", talk)[0]


def test_a_thing_named_earlier_is_meant_by_a_loose_name() -> None:
    talk = at("hourly-stand-walk-stretch", ICE)
    talk.focus.show(["neck-forward-flexion-stretch"], "neck")
    (text,) = say("how_often", talk, "ok and the getting up thing, how often was that")
    assert text.startswith(store()["hourly-stand-walk-stretch"].title)


def test_the_second_is_asked_what_was_asked_of_the_first() -> None:
    talk = at(ICE, HEAT)
    say("how_long", talk, "how long the first one")
    (text,) = say("choose_option", talk, "and the second?")
    assert text.startswith(f"{store()[HEAT].title}: ")
    assert "\n1." not in text, "the number, not the whole of it"


def test_the_second_may_still_be_explained_after_a_number() -> None:
    talk = at(ICE, HEAT)
    say("how_long", talk, "how long the first one")
    assert "\n1." in say("choose_option", talk, "explain the second one")[0]


def test_of_a_list_it_is_said_which_still_fit() -> None:
    talk = at(ICE, PLANK)
    talk.profile.me.conditions = ["high_blood_pressure", "heart_disease"]
    text = "\n".join(say("ask_safety", talk, "are those still ok for me"))
    out = [name for name in (ICE, PLANK) if set(store()[name].avoid_if) & {"high_blood_pressure", "heart_disease"}]
    assert out, "one of them is out"
    for name in (ICE, PLANK):
        line = next(line for line in text.split("\n") if store()[name].title.lower() in line.lower())
        assert line.startswith("Leave out") is (name in out)


def test_a_recap_names_what_still_fits_and_what_does_not() -> None:
    talk = at(ICE, HEAT, PLANK)
    talk.profile.me.conditions = ["heart_disease"]
    text = "\n".join(say("ask_recap", talk, "what did you tell me so far"))
    assert store()[HEAT].title in text
    assert "Leave out plank" in text


def test_there_is_nothing_to_recap_at_the_start() -> None:
    assert say("ask_recap", state(), "sum it up") == [phrases().say("no_entry_yet")]


def test_a_recap_offers_nothing_physical_under_an_open_flag() -> None:
    talk = at(PLANK)
    talk.held = "emergency"
    assert say("ask_recap", talk, "sum it up")[0] == phrases().say("held_back")


def test_an_objection_changes_no_warning() -> None:
    talk = at(PLANK)
    talk.profile.me.conditions = ["fracture"]
    (text,) = say("disagree", talk, "come on, my friend does it")
    assert store()[PLANK].title in text
    assert "leave out" in text


def test_an_objection_gets_the_reason() -> None:
    (text,) = say("disagree", at(ICE), "my physio says heat is better")
    assert store()[ICE].evidence.why in text


@pytest.mark.parametrize("text", ["straight on the skin?", "in a towel?"])
def test_a_few_words_are_answered_from_the_steps_of_the_thing_at_hand(text: str) -> None:
    reply = FOLLOWER.elliptic(message("ask_disc", ("disc-selftest-straight-leg-raise", 0.4), text=text), at(ICE))
    assert reply is not None
    assert "bare skin" in reply.texts[0]


def test_a_question_of_its_own_is_no_detail() -> None:
    asked = message("ask_heat", HEAT, text="heat on the skin?")
    assert FOLLOWER.elliptic(asked, at(ICE)) is None


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("how do i do it", "A wrapped cold pack\n1."),
        ("explain that again please", "A wrapped cold pack\n1."),
        ("straight on the bare skin", '"A wrapped cold pack" has this on it'),
        ("left or right elbow first", "The guide does not go into that"),
    ],
)
def test_a_detail_of_what_was_just_explained_is_told_or_said_to_be_missing(text: str, starts: str) -> None:
    assert say("how_to", at(ICE), text)[0].startswith(starts)


def test_the_next_of_numbered_exercises_follows() -> None:
    talk = at("mckenzie-1-prone-lying")
    assert say("another", talk, "and the next one?")[0].startswith("McKenzie 2")


def test_a_stretch_is_asked_for_after_talk_of_something_else() -> None:
    talk = at(ICE)
    say("compare", talk, "ok a stretch then, which", facts=told("kind", "stretch"))
    assert talk.focus.last
    assert all(store()[name].kind.value == "stretch" for name in talk.focus.last)


def test_another_place_for_the_same_thing_is_about_that_thing() -> None:
    talk = at("foam-roller-wall-roll")
    guess = ("foam-roller-avoid-lower-back", 0.02)
    FOLLOWER.answer(message("refine", guess, text="and lower back with it?", facts=told("area", "lower_back")), talk)
    assert talk.focus.entry == "foam-roller-avoid-lower-back"
    FOLLOWER.answer(message("refine", guess, text="and my lower back?", facts=told("area", "lower_back")), talk)
    assert talk.focus.entry != "foam-roller-avoid-lower-back"


def test_what_an_obstacle_blocks_is_not_meant_if_there_is_another() -> None:
    talk = at(HEAT)
    talk.focus.history.obstacles = ["floor"]
    guesses = [("double-knee-twist", 0.05), ("seated-cross-leg-twist", 0.02)]
    FOLLOWER.answer(message("how_to", *guesses, text="the twist one, how do i do it"), talk)
    assert talk.focus.entry == "seated-cross-leg-twist"


def test_with_nothing_at_hand_the_words_count() -> None:
    talk = state(focus=Focus(screened="clear"))
    (text, *_) = say("how_long", talk, "how long at a time should he sit", ("hourly-stand-walk-stretch", 0.1))
    assert "Get up every hour" in text


def test_how_much_gets_the_amount_whatever_its_unit() -> None:
    (text,) = say("how_often", at("drink-water-daily"), "how much was it supposed to be")
    assert "ml" in text
    assert "no number" not in text


def test_of_a_list_what_has_no_number_is_named() -> None:
    names = ("hourly-stand-walk-stretch", "mckenzie-4-standing-extension", "childs-pose")
    (text,) = say("how_long", at(ICE, "childs-pose"), "how long")
    assert text.startswith(store()[ICE].title)
    assert "Child's pose" in text
    assert all(name in store() for name in names)


def test_one_of_an_earlier_answer_is_chosen_by_its_name() -> None:
    talk = at("pillow-under-knees-back-sleeping")
    talk.focus.show(["foot-soak-general", "lukewarm-bath-15min"], "foot_soak")
    say("choose_option", talk, "the pillow one")
    assert talk.focus.entry == "pillow-under-knees-back-sleeping"


def test_why_not_is_answered_with_what_forbids_it() -> None:
    talk = at(ICE)
    talk.profile = state("pregnant").profile
    texts = say("why_this", talk, "why not on my back?", ("pillow-under-knees-back-sleeping", 0.2))
    assert "because you are" in texts[0]
    assert store()["pillow-under-knees-back-sleeping"].title.lower() in texts[0].lower()


def test_no_number_is_asked_of_an_explanation() -> None:
    name = next(one.id for one in store() if one.role is Role.EXPLANATION and one.dose is None)
    (text, *_) = say("how_often", at(name))
    assert "no such number" not in text
    assert "no number" not in text
    assert store()[name].title in text


def test_anything_that_is_allowed_is_something_that_is_allowed() -> None:
    talk = at("foot-soak-general")
    talk.profile = state("blood_thinners").profile
    say("ask_safety", talk, "is there anything i am allowed")
    assert talk.focus.last
    assert "foot-soak-general" not in talk.focus.last
    assert not any("blood_thinners" in store()[name].avoid_if for name in talk.focus.last)


def test_of_two_with_the_same_name_the_allowed_one_is_meant() -> None:
    talk = at("mckenzie-overview")
    talk.profile = state("disc_herniation").profile
    standing = ("mckenzie-7-flexion-standing", 0.5), ("mckenzie-4-standing-extension", 0.3)
    say("refine", talk, "and the mckenzie one standing up", *standing)
    assert talk.focus.last == ["mckenzie-4-standing-extension"]


def test_a_bare_why_is_about_the_thing_at_hand() -> None:
    texts = say("why_this", at(ICE), "why?", ("cause-pregnancy-backache", 0.4))
    assert store()[ICE].evidence.why in texts[0]


def test_a_part_of_the_back_is_no_part_of_the_list() -> None:
    talk = at(ICE, HEAT, PLANK)
    say("choose_option", talk, "the lower part", facts=told("area", "lower_back"))
    assert talk.focus.request.areas == ("lower_back",)
    assert talk.focus.last


def test_what_is_warned_of_is_never_said_to_be_fine() -> None:
    talk = at("foot-soak-temperature")
    talk.profile = state("diabetes", "numb_feet").profile
    texts = say("ask_safety", talk, "is that ok for me then")
    assert not any("nothing you told me" in text for text in texts)
    assert any("because you have diabetes" in text for text in texts)
    talk = at("foot-soak-temperature", "foot-soak-cure-claims")
    talk.profile = state("diabetes", "numb_feet").profile
    texts = say("ask_safety", talk, "is there anything i am allowed")
    assert all(store()[name].advice for name in talk.focus.last)
    assert not any(set(store()[name].avoid_if) & {"diabetes", "numb_feet"} for name in talk.focus.last)
    assert texts
