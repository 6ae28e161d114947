"""The entity extractor: conditions, situations, body areas, ages and the like, by the words of the vocabulary."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message

from backtalk.context import Analysis
from backtalk.facts import fact_finder
from backtalk.language import english
from backtalk.wire import entity
from components.reader import MENDED

#: Message property: the message cut into clauses with its cues, for the screen after this component.
ANALYSIS = "analysis"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class FactExtractor(GraphComponent, EntityExtractorMixin):
    """Sets ``entities``; their positions are those of the mended text."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "FactExtractor":
        fact_finder()
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the facts of each message as entities."""
        for message in messages:
            text = message.get(MENDED)
            if text:
                doc = english().make_doc(str(text))
                analysis = Analysis(doc)
                message.set(ANALYSIS, analysis)
                found = [
                    {**entity(fact), "extractor": type(self).__name__} for fact in fact_finder().find(doc, analysis)
                ]
                message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages
