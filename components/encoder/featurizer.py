"""The sentence encoder as a Rasa featurizer, with last layers of its own for red flags and intents."""

from __future__ import annotations

import json
import logging
import shutil
from typing import Any, Optional, Sequence

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_EXAMPLE, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from backtalk.segments import segments, windows
from components.encoder import graph
from components.encoder.onnx_encoder import Encoder, batches, padded
from components.importer import ENTRY, FLAG, NO_FLAG
from components.reader import MENDED

logger = logging.getLogger(__name__)

#: Message properties: the segments of a message (the whole first), their vectors, and the tuned heads' probabilities
#: (of the segments, and after them of the windows on a long message).
SEGMENTS, VECTORS, HEADS = "segments", "segment_vectors", "heads"
#: The intents' name for whatever asks for a thing in the guide.
GUIDE = "ask_guide"


def softmax(logits: Any) -> Any:
    """Row by row."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


class Classifier:
    """The tuned last layers: hidden states to probabilities by head."""

    GRAPH, LABELS = "classifier.onnx", "labels.json"

    def __init__(self, folder: Any) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / self.GRAPH), options, providers=["CPUExecutionProvider"]
        )
        self.labels: dict[str, list[str]] = json.loads((folder / self.LABELS).read_text(encoding="utf-8"))

    def run(self, hidden: Any, mask: Any) -> dict[str, Any]:
        """``flag`` and ``intent``: probabilities (texts, labels), with their labels; ``alarm``: probability (texts)."""
        names = ["flag", "alarm", "intent"]
        logits = dict(zip(names, self._session.run(names, {"hidden": hidden, "mask": mask})))
        return {
            "flag": softmax(logits["flag"]),
            "flag_labels": self.labels["flag"],
            "intent": softmax(logits["intent"]),
            "intent_labels": self.labels["intent"],
            "alarm": 1 / (1 + np.exp(-logits["alarm"][:, 0])),
        }


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """Gives a message's sentence vector, and what the tuned layers make of it.

    Persists everything a server needs; the weights' package is needed for training only.
    """

    @classmethod
    def required_components(cls) -> list[Any]:
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["onnxruntime", "tokenizers"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The component's settings.

        quantized: int8 in place of float32 (a quarter of the size, a third of the time, cosine 0.994).
        tune: train last layers for red flags and intents. epochs: passes over their examples. keep: the share of them,
        hardest first, that a pass after the first one sees.
        asks: asks of the store that one pass sees, drawn anew each time: they stand for "a question to the guide".
        sequence: the sentence's vector for every word too, for classifiers that want one a word (DIET).
        """
        return {
            **DenseFeaturizer.get_default_config(),
            "quantized": True,
            "tune": True,
            "epochs": 2,
            "keep": 0.6,
            "asks": 3000,
            "random_seed": 1,
            "sequence": False,
        }

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        storage: ModelStorage,
        resource: Resource,
        encoder: Optional[Encoder] = None,
        classifier: Optional[Classifier] = None,
    ) -> None:
        super().__init__(name, config)
        self._storage = storage
        self._resource = resource
        self._encoder = encoder
        self._classifier = classifier

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceEncoder":
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SentenceEncoder":
        with model_storage.read_from(resource) as folder:
            encoder = Encoder(folder)
            classifier = Classifier(folder) if config["tune"] else None
        return cls(config, execution_context.node_name, model_storage, resource, encoder, classifier)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to check beyond the defaults."""

    # --- training

    def train(self, training_data: TrainingData) -> Resource:
        """Builds the encoder from the published weights and tunes the last layers."""
        with self._storage.write_to(self._resource) as folder:
            graph.build(folder / Encoder.GRAPH, quantized=self._config["quantized"])
            shutil.copy(graph.weights_folder() / Encoder.TOKENIZER, folder / Encoder.TOKENIZER)
            self._encoder = Encoder(folder, threads=0)
            if self._config["tune"]:
                self._tune(training_data, folder)
                self._classifier = Classifier(folder)
        return self._resource

    def _hidden(self, examples: Sequence[Message]) -> list[Any]:
        """What the tuned layers start from; the vectors, which come with it, are added for
        ``process_training_data``."""
        assert self._encoder is not None
        ids = self._encoder.tokens([str(message.get(MENDED)) for message in examples])
        hidden: list[Any] = [None] * len(ids)
        parts = batches(ids)
        for done, rows in enumerate(parts, 1):
            if done % max(1, len(parts) // 4) == 0:
                logger.info("Progress: encoding what people say, %d %%", 100 * done // len(parts))
            vectors, states = self._encoder.run([ids[row] for row in rows], hidden=True)
            for number, row in enumerate(rows):
                hidden[row] = states[number, : len(ids[row])].astype(np.float16)
                self._add(examples[row], vectors[number])
        return hidden

    def _tune(self, training_data: TrainingData, folder: Any) -> None:
        from backtalk.catalogue import Tier, load_catalogue
        from components.encoder.tuning import NO_LABEL, SCALE, tune

        examples = [m for m in training_data.training_examples if m.get(MENDED)]
        notes = [(m.get(METADATA) or {}).get(METADATA_EXAMPLE) or {} for m in examples]
        catalogue = load_catalogue()
        alarming = {flag.id for flag in catalogue if flag.tier is not Tier.SOON}
        flags = [note.get(FLAG, NO_FLAG) for note in notes]
        # Texts of the catalogue have no intent; asks of the store have one in common here.
        intents = [
            None if FLAG in note else GUIDE if ENTRY in note else m.get(INTENT) for m, note in zip(examples, notes)
        ]
        flag_labels = sorted(set(flags))
        intent_labels = sorted({intent for intent in intents if intent})
        labels = {
            "flag": np.array([flag_labels.index(flag) for flag in flags], dtype=np.int32),
            "alarm": np.array([float(flag in alarming) for flag in flags], dtype=np.float32),
            "intent": np.array(
                [intent_labels.index(intent) if intent else NO_LABEL for intent in intents], dtype=np.int32
            ),
        }
        asks = np.array([i for i, note in enumerate(notes) if ENTRY in note], dtype=int)
        rest = np.array([i for i, note in enumerate(notes) if ENTRY not in note], dtype=int)
        weights, heads = tune(
            self._hidden(examples),
            labels,
            graph.load_weights(),
            graph.SHARED,
            self._config["epochs"],
            lambda _, random: np.concatenate([rest, random.permutation(asks)[: self._config["asks"]]]),
            self._config["random_seed"],
            self._config["keep"],
        )
        model = graph.classifier(weights, graph.SHARED, heads, SCALE)
        graph.save(model, folder / Classifier.GRAPH, self._config["quantized"])
        (folder / Classifier.LABELS).write_text(
            json.dumps({"flag": flag_labels, "intent": intent_labels}), encoding="utf-8"
        )

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds sentence vectors to every example."""
        assert self._encoder is not None
        examples = [m for m in training_data.training_examples if m.get(MENDED)]
        # Training gave most of them theirs already.
        fresh = [message for message in examples if message.get_dense_features(TEXT)[1] is None]
        for message, vector in zip(fresh, self._encoder.encode([str(message.get(MENDED)) for message in fresh])):
            self._add(message, vector)
        return training_data

    # --- use

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the sentence vector, and for the components after it the segments and the heads."""
        for message in messages:
            if message.get(MENDED):
                self._process(message)
        return messages

    def _process(self, message: Message) -> None:
        assert self._encoder is not None
        text = str(message.get(MENDED))
        texts = segments(text)
        if self._classifier is None:
            vectors = self._encoder.run(self._encoder.tokens(texts))[0]
        else:
            # A red flag may stand anywhere in a long story: the screen gets to see all of it.
            ids = self._encoder.tokens([*texts, *windows(text)])
            vectors, hidden = self._encoder.run(ids, hidden=True)
            message.set(HEADS, self._classifier.run(hidden, padded(ids)[1]))
        message.set(SEGMENTS, texts)
        message.set(VECTORS, vectors[: len(texts)])
        self._add(message, vectors[0])

    def _add(self, message: Message, vector: Any) -> None:
        sequence = None
        if self._config["sequence"]:
            tokens = message.get("text_tokens") or []
            sequence = np.repeat(vector[None, :], max(1, len(tokens)), axis=0)
        self.add_features_to_message(sequence, vector[None, :], TEXT, message)
