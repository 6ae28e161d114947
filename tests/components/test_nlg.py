"""Responses: the safety policy's words by channel, and Rasa's templates in turn."""

from __future__ import annotations

import asyncio
from typing import Any, Optional

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from backtalk.catalogue import catalogue
from backtalk.phrases import phrases
from backtalk.triage import SPEAK, SUMMARY, Nurse, Screened, Triage
from components.nlg import BacktalkNLG
from tests.components.trackers import tracker, user
from tests.messages import has, message, told

NURSE = Nurse(catalogue(), phrases(), frozenset())


@pytest.fixture(scope="module")
def nlg(domain: Domain) -> BacktalkNLG:
    return BacktalkNLG(None, domain)


def say(nlg: BacktalkNLG, name: str, talk: DialogueStateTracker) -> Optional[dict[str, Any]]:
    return asyncio.run(nlg.generate(name, talk, "collector"))


def alerted(domain: Domain, channel: str = "rest", **slots: Any) -> DialogueStateTracker:
    said = message("describe_pain", text="my seat is numb", facts=told("duration", "21"))
    step = NURSE.step(Triage(), None, said, Screened(("RF-CES",)))
    return tracker(domain, user(said, "RF-CES", channel=channel), triage=step.state.to_dict(), **slots)


def test_an_alert_is_the_catalogues_words_and_the_card(nlg: BacktalkNLG, domain: Domain) -> None:
    found = say(nlg, SPEAK, alerted(domain, region="GB"))
    assert found is not None
    assert "999" in found["text"]
    assert found["custom"]["type"] == "alert"
    assert found["custom"]["tier"] == "emergency"
    assert "about 3 weeks" in found["custom"]["summary"][1]


@pytest.mark.parametrize("channel", ["telegram", "cmdline", ""])
def test_channels_without_data_get_the_text_alone(nlg: BacktalkNLG, domain: Domain, channel: str) -> None:
    found = say(nlg, SPEAK, alerted(domain, channel))
    assert found is not None
    assert found["text"]
    assert "custom" not in found


def test_the_summary_quotes_the_user_and_what_is_known(nlg: BacktalkNLG, domain: Domain) -> None:
    profile = {"me": {"conditions": ["diabetes"], "age": 67}, "seen": 3.0}
    found = say(nlg, SUMMARY, alerted(domain, profile=profile))
    assert found is not None
    assert "my seat is numb" in found["text"]
    assert "67 years old and diabetes" in found["text"]


@pytest.mark.parametrize(("channel", "buttons"), [("rest", True), ("telegram", True), ("cmdline", False)])
def test_a_doubt_has_buttons_or_numbered_lines(nlg: BacktalkNLG, domain: Domain, channel: str, buttons: bool) -> None:
    said = message("describe_pain", text="odd down there", facts=has("diabetes"))
    step = NURSE.step(Triage(), None, said, Screened((), ("RF-CES",)))
    assert step.pending is not None
    talk = tracker(domain, user(said, channel=channel), triage=step.state.to_dict(), pending=step.pending.to_dict())
    found = say(nlg, SPEAK, talk)
    assert found is not None
    assert bool(found.get("buttons")) is buttons
    assert ("1) " in found["text"]) is not buttons


def test_a_response_takes_the_wording_that_was_used_least(nlg: BacktalkNLG, domain: Domain) -> None:
    wordings = [one["text"] for one in domain.responses["utter_when_doctor"]]
    talk = tracker(domain, UserUttered("x", {"name": "ask_when_doctor"}))
    said = []
    for _ in range(2 * len(wordings)):
        found = say(nlg, "utter_when_doctor", talk)
        assert found is not None
        said.append(found["text"])
        talk.update(BotUttered(found["text"]))
    assert said == wordings * 2


def test_an_unknown_response_is_none(nlg: BacktalkNLG, domain: Domain) -> None:
    assert say(nlg, "utter_nothing", tracker(domain)) is None


def test_with_an_empty_state_help_is_named(nlg: BacktalkNLG, domain: Domain) -> None:
    found = say(nlg, SPEAK, tracker(domain, user(message("alarm", text="help"))))
    assert found is not None
    assert "emergency number" in found["text"]
