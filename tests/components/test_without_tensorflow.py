"""The server runs without TensorFlow, and understands a message as it does with it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from scripts.launch import ROOT, environment
from scripts.model import named_model

TEXTS = [
    "my lower back hurts when I sit at my desk all day",
    "I can't feel anything between my legs and I can't pee",
    "is it safe if I'm pregnant? and how long do I ice it?",
    "wat abuot a foot baht",
    "",
]
#: Loads a model as the server does and prints what it makes of the texts.
PARSE = """
import asyncio, json, sys
without = sys.argv[1] == "without"
if without:
    from scripts import without_tensorflow
    without_tensorflow.install()
from rasa.core.agent import Agent
agent = Agent.load(sys.argv[2])
parsed = [asyncio.run(agent.parse_message(text)) for text in json.loads(sys.argv[3])]
import tensorflow
print(json.dumps({"real": hasattr(tensorflow, "__version__"), "parsed": parsed}))
"""


def run(code: str, *arguments: str) -> str:
    """What Python prints in a process of its own, where TensorFlow was not imported before."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT, env=environment(), capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def parsed() -> dict[str, Any]:
    """Results of both ways, by way."""
    found = {}
    for way in ("without", "with"):
        found[way] = json.loads(run(PARSE, way, str(named_model()), json.dumps(TEXTS)).strip().splitlines()[-1])
    return found


def test_tensorflow_is_a_placeholder_without_and_real_with(parsed: dict[str, Any]) -> None:
    assert not parsed["without"]["real"]
    assert parsed["with"]["real"]


def test_messages_are_understood_the_same(parsed: dict[str, Any]) -> None:
    without, with_it = parsed["without"]["parsed"], parsed["with"]["parsed"]
    for one in (*without, *with_it):
        one.pop("message_id", None)
    assert without == with_it


def test_they_are_understood_at_all(parsed: dict[str, Any]) -> None:
    first, alert, *_ = parsed["without"]["parsed"]
    assert first["intent"]["name"]
    assert first["intent"]["confidence"] > 0.3
    assert alert["red_flags"]["flags"]


def test_every_module_that_the_server_needs_is_imported() -> None:
    code = """
from scripts import without_tensorflow
without_tensorflow.install()
import rasa.__main__, rasa.core.run, rasa.core.agent, rasa.core.policies.rule_policy, rasa.core.policies.memoization
import rasa.server, rasa.cli.run, rasa.cli.shell
import components.encoder.featurizer, components.understanding, components.facts, components.red_flags
import components.reader, components.safety_policy, components.stories, components.nlg, components.rasa_fixes
import sys
real = [name for name in sys.modules if name.startswith("tensorflow") and hasattr(sys.modules[name], "__version__")]
print(real)
"""
    assert run(code).strip().splitlines()[-1] == "[]"


def test_using_tensorflow_anyway_is_an_error() -> None:
    code = """
from scripts import without_tensorflow
without_tensorflow.install()
import tensorflow as tf
try:
    tf.constant([1.0]) + 1
except TypeError:
    print("refused")
"""
    assert run(code).strip() == "refused"


def test_it_comes_too_late_once_tensorflow_is_there() -> None:
    code = """
import sys, types
sys.modules["tensorflow"] = types.ModuleType("tensorflow")
from scripts import without_tensorflow
try:
    without_tensorflow.install()
except RuntimeError as error:
    print(error)
"""
    assert run(code).strip() == "TensorFlow was imported already"
