"""The red-flag screen: every message, whatever its intent, length or channel."""

from __future__ import annotations

from typing import Any, Callable, ClassVar, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message

from backtalk.catalogue import catalogue
from backtalk.context import Analysis
from backtalk.language import english
from backtalk.screen import Finding, Learned, agreed, screen_for
from components.encoder.featurizer import HEADS, SEGMENTS
from components.facts import ANALYSIS

#: Key of the parse data with what the screen found.
RED_FLAGS = "red_flags"
#: Phrasings of each flag that are read at the start.
WARM_UP = 6

#: Alarm from which a stretch of a long message counts for all of it.
WINDOW_FROM = 0.5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class RedFlagScreen(IntentClassifier, GraphComponent):
    """Adds ``red_flags`` to the parse data: what the message raises, and what it may raise.

    Attributes:
        observer: is told the mended text, what was found with its reasons, and what the learned part said.
    """

    observer: ClassVar[Optional[Callable[[str, Finding, Optional[Learned]], None]]] = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "RedFlagScreen":
        return cls()

    def __init__(self) -> None:
        self._screen = screen_for()
        # The rules' states come into being as messages lead to them: better now than with the first people who write.
        for flag in catalogue():
            for text in flag.phrasings[:WARM_UP]:
                self._screen.judge(Analysis(english().make_doc(text)), None)

    def process(self, messages: list[Message]) -> list[Message]:
        """Screens each message."""
        for message in messages:
            analysis = message.get(ANALYSIS)
            if analysis is None:
                continue
            heads = message.get(HEADS)
            learned = None if heads is None else self._learned(heads, len(message.get(SEGMENTS)))
            found = self._screen.judge(analysis, learned)
            if self.observer is not None:
                type(self).observer(analysis.doc.text, found, learned)  # type: ignore[misc]
            if found.flags or found.doubtful:
                message.set(RED_FLAGS, found.to_dict(), add_to_output=True)
        return messages

    @staticmethod
    def _learned(heads: dict[str, Any], segments: int) -> Learned:
        """Of the whole message; of a long one, of the stretch that alarms most, if it clearly does.

        A long story has many stretches, and one of them sounds a little odd by chance: that is not asked about.
        """
        alarms, words = heads["alarm"].tolist(), heads["words"].tolist()
        both = [agreed(*pair) for pair in zip(alarms, words)]
        row = max([0, *range(segments, len(both))], key=lambda row: both[row])
        if both[row] < WINDOW_FROM:
            row = 0
        return Learned(dict(zip(heads["flag_labels"], heads["flag"][row].tolist())), alarms[row], words[row])

    def process_training_data(self, training_data: Any) -> Any:
        """Nothing to add."""
        return training_data
