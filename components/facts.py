"""The entity extractor: conditions, situations, body areas, ages and the like, by the words of the vocabulary."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT
from rasa.shared.nlu.training_data.message import Message

from backtalk.context import Analysis
from backtalk.fact import Fact
from backtalk.facts import fact_finder, states_condition
from backtalk.language import english
from backtalk.understanding import FALLBACK
from backtalk.wire import entity
from components.reader import MENDED

#: Message property: the message cut into clauses with its cues, for the screen after this component.
ANALYSIS = "analysis"

#: Intents that a bare statement of a condition overrules, and the one that it is.
OVERRULED = frozenset({"ask_other_health", "out_of_scope", FALLBACK})
STATEMENT = "inform_profile"


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
                facts = fact_finder().find(doc, analysis)
                found = [{**entity(fact), "extractor": type(self).__name__} for fact in facts]
                message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
                self._bare_statement(message, str(text), facts)
        return messages

    @staticmethod
    def _bare_statement(message: Message, text: str, facts: list[Fact]) -> None:
        """ "He has gout": no question about gout, whatever the words are close to, but something to remember."""
        intent = message.get(INTENT) or {}
        if intent.get("name") in OVERRULED and states_condition(text, facts):
            message.set(INTENT, {"name": STATEMENT, "confidence": intent.get("confidence")}, add_to_output=True)
