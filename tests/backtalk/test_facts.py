"""What a message says about people: conditions, ages, weeks, durations, situations, areas; and whose they are."""

from __future__ import annotations

import pytest

from backtalk.context import Analysis
from backtalk.fact import DENIED, OTHER, SELF, Fact
from backtalk.facts import fact_finder, states_condition
from backtalk.language import clean, english


def facts(text: str, *kinds: str) -> list[tuple[str, str, str]]:
    """(kind, value, whose) of the facts of those kinds; whose is "me", "denied", "mentioned", or the person."""
    found = fact_finder().find(english().make_doc(clean(text)))
    return [(fact.kind, fact.value, whose(fact)) for fact in found if fact.kind in kinds]


def whose(fact: Fact) -> str:
    return fact.person or {"self": "me"}.get(fact.role, fact.role)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am pregnant", [("pregnant", "me")]),
        ("I'm pregnant and my back hurts", [("pregnant", "me")]),
        ("diabetic, type 2", [("diabetes", "me")]),
        ("I take blood thinners", [("blood_thinners", "me")]),
        ("67 and on warfarin", [("blood_thinners", "me")]),
        ("I have a slipped disc", [("disc_herniation", "me")]),
        ("years ago I had a slipped disc", [("disc_herniation", "me")]),
        ("I have diabetes and osteoporosis", [("diabetes", "me"), ("osteoporosis", "me")]),
        ("I had a baby 3 weeks ago", [("postpartum", "me")]),
        # Supposed of oneself: answered as if it were so.
        ("and if I'm pregnant?", [("pregnant", "me")]),
        ("what if I have osteoporosis", [("osteoporosis", "me")]),
        ("can I do yoga with sciatica", [("sciatica", "me")]),
        # Denied.
        ("I am not pregnant", [("pregnant", "denied")]),
        ("no diabetes", [("diabetes", "denied")]),
        ("I don't have osteoporosis", [("osteoporosis", "denied")]),
        # Of somebody else.
        ("my wife is pregnant", [("pregnant", "your wife")]),
        ("my mum has osteoporosis", [("osteoporosis", "your mum")]),
        ("I have diabetes and my wife is pregnant", [("diabetes", "me"), ("pregnant", "your wife")]),
        # Only spoken of.
        ("what is sciatica", [("sciatica", "mentioned")]),
        ("exercises for sciatica", [("sciatica", "mentioned")]),
        # Over, and what passes is gone with it.
        ("I was pregnant ten years ago", []),
        ("osteoporosis runs in the family", []),
        ("my dog has diabetes", []),
        ("my back hurts", []),
    ],
)
def test_conditions(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(value, who) for _, value, who in facts(text, "condition")] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'm 67", [("67", "me")]),
        ("i am 45 years old", [("45", "me")]),
        ("45 year old with a sore neck", [("45", "me")]),
        ("45yo", [("45", "me")]),
        ("aged 70", [("70", "me")]),
        ("I just turned 40", [("40", "me")]),
        ("I'm nearly 80", [("80", "me")]),
        ("32f desk job", [("32", "me")]),
        ("male, 51, bad back", [("51", "me")]),
        ("67 and on warfarin", [("67", "me")]),
        ("I'm 15", [("15", "me")]),
        ("I am 16 and my back hurts from school", [("16", "me")]),
        ("my son is 12", [("12", "your son")]),
        ("my daughter is 7", [("7", "your daughter")]),
        ("my 12 year old son has a sore back", [("12", "your son")]),
        ("I'm 41, my wife is pregnant", [("41", "me")]),
        ("my wife is 32", [("32", "your wife")]),
        ("my wife, 32, has a sore back", [("32", "your wife")]),
        ("my dad's 81", [("81", "your dad")]),
        ("she is 67", [("67", "this person")]),
        # Numbers that are nobody's age; a wrong one sends a grown-up down the path for children.
        ("I'm 12 weeks pregnant", []),
        ("i am 12 weeks and my back aches", []),
        ("I'm 12 weeks along", []),
        ("i am 30 minutes late", []),
        ("hold for 30 seconds", []),
        ("is my 10 year old mattress too old", []),
        ("how do i lift my 2 year old then", []),
        ("sore from carrying my 3 year old around, i'm 34", [("34", "me")]),
        ("my 2 year old has a sore back", [("2", "me")]),
        ("my mattress is 10 years old", []),
        ("the bed is about 15 years old", []),
        ("an office chair that is 9 years old", []),
        ("a 3 year old knee injury", []),
        ("can I walk 15 m", []),
        ("is just 12 reps enough", []),
        ("I'm 10/10 sore", []),
        ("I did 20 squats", []),
        ("back pain for 12 years", []),
        ("since 1999", []),
        ("I am 200 years old", []),
    ],
)
def test_ages(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(value, who) for _, value, who in facts(text, "age")] == expected


