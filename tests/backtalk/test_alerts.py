"""The words of alerts, holds and questions; the cards; and the summary for a clinician."""

from __future__ import annotations

import re
from typing import Any, Optional

import pytest

from backtalk.alerts import Speaker
from backtalk.catalogue import Flag, Tier, catalogue
from backtalk.conversation import Option, Pending
from backtalk.numbers import REGION_VARIABLE
from backtalk.phrases import phrases
from backtalk.profile import Person, Profile
from backtalk.triage import Nurse, Screened, Triage
from backtalk.vocabulary import vocabulary
from tests.messages import message

SPEAKER = Speaker(catalogue(), phrases(), vocabulary())
NURSE = Nurse(catalogue(), phrases(), frozenset())
FLAGS = [pytest.param(flag, id=flag.id) for flag in catalogue()]
#: Rule 11 of the catalogue: never diagnose, never rule out, never reassure.
NEVER = re.compile(
    r"(?:^|[.!?] )You have |it is probably|don't worry|nothing to worry|you are fine|harmless", re.MULTILINE
)


@pytest.fixture(autouse=True)
def _no_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REGION_VARIABLE, raising=False)


def raised(*flags: str, text: str = "it hurts") -> Triage:
    return NURSE.step(Triage(), None, message("describe_pain", text=text), Screened(flags)).state


def say(state: Triage, region: Optional[str] = None, pending: Optional[Pending] = None) -> tuple[str, Any, list[str]]:
    return SPEAKER.say(state, region, Profile(), pending)


def kind(name: str, flags: list[str], tier: str, turn: int = 0) -> Triage:
    return Triage(open=flags, held=tier, saying={"kind": name, "flags": flags, "tier": tier, "turn": turn})


@pytest.mark.parametrize("flag", FLAGS)
def test_an_alert_says_what_to_do_and_what_not_to_and_diagnoses_nothing(flag: Flag) -> None:
    text, card, buttons = say(raised(flag.id), "GB")
    assert flag.suspected in text
    assert not re.search(r"\{\w+\}", text)
    if flag.tier is Tier.EMERGENCY:
        assert "999" in text
    assert not NEVER.search(text), NEVER.search(text)
    assert buttons == []
    assert (card["type"], card["tier"], card["flags"]) == ("alert", flag.tier.value, [flag.id])
    assert ("summary" in card) is (flag.tier is not Tier.SOON)


def test_other_flags_are_named_to_be_told_too() -> None:
    text, card, _ = say(raised("RF-PE", "RF-DVT", "RF-PERSIST"))
    assert "You also told me of something else that counts" in text
    assert set(card["flags"]) == {"RF-PE", "RF-DVT", "RF-PERSIST"}


def test_a_flag_is_named_once_in_the_alert() -> None:
    text, _, _ = say(raised("RF-PE", "RF-DVT"))
    name = catalogue()["RF-DVT"].name.lower()
    assert text.lower().count(name) == 1


def test_two_soon_flags_are_said_to_count_together() -> None:
    text, card, _ = say(raised("RF-NIGHT", "RF-WEIGHTLOSS"))
    assert "Two things you told me" in text
    assert card["tier"] == "urgent"


def test_the_words_vary_when_a_flag_is_raised_again() -> None:
    state = raised("RF-CES")
    texts = [say(state)[0]]
    for _ in range(2):
        state = NURSE.step(state, None, message("describe_pain"), Screened(("RF-CES",))).state
        texts.append(say(state)[0])
    assert len(set(texts)) == 3


@pytest.mark.parametrize("name", ["hold", "hold_crisis", "refuse", "agree", "hold_bye"])
def test_while_a_flag_is_open_the_alert_stays_in_view(name: str) -> None:
    text, card, _ = say(kind(name, ["RF-CES"], "emergency"), "GB")
    assert text
    assert (card["type"], card["repeat"], card["flags"]) == ("alert", True, ["RF-CES"])


