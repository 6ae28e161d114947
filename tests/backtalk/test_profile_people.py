"""Whom the advice is for, when several people are named."""

from __future__ import annotations

from typing import Optional

import pytest

from backtalk.fact import OTHER, SELF, Fact
from backtalk.profile import Profile, remember

WIFE = Fact("person", "your wife", OTHER, "your wife")
HER_DISC = Fact("condition", "disc_herniation", OTHER, "your wife")


@pytest.mark.parametrize(
    ("text", "intent", "facts", "subject"),
    [
        ("my wife bought me a chair and my back hurts", "describe_pain", [WIFE], None),
        ("my wife says ice is bad", "ask_ice", [WIFE], None),
        ("my back hurts since my wife drives", "describe_pain", [WIFE], None),
        ("what about a hot foot bath. my late wife swore by it", "ask_foot_soak", [WIFE], None),
        ("but my wife can check the water", "ask_foot_soak", [WIFE], None),
        ("ok wife drive me to hospital", "clinician_cleared", [WIFE], None),
        ("and my wife, on her feet all day", "ask_footwear", [WIFE], "your wife"),
        ("my wifes back is killing her", "describe_pain", [WIFE], "your wife"),
        ("my wife has a slipped disc", "inform_profile", [WIFE, HER_DISC], "your wife"),
        ("what can i do for my wife", "for_other", [WIFE], "your wife"),
        ("stretches for my wife, my back is fine", "ask_exercises", [WIFE], "your wife"),
    ],
)  # fmt: skip
def test_a_person_named_in_passing_is_not_the_subject(
    text: str, intent: str, facts: list[Fact], subject: Optional[str]
) -> None:
    profile = Profile()
    remember(profile, facts, intent, text)
    assert profile.subject == subject


@pytest.mark.parametrize(
    ("text", "facts"),
    [("and which stretches for me?", []), ("i am 50", [Fact("age", "50", SELF)])],
)
def test_the_talk_comes_back_to_the_writer(text: str, facts: list[Fact]) -> None:
    profile = Profile(subject="your wife")
    assert "me" in remember(profile, facts, "inform_profile", text)
    assert profile.subject is None


def test_weeks_alone_make_a_pregnancy_that_can_be_corrected() -> None:
    profile = Profile()
    remember(profile, [Fact("weeks", "20", SELF)], "describe_pain", "20 weeks, sore back")
    remember(profile, [WIFE], "correct_profile", "no, that is my wife")
    assert "pregnant" not in profile.me.conditions
    assert profile.me.weeks is None
    assert profile.others["your wife"].weeks == 20
    assert profile.others["your wife"].conditions == ["pregnant"]


@pytest.mark.parametrize(
    ("text", "unclear"),
    [
        ("can i put heat on it", True),
        ("is there anything i am allowed", True),
        ("can i rub it for her", False),
        ("how long should he sit", False),
        ("and for how long?", False),
    ],
)
def test_what_may_be_about_the_writer_counts_for_both(text: str, unclear: bool) -> None:
    profile = Profile(subject="your wife")
    remember(profile, [], "ask_heat", text)
    assert profile.unclear is unclear
    assert Profile.from_dict(profile.to_dict()).unclear is unclear
