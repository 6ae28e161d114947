"""Forgetting everything, and starting afresh."""

from __future__ import annotations

from actions.privacy import SLOTS, ActionForget, ActionStartOver
from backtalk.phrases import phrases
from backtalk.yaml_files import ROOT, read_yaml
from tests.actions.builder import Talk

FULL = {
    "profile": {"me": {"conditions": ["pregnant"]}},
    "focus": {"topic": "ice"},
    "pending": {"about": "screen", "options": []},
    "triage": {"open": ["RF-CES"], "held": "emergency"},
    "region": "DE",
}


def test_forgetting_empties_every_slot_of_the_domain() -> None:
    assert set(SLOTS) == set(read_yaml(ROOT / "domain.yml")["slots"])
    answer = Talk(**FULL).say("forget_me").run(ActionForget())
    assert answer.slots == dict.fromkeys(SLOTS)
    assert answer.texts == [phrases().say("forgotten")]


def test_starting_over_keeps_the_person_and_an_open_flag() -> None:
    talk = Talk(**FULL).say("start_over")
    answer = talk.run(ActionStartOver())
    assert answer.slots == {"focus": None, "pending": None}
    assert talk.slots["triage"]["held"] == "emergency"
    assert talk.slots["profile"] == FULL["profile"]