@pytest.mark.parametrize(
    ("flags", "tier", "words"),
    [
        (["RF-CES"], "emergency", "Please call 999 or 112"),
        (["RF-DVT"], "urgent", "today"),
        (["RF-SUICIDE"], "emergency", "if you might act on it"),
        (["RF-OVERDOSE"], "emergency", "Please call 999 or 112"),
    ],
)
def test_the_hold_says_whom_to_call(flags: list[str], tier: str, words: str) -> None:
    assert words in say(kind("hold", flags, tier), "GB")[0]


def test_a_doubt_is_a_question_with_buttons() -> None:
    pending = Pending("red_flag", [Option("Yes", "yes:RF-CES"), Option("No", "no:RF-CES")])
    text, card, buttons = say(kind("doubt", ["RF-CES"], ""), None, pending)
    assert catalogue()["RF-CES"].question in text
    assert buttons == ["Yes", "No"]
    assert card["type"] == "question"
    assert card["about"] == "red_flag"
    assert card["choices"] == [{"title": "Yes", "payload": "Yes"}, {"title": "No", "payload": "No"}]


@pytest.mark.parametrize("name", ["clear_question_checked", "clear_question_mistake"])
def test_the_question_before_unlocking_has_buttons(name: str) -> None:
    pending = Pending("clearance", [Option("Yes", "clear:x"), Option("No", "hold:x")])
    text, card, buttons = say(kind(name, ["RF-CES"], "emergency"), None, pending)
    assert text.endswith("?")
    assert buttons == ["Yes", "No"]
    assert card["type"] == "question"


@pytest.mark.parametrize("name", ["help_now", "unavailable"])
def test_help_is_named_without_any_flag(name: str) -> None:
    text, card, _ = say(Triage(saying={"kind": name}), "US")
    assert "911" in text
    assert card is None


def test_with_nothing_to_say_help_is_named() -> None:
    assert "your local emergency number" in say(Triage())[0]


def test_numbers_ask_for_the_country_where_none_is_known() -> None:
    state = kind("numbers", ["RF-CES"], "emergency")
    assert phrases().say("numbers_region_question") in say(state)[0]
    assert phrases().say("numbers_region_question") not in say(state, "GB")[0]


def test_the_summary_has_five_lines_and_no_diagnosis() -> None:
    profile = Profile(Person(["diabetes"], age=67))
    lines = SPEAKER.summary(raised("RF-CES", text="my seat is numb"), profile, 21, False)
    assert len(lines) == 5
    assert "my seat is numb" in lines[0]
    assert "about 3 weeks" in lines[1]
    assert "67 years old" in lines[2]
    assert "diabetes" in lines[2]
    assert "nothing so far" in lines[3]
    assert lines[4].startswith("To be checked for: ")
    assert SPEAKER.summary_text(lines).startswith("To show or read out:\n")


@pytest.mark.parametrize(
    ("days", "words"),
    [(None, "not said"), (1, "about 1 day"), (6, "about 6 days"), (7, "about 1 week"), (60, "about 2 months"),
     (400, "about 1 year")],
)  # fmt: skip
def test_since_when_in_words(days: Optional[int], words: str) -> None:
    assert words in SPEAKER.summary(raised("RF-CES"), Profile(), days, False)[1]


def test_the_summary_of_somebody_else_says_whose_it_is() -> None:
    profile = Profile(others={"your wife": Person(["pregnant"], weeks=24)}, subject="your wife")
    about = SPEAKER.summary(raised("RF-CES"), profile, None, True)[2]
    assert "your wife" in about
    assert "24 weeks pregnant" in about
    assert "pregnancy" in about


def test_what_the_checklist_ruled_out_is_told() -> None:
    lines = SPEAKER.summary(raised("RF-CES"), Profile(), None, True)
    assert "the short checklist of warning signs" in lines[3]
