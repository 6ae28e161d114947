"""What stands in the way of a remedy is heard, and keeps whatever needs it out."""

from __future__ import annotations

import pytest

from backtalk.about_you import Listener
from backtalk.advice import Adviser
from backtalk.choosing import History, Request, alternatives, offers
from backtalk.conversation import Focus, State
from backtalk.followup import Follower
from backtalk.obstacles import OBSTACLES, blocked, in_the_way
from backtalk.phrases import phrases
from backtalk.store import store
from tests.messages import message, state

ADVISER = Adviser(store(), phrases())
FOLLOWER = Follower(ADVISER)
LISTENER = Listener(ADVISER, FOLLOWER)
HEAT, CHILD = "hot-compress-15-20", "childs-pose"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("my knees hate kneeling", ["kneeling"]),
        ("that kills my knees", ["kneeling"]),
        ("my knees will not do that", ["kneeling"]),
        ("hurts my wrists", ["wrists"]),
        ("my shoulder does not lift that high", ["arms"]),
        ("i can not reach round to that spot", ["reach"]),
        ("there is no floor space in here", ["floor"]),
        ("i can not lie down at work", ["floor"]),
        ("where am i supposed to lie down in a studio flat", ["floor"]),
        ("i am in a wheelchair", ["floor", "standing"]),
        ("something i can do sitting", ["floor", "standing"]),
        ("anything without getting off the chair", ["floor", "standing"]),
        ("my physio told me no twisting", ["twisting"]),
        ("the surgeon said not to bend", ["bending"]),
        ("do not own a foam roller", ["roller"]),
        ("there is no bath here just a shower", ["bath"]),
        ("what can i do in two minutes between calls", ["time"]),
        ("can not afford that", ["money"]),
        ("something free at home", ["money"]),
        ("how long do i hold it", []),
        ("i want to be pain free", []),
        ("my back hurts when i stand", []),
        ("it hurts when i turn over", []),
    ],
)
def test_obstacles_are_heard(text: str, names: list[str]) -> None:
    assert in_the_way(text) == names


@pytest.mark.parametrize(
    ("entry", "obstacle", "out"),
    [
        (CHILD, "kneeling", True),
        ("self-massage-fingertips", "reach", True),
        ("massage-by-friend", "reach", False),
        ("both-knees-to-chest", "kneeling", False),
        (CHILD, "floor", True),
        ("shoulder-blade-squeeze", "floor", False),
        ("seated-cross-leg-twist", "twisting", True),
        (HEAT, "time", True),
        ("shoulder-blade-squeeze", "time", False),
        ("professional-massage", "money", True),
        ("foam-roller-wall-roll", "roller", True),
    ],
)
def test_what_needs_it_is_blocked(entry: str, obstacle: str, out: bool) -> None:
    if entry not in store():
        entry = next(one.id for one in store() if one.title == "Both knees to the chest")
    assert blocked(store()[entry], [obstacle]) is out


@pytest.mark.parametrize("name", sorted(OBSTACLES))
def test_each_leaves_something_and_offers_nothing_blocked(name: str) -> None:
    history = History(obstacles=[name])
    choice = offers(store(), Request(areas=("lower_back",)), frozenset(), history)
    assert choice.entries
    assert not any(blocked(entry, [name]) for entry in choice.entries)
    instead = alternatives(store(), store()[CHILD], frozenset(), history, at_most=5)
    assert not any(blocked(entry, [name]) for entry in instead)


def at(*names: str) -> State:
    focus = Focus(screened="clear")
    focus.show(names, store()[names[0]].topic)
    focus.request = Request(areas=("lower_back",))
    return state(focus=focus)


def test_what_cannot_be_done_is_kept_in_mind() -> None:
    talk = at(CHILD, HEAT)
    texts = LISTENER.feedback(message("cannot_do", text="my knees hate kneeling"), talk).texts
    assert store()[CHILD].title in texts[0]
    for _ in range(3):
        assert not any(blocked(store()[name], ["kneeling"]) for name in talk.focus.last)
        FOLLOWER.answer(message("another", text="another"), talk)


def test_sore_wrists_lead_to_something_that_spares_them() -> None:
    talk = at("massage-by-fingertips" if "massage-by-fingertips" in store() else CHILD)
    reply = LISTENER.feedback(message("it_hurts", text="that hurts my wrists"), talk)
    assert "stop" in reply.texts[0].lower()
    assert talk.focus.last
    assert not any(blocked(store()[name], ["wrists"]) for name in talk.focus.last)


def test_two_minutes_get_what_fits_into_them() -> None:
    talk = state(focus=Focus(screened="clear"))
    ADVISER.answer(message("ask_quick_relief", text="what can i do in two minutes between calls"), talk)
    assert talk.focus.last
    assert not any(blocked(store()[name], ["time"]) for name in talk.focus.last)
