"""The store's asks and the catalogue's texts train the bot, beside the NLU files."""

from __future__ import annotations

from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_EXAMPLE, TEXT
from rasa.shared.nlu.training_data.training_data import TrainingData

from backtalk.catalogue import catalogue
from backtalk.store import store
from backtalk.yaml_files import ROOT
from components.importer import ENTRY, FLAG, NO_FLAG, ContentImporter, flag_examples, guide_intent, store_examples


def test_every_ask_and_title_is_an_example_of_its_topic_and_entry() -> None:
    found = {(m.get(TEXT), m.get(INTENT), m.get(METADATA)[METADATA_EXAMPLE][ENTRY]) for m in store_examples()}
    for entry in store():
        for text in (*entry.asks, entry.title):
            assert (text, guide_intent(entry.topic), entry.id) in found


def test_flags_train_the_screen_and_no_intent() -> None:
    found = {m.get(TEXT): m for m in flag_examples()}
    assert all(m.get(INTENT) is None for m in found.values())
    for flag in catalogue():
        for text in flag.phrasings:
            assert found[text].get(METADATA)[METADATA_EXAMPLE][FLAG] in {one.id for one in catalogue()}
        for miss in flag.near_misses:
            assert FLAG in found[miss.text].get(METADATA)[METADATA_EXAMPLE]
    assert any(m.get(METADATA)[METADATA_EXAMPLE][FLAG] == NO_FLAG for m in found.values())


def test_they_come_with_the_files() -> None:
    importer = ContentImporter(
        config_file=str(ROOT / "config.yml"),
        domain_path=str(ROOT / "domain.yml"),
        training_data_paths=[str(ROOT / "data" / "nlu" / "smalltalk.yml")],
    )
    texts = {m.get(TEXT) for m in importer.get_nlu_data().training_examples}
    assert "how long should I ice my back" in texts
    assert "thank you" in {text.lower() for text in texts}


def test_without_files_there_is_nothing() -> None:
    importer = ContentImporter(
        config_file=str(ROOT / "config.yml"), domain_path=str(ROOT / "domain.yml"), training_data_paths=[]
    )
    data = importer.get_nlu_data()
    assert isinstance(data, TrainingData)
    assert data.training_examples == []
