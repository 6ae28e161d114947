"""What a person told is remembered, corrected, and given to whom it belongs."""

from __future__ import annotations

import pytest

from backtalk.facts import Fact
from backtalk.profile import Person, Profile, remember
from backtalk.vocabulary import vocabulary
from tests.messages import denies, has, told

WIFE = Fact("person", "your wife", "other", "your wife")


def test_conditions_are_remembered_once() -> None:
    profile = Profile()
    assert remember(profile, has("pregnant", "diabetes")) == ["pregnant", "diabetes"]
    assert remember(profile, has("pregnant")) == []
    assert profile.me.conditions == ["pregnant", "diabetes"]


def test_age_and_weeks_are_remembered() -> None:
    profile = Profile()
    assert remember(profile, [*told("age", "67"), *told("weeks", "24")]) == ["age", "weeks"]
    assert (profile.me.age, profile.me.weeks, profile.me.conditions) == (67, 24, ["pregnant"])
    assert remember(profile, told("age", "67")) == []
    assert remember(profile, told("age", "68")) == ["age"]


def test_a_denial_takes_back() -> None:
    profile = Profile(Person(["pregnant", "diabetes"], weeks=20))
    assert remember(profile, denies("pregnant")) == ["-pregnant"]
    assert profile.me == Person(["diabetes"])
    assert remember(profile, denies("osteoporosis")) == []


def test_what_is_only_spoken_of_is_not_remembered() -> None:
    profile = Profile()
    assert remember(profile, [Fact("condition", "sciatica", "mentioned")]) == []
    assert profile == Profile()


def test_somebody_elses_conditions_are_theirs_and_advice_is_for_them() -> None:
    profile = Profile(Person(["diabetes"]))
    changed = remember(profile, [*has("pregnant", person="your wife"), WIFE])
    assert changed == ["pregnant", "subject"]
    assert profile.me.conditions == ["diabetes"]
    assert profile.others["your wife"].conditions == ["pregnant"]
    assert profile.person is profile.others["your wife"]


def test_talk_about_oneself_turns_the_advice_back() -> None:
    profile = Profile(others={"your wife": Person(["pregnant"])}, subject="your wife")
    remember(profile, has("diabetes"))
    assert profile.subject is None
    assert profile.person is profile.me


def test_no_thats_my_wife() -> None:
    profile = Profile()
    remember(profile, [*has("pregnant"), *told("weeks", "24")])
    changed = remember(profile, [WIFE], "correct_profile")
    assert changed == ["pregnant"]
    assert profile.me == Person()
    assert profile.others["your wife"] == Person(["pregnant"], weeks=24)


def test_a_correction_moves_only_what_was_said_last() -> None:
    profile = Profile()
    remember(profile, has("diabetes"))
    remember(profile, has("pregnant"))
    remember(profile, [WIFE], "correct_profile")
    assert profile.me.conditions == ["diabetes"]
    assert profile.others["your wife"].conditions == ["pregnant"]


def test_a_correction_does_not_give_her_a_condition_twice() -> None:
    profile = Profile(others={"your wife": Person(["pregnant"])})
    remember(profile, has("pregnant"))
    remember(profile, [WIFE], "correct_profile")
    assert profile.others["your wife"].conditions == ["pregnant"]


def test_asking_for_somebody_makes_them_the_subject() -> None:
    profile = Profile()
    assert remember(profile, [WIFE], "for_other") == ["subject"]
    assert profile.subject == "your wife"
    assert remember(Profile(), [WIFE], "describe_pain") == ["subject"]


def test_a_person_in_the_writers_story_is_nobody_to_advise() -> None:
    profile = Profile(Person(["pregnant"]))
    assert remember(profile, [Fact("person", "your wife", "mentioned", "your wife")], "describe_pain") == []
    assert profile.person is profile.me


def test_she_is_whoever_was_spoken_of() -> None:
    profile = Profile(others={"your wife": Person()}, subject="your wife")
    remember(profile, has("diabetes", person="this person"))
    assert profile.others["your wife"].conditions == ["diabetes"]


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (Person(), set()),
        (Person(["pregnant"]), {"pregnant", "pregnant_16w", "pregnant_28w"}),
        (Person(weeks=10), {"pregnant"}),
        (Person(weeks=15), {"pregnant"}),
        (Person(weeks=16), {"pregnant", "pregnant_16w"}),
        (Person(weeks=27), {"pregnant", "pregnant_16w"}),
        (Person(weeks=28), {"pregnant", "pregnant_16w", "pregnant_28w"}),
        (Person(age=17), {"under_18"}),
        (Person(age=18), set()),
        (Person(age=64), set()),
        (Person(age=65), {"over_65"}),
        (Person(["heart_failure"]), {"heart_failure", "heart_disease"}),
    ],
)
def test_what_follows_from_what_is_known(person: Person, expected: set[str]) -> None:
    assert person.known(vocabulary()) == expected


def test_what_is_mentioned_counts_for_the_moment() -> None:
    person = Person(["diabetes"])
    assert "osteoporosis" in person.known(vocabulary(), ["osteoporosis"])
    assert person.conditions == ["diabetes"]


def test_a_profile_survives_the_slot() -> None:
    profile = Profile(Person(["pregnant"], 31, 24), {"your dad": Person(["diabetes"])}, "your dad", ["pregnant"])
    assert Profile.from_dict(profile.to_dict()) == profile
    assert Profile.from_dict(None) == Profile()
    assert Profile().to_dict() == {"me": {}}
