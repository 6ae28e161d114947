"""What is written into Rasa's parse data can be read from it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backtalk.conversation import Ask, Guess, Message, Option
from backtalk.facts import Fact
from backtalk.wire import READING, entity, fact, message_of, numbered, reading


@pytest.mark.parametrize(
    "one",
    [
        Fact("condition", "pregnant"),
        Fact("condition", "pregnant", "denied", None, 3, 9),
        Fact("condition", "diabetes", "other", "your wife", 1, 5),
        Fact("age", "67"),
    ],
)
def test_a_fact_survives_as_an_entity(one: Fact) -> None:
    assert fact(json.loads(json.dumps(entity(one)))) == one


def test_a_message_survives_the_parse_data() -> None:
    asks = (Ask("ask_ice", 0.9, (Guess("ice-pack", 0.5),)), Ask("ask_heat", 0.8))
    message = Message("I am prgnant", "i am pregnant", asks, (Fact("condition", "pregnant", "self", None, 5, 13),))
    raw: dict[str, Any] = {
        "text": message.text,
        "intent": {"name": "ask_ice", "confidence": 0.9},
        "entities": [entity(one) for one in message.facts],
        READING: reading(message),
    }
    assert message_of(json.loads(json.dumps(raw))) == message


def test_an_intent_that_was_typed_goes_before_the_reading() -> None:
    raw = {"text": "/greet", "intent": {"name": "greet", "confidence": 1.0}, "entities": []}
    found = message_of(raw)
    assert (found.intent, found.text, found.mended, found.facts) == ("greet", "/greet", "/greet", ())
    raw[READING] = {"mended": "hi", "asks": [{"intent": "ask_ice", "confidence": 0.4, "guesses": []}]}
    assert message_of(raw).intent == "greet"


@pytest.mark.parametrize("raw", [{}, {"text": None, "intent": None, "entities": None}, {"intent": {"name": None}}])
def test_next_to_nothing_is_a_message_too(raw: dict[str, Any]) -> None:
    found = message_of(raw)
    assert (found.text, found.intent, found.facts) == ("", "", ())


def test_entities_of_other_makers_are_passed_over() -> None:
    assert message_of({"entities": [{"value": "x"}, {"entity": "x"}]}).facts == ()


def test_options_are_numbered_lines() -> None:
    assert numbered("Which?", [Option("Ice", "i"), Option("Heat", "h")]) == "Which?\n1) Ice\n2) Heat"