def test_a_mattress_does_not_hide_the_age_of_its_owner() -> None:
    assert facts("I'm 15 years old and my mattress is 10 years old", "age") == [("age", "15", "me")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'm 24 weeks pregnant", [("24", "me")]),
        ("24 weeks gone", [("24", "me")]),
        ("pregnant, 30 weeks", [("30", "me")]),
        ("5 months pregnant", [("22", "me")]),
        ("seven months pregnant", [("30", "me")]),
        ("second trimester", [("20", "me")]),
        ("I am in my third trimester", [("32", "me")]),
        ("heavily pregnant", [("32", "me")]),
        ("my wife is 24 weeks pregnant", [("24", "your wife")]),
        ("sore for 6 weeks", []),
        ("3 weeks postpartum", []),
    ],
)
def test_weeks_of_pregnancy(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(value, who) for _, value, who in facts(text, "weeks")] == expected


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("sore for 3 weeks", "21"),
        ("for a couple of weeks", "14"),
        ("since two months", "60"),
        ("a year now", "365"),
        ("since 5 days", "5"),
        ("for an hour", "0"),
        ("it began ten days ago", "10"),
    ],
)
def test_durations_in_days(text: str, days: str) -> None:
    assert facts(text, "duration") == [("duration", days, "me")]


@pytest.mark.parametrize("text", ["my back hurts", "I am 24 weeks pregnant", "I'm 45 years old"])
def test_no_duration(text: str) -> None:
    assert facts(text, "duration") == []


@pytest.mark.parametrize(
    ("text", "level"), [("pain 7/10", "7"), ("8 out of 10", "8"), ("10/10", "10"), ("7.5/10", "7")]
)
def test_intensity(text: str, level: str) -> None:
    assert facts(text, "intensity") == [("intensity", level, "me")]


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("it hurts when I sit", "situation", {"sitting"}),
        ("driving hurts my lower back", "situation", {"driving"}),
        ("driving hurts my lower back", "area", {"lower_back"}),
        ("my neck hurts", "area", {"neck"}),
        ("stretches for office", "kind", {"stretch"}),
        ("any exercises?", "kind", {"exercise"}),
        ("I live in Germany", "region", {"DE"}),
        ("we live in the usa", "region", {"US"}),
        ("my back does not hurt when sitting", "situation", set()),
        ("hello", "area", set()),
    ],
)
def test_situations_areas_kinds_and_countries(text: str, kind: str, values: set[str]) -> None:
    assert {value for _, value, _ in facts(text, kind)} == values


@pytest.mark.parametrize(
    ("text", "people"),
    [("no, that's my wife", ["your wife"]), ("it is for my dad and my son", ["your dad", "your son"]), ("my back", [])],
)
def test_people(text: str, people: list[str]) -> None:
    assert [value for _, value, _ in facts(text, "person")] == people


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("my wife has a sore back", "other"),
        ("my old dad's back hurts when he sits", "other"),
        ("exercises for my son", "other"),
        ("my wife says I should ice it", "mentioned"),
        ("my back hurts since I carried my son", "mentioned"),
        ("my husband massaged me", "mentioned"),
        ("my wife thinks my chair is bad", "mentioned"),
    ],
)
def test_people_who_only_come_into_the_story_are_told_apart(text: str, role: str) -> None:
    found = fact_finder().find(english().make_doc(clean(text)))
    assert [fact.role for fact in found if fact.kind == "person"] == [role]


def test_each_fact_is_named_once() -> None:
    assert facts("pregnant, I am pregnant, so pregnant", "condition") == [("condition", "pregnant", "me")]


def test_positions_are_those_of_the_text() -> None:
    doc = english().make_doc("i have a slipped disc and my neck hurts")
    for fact in fact_finder().find(doc):
        if fact.kind in ("condition", "area"):
            assert doc.text[fact.start : fact.end] in ("slipped disc", "a slipped disc", "neck", "my neck")


@pytest.mark.parametrize("text", ["", " ", "?!", "😀😀", "<b>x</b>", "SELECT * FROM x; --", "x" * 5000, "12 " * 500])
def test_odd_text_is_no_trouble(text: str) -> None:
    assert isinstance(fact_finder().find(english().make_doc(clean(text))), list)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("diabetic foot bath ok?", SELF),
        ("my diabetes is fine, can I do a foot bath", SELF),
        ("would someone with diabetes be ok with this", OTHER),
        ("no diabetes, can I do a foot bath", DENIED),
    ],
)
def test_ok_denies_no_condition(text: str, role: str) -> None:
    """Else the very remedy that the condition forbids would be offered."""
    doc = english().make_doc(text)
    roles = {fact.role for fact in fact_finder().find(doc, Analysis(doc)) if fact.value == "diabetes"}
    assert roles == {role}


def stated(text: str) -> bool:
    doc = english().make_doc(clean(text))
    return states_condition(doc.text, fact_finder().find(doc, Analysis(doc)))


@pytest.mark.parametrize("text", ["he has gout", "i got gout", "i am vegan", "my mum has asthma"])
def test_a_bare_statement_of_a_condition_is_one(text: str) -> None:
    assert stated(text)


@pytest.mark.parametrize("text", ["what helps against gout", "can i cure my asthma", "my back is sore", "is gout bad?"])
def test_a_question_about_a_condition_is_none(text: str) -> None:
    assert not stated(text)


@pytest.mark.parametrize(
    ("text", "somebody"),
    [
        ("how are you today my friend", False),
        ("hello my friend, my back hurts", False),
        ("my friend has a bad back", True),
        ("hi my friend has a bad back", True),
    ],
)
def test_my_friend_may_be_whoever_is_spoken_to(text: str, somebody: bool) -> None:
    assert any("your friend" in one for one in facts(text, "person")) is somebody
