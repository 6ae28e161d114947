"""Training data beside the NLU files: the asks of the store, and the texts of the red-flag catalogue.

Adding a remedy, or a phrasing of a red flag, is one edit in one content file: nothing is repeated under ``data/nlu``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Optional

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_EXAMPLE, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from backtalk.catalogue import load_catalogue
from backtalk.store import load_store

#: Keys of an example's metadata: the entry an ask belongs to; the flag that a text raises ("none" for a near miss).
ENTRY, FLAG = "entry", "flag"
NO_FLAG = "none"


def guide_intent(topic: str) -> str:
    """The intent of a topic of the store."""
    return f"ask_{topic}"


def example(text: str, intent: Optional[str], **metadata: Any) -> Message:
    """A training example."""
    data: dict[str, Any] = {TEXT: text, METADATA: {METADATA_EXAMPLE: metadata}}
    if intent:
        data[INTENT] = intent
    return Message(data=data)


def store_examples() -> list[Message]:
    """Each ask and each title, with the intent of its topic."""
    return [
        example(text, guide_intent(entry.topic), **{ENTRY: entry.id})
        for entry in load_store()
        for text in (*entry.asks, entry.title)
    ]


def flag_examples() -> list[Message]:
    """The catalogue's phrasings and near misses. They have no intent: they train the screen."""
    messages = []
    for flag in load_catalogue():
        messages += [example(text, None, **{FLAG: flag.id}) for text in flag.phrasings]
        messages += [example(miss.text, None, **{FLAG: miss.flag or NO_FLAG}) for miss in flag.near_misses]
    return messages


class ContentImporter(RasaFileImporter):
    """Reads Rasa's own files, and adds the content's examples to the NLU data."""

    @lru_cache(maxsize=2)  # noqa: B019 - lives as long as the training, which asks for the same data three times
    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        """The NLU data with the content's examples; just the files' if there are none (as ``rasa train core`` asks)."""
        data = super().get_nlu_data(language)
        if not data.training_examples:
            return data
        # Not ``merge``: it copies every example, which takes as long as reading them.
        return TrainingData(
            training_examples=[*data.training_examples, *store_examples(), *flag_examples()],
            entity_synonyms=data.entity_synonyms,
            regex_features=data.regex_features,
            lookup_tables=data.lookup_tables,
            responses=data.responses,
        )
