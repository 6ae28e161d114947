"""The safety policy: above all others, certain or silent, and never nothing at all."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from backtalk.triage import SPEAK, SUMMARY
from components.safety_policy import SafetyPolicy
from tests.components.trackers import tracker, user
from tests.messages import message

LISTEN = "action_listen"


@pytest.fixture(scope="module")
def policy() -> SafetyPolicy:
    context = ExecutionContext(GraphSchema({}))
    return SafetyPolicy(SafetyPolicy.get_default_config(), None, Resource("policy"), context)  # type: ignore[arg-type]


def predict(policy: SafetyPolicy, talk: DialogueStateTracker, domain: Domain) -> tuple[str, dict[str, Any]]:
    """The action that is certain ("" for none), and the slots set; they are set in the conversation, as Rasa does."""
    found = policy.predict_action_probabilities(talk, domain)
    slots = {}
    for event in found.events:
        assert isinstance(event, SlotSet)
        slots[event.key] = event.value
        talk.update(event)
    best = max(range(len(found.probabilities)), key=lambda place: found.probabilities[place])
    return (domain.action_names_or_texts[best] if found.probabilities[best] == 1.0 else ""), slots


def test_it_ranks_above_every_policy_of_rasas_own(policy: SafetyPolicy) -> None:
    assert policy.priority > 6


def test_a_flag_is_said_then_the_summary_then_the_bot_listens(policy: SafetyPolicy, domain: Domain) -> None:
    talk = tracker(domain, user(message("describe_pain", text="it hurts"), "RF-CES"))
    action, slots = predict(policy, talk, domain)
    assert action == SPEAK
    assert slots["triage"]["open"] == ["RF-CES"]
    for following in (SUMMARY, LISTEN):
        talk.update(ActionExecuted(action))
        talk.update(BotUttered("said"))
        action, _ = predict(policy, talk, domain)
        assert action == following


def test_a_harmless_message_is_left_to_the_others(policy: SafetyPolicy, domain: Domain) -> None:
    talk = tracker(domain, user(message("describe_pain", text="it hurts")))
    assert predict(policy, talk, domain) == ("", {})
    talk.update(ActionExecuted("action_advise"))
    talk.update(BotUttered("three things"))
    assert predict(policy, talk, domain) == ("", {})


def test_an_action_that_said_nothing_is_followed_by_an_apology(policy: SafetyPolicy, domain: Domain) -> None:
    talk = tracker(domain, user(message("describe_pain", text="it hurts")), ActionExecuted("action_advise"))
    action, slots = predict(policy, talk, domain)
    assert action == SPEAK
    assert slots["triage"]["saying"]["kind"] == "unavailable"
    talk.update(ActionExecuted(SPEAK))
    talk.update(BotUttered("sorry"))
    assert predict(policy, talk, domain)[0] == LISTEN


def test_a_doubt_is_asked_and_waits(policy: SafetyPolicy, domain: Domain) -> None:
    talk = tracker(domain, user(message("describe_pain", text="odd down there"), doubtful=("RF-CES",)))
    action, slots = predict(policy, talk, domain)
    assert action == SPEAK
    assert slots["pending"]["about"] == "red_flag"


def test_an_open_flag_holds_the_next_turn(policy: SafetyPolicy, domain: Domain) -> None:
    triage = {"open": ["RF-CES"], "held": "emergency"}
    talk = tracker(domain, user(message("ask_exercises", text="exercises please")), triage=triage)
    action, slots = predict(policy, talk, domain)
    assert action == SPEAK
    assert slots["triage"]["saying"]["kind"] == "hold"


def test_an_intent_that_was_typed_unlocks_nothing(policy: SafetyPolicy, domain: Domain) -> None:
    triage = {"open": ["RF-CES"], "held": "emergency"}
    talk = tracker(domain, user(message("clinician_cleared", text="/clinician_cleared")), triage=triage)
    _, slots = predict(policy, talk, domain)
    assert slots["triage"]["held"] == "emergency"


def test_before_any_message_it_is_silent(policy: SafetyPolicy, domain: Domain) -> None:
    assert predict(policy, tracker(domain), domain)[0] == ""
