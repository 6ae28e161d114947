"""What every action does: never silent, never failing, nothing of the user's in the log; cards by channel."""

from __future__ import annotations

import importlib
import inspect
import json
import logging
import pkgutil
import subprocess
import sys
from typing import Any

import pytest
from rasa_sdk import Action

import actions
from actions.advice import ActionAdvise
from actions.base import BacktalkAction
from backtalk.phrases import phrases
from backtalk.yaml_files import ROOT, read_yaml
from tests.actions.builder import SECRET, Talk, breaking
from tests.messages import has

ICE = "ice-compress-three-times-daily"


def all_actions() -> list[type[Action]]:
    """Every action class of the package, as the SDK would find them."""
    found = []
    for module in pkgutil.iter_modules(actions.__path__):
        for _, one in inspect.getmembers(importlib.import_module(f"actions.{module.name}"), inspect.isclass):
            if (
                issubclass(one, Action)
                and one not in (Action, BacktalkAction)
                and one.__module__.startswith("actions.")
            ):
                found.append(one)
    return list(dict.fromkeys(found))


BACKTALK_ACTIONS = [one for one in all_actions() if issubclass(one, BacktalkAction)]


def test_the_domain_names_every_action_and_no_other() -> None:
    names = [one().name() for one in all_actions()]
    assert len(names) == len(set(names))
    assert sorted(names) == sorted(read_yaml(ROOT / "domain.yml")["actions"])


@pytest.mark.parametrize("action", BACKTALK_ACTIONS, ids=lambda one: one.action_name)
def test_a_failing_action_says_sorry_and_logs_no_word_of_the_user(
    action: type[BacktalkAction], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(action, "reply", breaking)
    caplog.set_level(logging.DEBUG)
    told = Talk().say("describe_pain", text=SECRET).run(action())
    assert told.texts == [phrases().say("sorry")]
    assert told.slots == {}
    assert told.card is None
    assert action.action_name in caplog.text
    assert "Breaks" in caplog.text
    assert "Traceback" in caplog.text, "the log says where"
    assert SECRET not in caplog.text


def test_what_was_half_said_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def say(dispatcher: Any, *_: Any) -> None:
        dispatcher.utter_message(text="half an answer")
        raise RuntimeError

    monkeypatch.setattr(BacktalkAction, "_say", staticmethod(say))
    told = Talk().say("ask_ice", ICE).run(ActionAdvise())
    assert told.texts == [phrases().say("sorry")]


@pytest.mark.parametrize(
    "slots",
    [
        {"profile": {"me": {"colour": "red"}}},
        {"focus": {"last": None, "nonsense": 1}},
        {"pending": {"options": []}},
        {"triage": "no"},
        {"profile": ["x"]},
    ],
)
@pytest.mark.parametrize("action", BACKTALK_ACTIONS, ids=lambda one: one.action_name)
def test_broken_slots_break_nothing(action: type[BacktalkAction], slots: dict[str, Any]) -> None:
    assert Talk(**slots).say("ask_ice", ICE).run(action()).texts


@pytest.mark.parametrize("text", ["😀😀", "?!", "<b>x</b>", "SELECT * FROM users; --", "x" * 10_000, "/intent{}"])
@pytest.mark.parametrize("action", BACKTALK_ACTIONS, ids=lambda one: one.action_name)
def test_odd_messages_get_an_answer(action: type[BacktalkAction], text: str) -> None:
    assert Talk().say("nlu_fallback", text=text).run(action()).texts


@pytest.mark.parametrize("action", all_actions(), ids=lambda one: one.__name__)
def test_a_conversation_without_a_message_gets_an_answer(action: type[Action]) -> None:
    told = Talk().run(action())
    assert told.texts or told.responses


@pytest.mark.parametrize("channel", ["rest", "web"])
def test_channels_that_carry_data_get_one_card_and_buttons(channel: str) -> None:
    told = Talk(channel).say("ask_ice", ICE).run(ActionAdvise())
    assert told.remedies == [ICE]
    assert told.buttons == ["None of these", "One of these"]
    assert "1)" not in told.text


def test_telegram_gets_text_and_buttons_but_no_card() -> None:
    told = Talk("telegram").say("ask_ice", ICE).run(ActionAdvise())
    assert told.card is None
    assert told.buttons == ["None of these", "One of these"]
    assert "A wrapped cold pack" in told.text


def test_the_shell_gets_numbered_lines_and_neither_card_nor_buttons() -> None:
    told = Talk("cmdline").say("ask_ice", ICE).run(ActionAdvise())
    assert told.card is None
    assert told.buttons == []
    assert told.texts[-1].endswith("\n1) None of these\n2) One of these")


def test_in_the_turn_of_an_alert_no_second_card_comes() -> None:
    triage = {"saying": {"kind": "alert", "flags": ["RF-PERSIST"], "tier": "soon", "turn": 0}, "soon": ["RF-PERSIST"]}
    told = Talk(triage=triage).say("describe_pain").run(ActionAdvise())
    assert told.card is None
    assert told.texts


def test_while_a_flag_is_open_an_answer_ends_with_the_reminder() -> None:
    talk = Talk(triage={"open": ["RF-DVT"], "held": "urgent"}).say("ask_workspace", "screen-at-eye-level")
    told = talk.run(ActionAdvise())
    assert told.texts[-1] == phrases().say("held_reminder", when=phrases().say("held_today"))


def test_what_was_told_to_no_action_is_taken_in_later() -> None:
    talk = Talk().say("greet", facts=has("pregnant")).say("ask_mckenzie", "mckenzie-3-prone-press-up")
    told = talk.run(ActionAdvise())
    assert told.slots["profile"]["me"]["conditions"] == ["pregnant"]
    assert told.withheld == ["mckenzie-3-prone-press-up"]


def test_a_message_is_taken_in_once() -> None:
    talk = Talk().say("inform_profile", facts=has("pregnant"))
    talk.run(ActionAdvise())
    talk.slots["profile"]["me"] = {}
    talk.run(ActionAdvise())
    assert talk.slots["profile"]["me"] == {}


def test_slots_that_do_not_change_are_not_set() -> None:
    told = Talk().say("ask_ice", ICE).run(ActionAdvise())
    assert set(told.slots) == {"profile", "focus", "pending"}
    assert told.slots["pending"]["about"] == "screen"


def test_slots_are_json() -> None:
    talk = Talk().say("describe_pain", facts=has("pregnant"))
    talk.run(ActionAdvise())
    assert json.loads(json.dumps(talk.slots)) == talk.slots


def test_the_action_server_does_without_spacy() -> None:
    """It takes as much memory as all the rest of the action server."""
    command = "import actions.base, sys; print(sorted({'spacy', 'numpy', 'rasa'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-W", "ignore", "-c", command], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
