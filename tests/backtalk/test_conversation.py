"""What is carried from turn to turn, and how people pick from a list."""

from __future__ import annotations

from typing import Optional

import pytest

from backtalk.choosing import History, Request
from backtalk.conversation import SHOWN_LIMIT, Focus, Option, Pending, chosen, ordinal
from tests.messages import has, message, told

OPTIONS = [Option("A wrapped cold pack", "ice"), Option("Walking after lunch", "walk"), Option("None of these", "none")]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("the first one", 1),
        ("first", 1),
        ("second please", 2),
        ("the 3rd", 3),
        ("number one", 1),
        ("option one", 1),
        ("one", 1),
        ("2", 2),
        ("no. 3", 3),
        ("tell me more about the second", 2),
        ("b", 2),
        ("option c", 3),
        ("the last one", -1),
        ("the bottom one", -1),
        ("the other one", 0),
        # No place is named.
        ("2 times a day or just once", None),
        ("the standing one, between two clients", None),
        ("for 5 minutes", None),
        ("another one", None),
        ("that one", None),
        ("i have a sore back", None),
        ("how long do i hold it", None),
        ("", None),
        ("a b c and more words than anybody says when picking from a short list of things", None),
    ],
)
def test_places_in_a_list(text: str, place: Optional[int]) -> None:
    assert ordinal(text) == place


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A wrapped cold pack", "ice"),
        ("a wrapped cold pack!", "ice"),
        ("1", "ice"),
        ("number 2", "walk"),
        ("b", "walk"),
        ("the first one", "ice"),
        ("the last one", "none"),
        ("cold pack", "ice"),
        ("None of these", "none"),
        ("4", None),
        ("e", None),
        ("pack", None),
        ("my back hurts", None),
        ("", None),
    ],
)
def test_options_are_taken_up(text: str, value: Optional[str]) -> None:
    option = chosen(text, OPTIONS)
    assert (option.value if option else None) == value


def test_nothing_is_chosen_from_nothing() -> None:
    assert chosen("the last one", []) is None
    assert chosen("1", []) is None


def test_yes_and_no_do_not_hit_long_options_by_chance() -> None:
    options = [Option("Yes, it was checked and I may move", "clear"), Option("No, not yet", "hold")]
    assert chosen("no", options) is None
    assert chosen("not yet", options) == options[1]


def test_a_message_gives_its_values_once() -> None:
    found = message("describe_pain", facts=[*told("area", "neck", "neck"), *has("pregnant")])
    assert found.values("area") == ("neck",)
    assert found.values("situation") == ()
    assert found.intent == "describe_pain"


def test_focus_remembers_what_was_shown() -> None:
    focus = Focus()
    focus.show(["a", "b"], "ice")
    focus.show(["b", "c"], "heat")
    assert focus.history.shown == ["a", "b", "c"]
    assert (focus.last, focus.entry, focus.topic) == (["b", "c"], "b", "heat")
    focus.show([], None)
    assert focus.entry == "b"
    focus.show([f"entry-{number}" for number in range(100)], None)
    assert len(focus.history.shown) == SHOWN_LIMIT


def test_focus_survives_the_slot() -> None:
    focus = Focus(Request(areas=("neck",)), "ice", ["a"], "a", History(["a"], ["b"], ["c"]), 3, 1, "asked")
    assert Focus.from_dict(focus.to_dict()) == focus
    assert Focus.from_dict(None) == Focus()
    assert Focus().to_dict() == {}


def test_a_pending_question_survives_the_slot() -> None:
    pending = Pending("meaning", OPTIONS)
    assert Pending.from_dict(pending.to_dict()) == pending
    assert Pending.from_dict(None) is None
    assert Pending.from_dict({}) is None
