"""The classifier, trained on a handful of sentences with vectors made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message

from backtalk.understanding import FALLBACK
from backtalk.wire import READING
from components.encoder.featurizer import SEGMENTS, VECTORS
from components.reader import MENDED
from components.understanding import Model, Understanding

CONFIG = Understanding.get_default_config()
ICE, HEAT = "ice-compress-three-times-daily", "hot-compress-15-20"
TEXTS = {
    ICE: ["how long do i ice my back", "cold pack on my back", "ice for a sore back"],
    HEAT: ["hot water bottle for my back", "is heat good", "warm pack on my back"],
    "greet": ["hello there", "good morning", "hi bot"],
    "thank": ["thank you", "thanks a lot", "many thanks"],
}
LABELS = [label for label, texts in TEXTS.items() for _ in texts]
PLACES = {label: place for place, label in enumerate(TEXTS)}


def vector(label: str) -> Any:
    """A direction of its own for each label."""
    found = np.zeros(8, dtype=np.float32)
    found[PLACES[label]] = 1.0
    return found


@pytest.fixture(scope="module")
def model() -> Model:
    texts = [text for group in TEXTS.values() for text in group]
    return Model.train(texts, np.array([vector(label) for label in LABELS]), LABELS, CONFIG)


def classify(model: Model, *pieces: tuple[str, str], **config: Any) -> Message:
    component = Understanding({**CONFIG, **config}, None, Resource("understanding"), model)  # type: ignore[arg-type]
    texts = [text for text, _ in pieces]
    message = Message({"text": texts[0], MENDED: texts[0]})
    message.set(SEGMENTS, texts)
    message.set(VECTORS, np.array([vector(label) for _, label in pieces]))
    component.process([message])
    return message


@pytest.mark.parametrize(
    ("text", "label", "intent"),
    [
        ("ice on my back", ICE, "ask_ice"),
        ("heat on my back", HEAT, "ask_heat"),
        ("hello", "greet", "greet"),
        ("thanks", "thank", "thank"),
    ],
)
def test_what_is_meant_is_found(model: Model, text: str, label: str, intent: str) -> None:
    message = classify(model, (text, label))
    assert message.get("intent")["name"] == intent
    assert message.get("intent_ranking")[0]["name"] == intent
    reading = message.get(READING)
    assert reading["mended"] == text
    if label in (ICE, HEAT):
        assert reading["asks"][0]["guesses"][0][0] == label


def test_several_questions_are_several_asks(model: Model) -> None:
    message = classify(model, ("ice and heat", ICE), ("ice on my back", ICE), ("heat on my back", HEAT))
    assert [one["intent"] for one in message.get(READING)["asks"]] == ["ask_ice", "ask_ice", "ask_heat"]


def test_a_model_comes_back_from_disk_without_pickles(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path)
    assert not list(tmp_path.glob("*.pkl"))
    again = Model.load(tmp_path)
    texts, vectors = ["ice on my back"], np.array([vector(ICE)])
    assert again.classes == model.classes
    np.testing.assert_allclose(again.scores(texts, vectors, 10.0), model.scores(texts, vectors, 10.0), rtol=1e-5)


def test_probabilities_of_all_are_one(model: Model) -> None:
    component = Understanding(CONFIG, None, Resource("understanding"), model)  # type: ignore[arg-type]
    message = Message({"text": "ice"})
    message.set(VECTORS, np.array([vector(ICE)]))
    (scores,) = component._scores(message, ["ice"])
    assert scores.guide + sum(scores.intents.values()) == pytest.approx(1.0, abs=1e-4)
    assert sum(scores.entries.values()) == pytest.approx(1.0, abs=1e-4)


def test_the_tuned_layers_are_weighed_in(model: Model) -> None:
    component = Understanding({**CONFIG, "tuned": 0.5}, None, Resource("understanding"), model)  # type: ignore[arg-type]
    guide, intents = component._weigh(0.5, {"greet": 0.5, "thank": 0.0}, {"guide": 0.0, "greet": 1.0, "thank": 0.0})
    assert intents["greet"] > 0.99
    assert guide + sum(intents.values()) == pytest.approx(1.0)


def test_an_empty_message_is_not_understood(model: Model) -> None:
    component = Understanding(CONFIG, None, Resource("understanding"), model)  # type: ignore[arg-type]
    message = Message({"text": ""})
    component.process([message])
    assert message.get("intent") == {"name": FALLBACK, "confidence": 1.0}


def test_the_tuned_layers_have_a_say_in_which_entry_it_is(model: Model) -> None:
    component = Understanding({**CONFIG, "tuned": 0.5}, None, Resource("understanding"), model)  # type: ignore[arg-type]
    names = component._entry_names
    given = np.full(len(names), 1 / len(names))
    second = [0.9 if name == ICE else 0.1 / (len(names) - 1) for name in reversed(names)]
    weighed = component._weigh_entries(given, names[::-1], np.array(second))
    assert weighed.sum() == pytest.approx(1.0)
    assert names[int(weighed.argmax())] == ICE
    assert weighed.max() < 0.9
