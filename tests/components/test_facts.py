"""Facts become entities of the mended text."""

from __future__ import annotations

from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message

from components.facts import ANALYSIS, FactExtractor
from components.reader import MENDED


def entities(text: str) -> list[dict[str, object]]:
    message = Message({"text": text, MENDED: text})
    FactExtractor().process([message])
    return list(message.get(ENTITIES, []))


def test_a_fact_is_an_entity_with_its_place() -> None:
    (found,) = [one for one in entities("i take blood thinners") if one["entity"] == "condition"]
    assert found["value"] == "blood_thinners"
    assert "i take blood thinners"[found["start"] : found["end"]] == "blood thinners"  # type: ignore[misc]
    assert found["extractor"] == "FactExtractor"
    assert "role" not in found


def test_roles_say_whose_it_is_and_whether_it_is_so() -> None:
    (denied,) = [one for one in entities("i am not pregnant") if one["entity"] == "condition"]
    assert denied["role"] == "denied"
    (hers,) = [one for one in entities("my wife is pregnant") if one["entity"] == "condition"]
    assert (hers["role"], hers["group"]) == ("other", "your wife")


def test_the_analysis_is_handed_on_to_the_screen() -> None:
    message = Message({"text": "my back", MENDED: "my back"})
    FactExtractor().process([message])
    assert message.get(ANALYSIS).norms == ["my", "back"]


def test_without_words_there_is_nothing() -> None:
    message = Message({"text": ""})
    FactExtractor().process([message])
    assert message.get(ENTITIES) is None
    assert message.get(ANALYSIS) is None
