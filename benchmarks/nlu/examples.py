"""The training data that every pipeline of the bake-off gets."""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import List, Optional, Union

from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.importer import ContentImporter

#: Share of the examples that a repeat leaves out.
LEFT_OUT = 0.1


class ExamplesWithIntent(ContentImporter):
    """The NLU files and the asks of the store, without the texts of the red-flag catalogue.

    Those have no intent: Rasa's classifiers take a text without one for a mistake in the data.

    Args:
        repeat: 0 for all examples; any other number leaves out a random tenth, another one for each number.
    """

    def __init__(
        self,
        config_file: Optional[str] = None,
        domain_path: Optional[str] = None,
        training_data_paths: Optional[Union[List[str], str]] = None,
        repeat: int = 0,
    ) -> None:
        super().__init__(config_file, domain_path, training_data_paths)
        self._repeat = repeat

    @lru_cache(maxsize=2)  # noqa: B019 - lives as long as the training, which asks for the same data three times
    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        """The examples."""
        data = super().get_nlu_data(language)
        examples = [message for message in data.training_examples if message.get(INTENT)]
        if self._repeat:
            chance = Random(self._repeat)
            examples = [message for message in examples if chance.random() >= LEFT_OUT]
        return TrainingData(training_examples=examples)
