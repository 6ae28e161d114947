"""The sentence encoder as a Rasa featurizer, with tuned last layers and classifiers of red flags and intents."""

from __future__ import annotations

import json
import logging
import shutil
from typing import Any, ClassVar, Optional, Sequence

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
from components.encoder import adapter, graph
from components.encoder.onnx_encoder import Encoder, batches, padded, session
from components.importer import ENTRY, FLAG, NO_FLAG
from components.reader import MENDED
from components.words import WordAlarm

logger = logging.getLogger(__name__)

#: Message properties: the segments of a message (the whole first), their vectors, and the tuned heads' probabilities
#: (of the segments, and after them of the windows on a long message; with "words", what their words alone say).
SEGMENTS, VECTORS, HEADS = "segments", "segment_vectors", "heads"
#: File of the tuned layers, beside the encoder's.
TAILS = "tails.onnx"
#: The intents' name for whatever asks for a thing in the guide.
GUIDE = "ask_guide"


def softmax(logits: Any) -> Any:
    """Row by row."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


class Heads:
    """Linear classifiers on the tuned vectors.

    There is one for each adapter, fitted on its vector alone, and their log odds are averaged. As all are linear, this
    is one classifier on the vectors side by side.

    Attributes:
        weights: head to weight (384 for each adapter, classes) and bias (classes).
        labels: head to the names of its classes.
    """

    FILE = "heads.npz"
    #: Inverse strength of the regularisation by head: where the probabilities fit unseen messages best (log loss on
    #: `tests/safety/messages_dev.yml` and `tests/nlu/`). What is told apart, and what not, hardly depends on it.
    STRENGTH: ClassVar[dict[str, float]] = {"flag": 10.0, "alarm": 10.0, "intent": 3.0, "entry": 20.0}

    def __init__(self, weights: dict[str, tuple[Any, Any]], labels: dict[str, list[str]]) -> None:
        self._weights = weights
        self.labels = labels

    @classmethod
    def fit(cls, vectors: Any, labels: dict[str, list[Optional[str]]]) -> "Heads":
        """Logistic regressions.

        Args:
            vectors: (texts, 384 for each adapter).
            labels: head to a label a text; None for texts that it learns nothing from.
        """
        from sklearn.linear_model import LogisticRegression

        weights, names = {}, {}
        for head, wanted in labels.items():
            rows = [row for row, label in enumerate(wanted) if label is not None]
            models = []
            for part in np.split(vectors, vectors.shape[1] // graph.WIDTH, axis=1):
                model = LogisticRegression(C=cls.STRENGTH[head], max_iter=1000)
                models.append(model.fit(part[rows], [wanted[row] for row in rows]))
            weight = np.concatenate([model.coef_.T for model in models]) / len(models)
            bias = np.mean([model.intercept_ for model in models], axis=0)
            weights[head] = (weight.astype(np.float32), bias.astype(np.float32))
            names[head] = [str(label) for label in models[0].classes_]
        return cls(weights, names)

    def save(self, folder: Any) -> None:
        """Writes the file that ``load`` reads."""
        arrays = {f"{head}-{part}": value for head, pair in self._weights.items() for part, value in zip("wb", pair)}
        np.savez(folder / self.FILE, **arrays, labels=np.array(json.dumps(self.labels)))

    @classmethod
    def load(cls, folder: Any) -> "Heads":
        """Reads what ``save`` wrote."""
        with np.load(folder / cls.FILE) as stored:
            labels = json.loads(str(stored["labels"]))
            return cls({head: (stored[f"{head}-w"], stored[f"{head}-b"]) for head in labels}, labels)

    def run(self, vectors: Any) -> dict[str, Any]:
        """What they say of texts.

        Returns:
            ``flag``, ``intent`` and ``entry``: probabilities (texts, labels), with their labels as ``flag_labels`` and
            so on; ``alarm``: probability (texts).
        """
        logits = {head: vectors @ weight + bias for head, (weight, bias) in self._weights.items()}
        alarm = 1 / (1 + np.exp(-logits.pop("alarm")[:, 0]))
        found: dict[str, Any] = {head: softmax(values) for head, values in logits.items()}
        return {**found, **{f"{head}_labels": self.labels[head] for head in logits}, "alarm": alarm}


def labels_of(examples: Sequence[Message]) -> dict[str, list[Optional[str]]]:
    """What the heads are to say of training examples, by head."""
    from backtalk.catalogue import Tier, load_catalogue

    notes = [(m.get(METADATA) or {}).get(METADATA_EXAMPLE) or {} for m in examples]
    alarming = {flag.id for flag in load_catalogue() if flag.tier is not Tier.SOON}
    flags = [str(note.get(FLAG, NO_FLAG)) for note in notes]
    return {
        "flag": list(flags),
        "alarm": ["yes" if flag in alarming else "no" for flag in flags],
        # Texts of the catalogue have no intent; asks of the store have one in common here.
        "intent": [
            None if FLAG in note else GUIDE if ENTRY in note else m.get(INTENT) for m, note in zip(examples, notes)
        ],
        "entry": [note.get(ENTRY) for note in notes],
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
        tuned: the tuned last layers too, with classifiers of red flags and intents on their vector.
        sequence: the sentence's vector for every word too, for classifiers that want one a word (DIET).
        """
        return {
            **DenseFeaturizer.get_default_config(),
            "quantized": True,
            "tuned": True,
            "sequence": False,
        }

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        storage: ModelStorage,
        resource: Resource,
        encoder: Optional[Encoder] = None,
        tails: Optional[Any] = None,
        heads: Optional[Heads] = None,
        words: Optional[WordAlarm] = None,
    ) -> None:
        super().__init__(name, config)
        self._storage = storage
        self._resource = resource
        self._encoder = encoder
        self._tails = tails
        self._heads = heads
        self._words = words

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
            if not config["tuned"]:
                return cls(config, execution_context.node_name, model_storage, resource, encoder)
            tails, heads, words = session(folder / TAILS, threads=1), Heads.load(folder), WordAlarm.load(folder)
        return cls(config, execution_context.node_name, model_storage, resource, encoder, tails, heads, words)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to check beyond the defaults."""

    # --- training

    def train(self, training_data: TrainingData) -> Resource:
        """Builds the encoder from the published weights and the adapter, and fits the heads."""
        with self._storage.write_to(self._resource) as folder:
            graph.build(folder / Encoder.GRAPH, quantized=self._config["quantized"])
            shutil.copy(graph.weights_folder() / Encoder.TOKENIZER, folder / Encoder.TOKENIZER)
            self._encoder = Encoder(folder, threads=0)
            if self._config["tuned"]:
                weights = graph.load_weights()
                ways = [adapter.adapted(weights, adapter.load(adapter.path(seed))) for seed in adapter.SEEDS]
                graph.save(graph.tails(ways, graph.SHARED), folder / TAILS, self._config["quantized"])
                self._tails = session(folder / TAILS, threads=0)
                examples = [message for message in training_data.training_examples if message.get(MENDED)]
                vectors = self._encode(examples)
                logger.info("Progress: fitting the classifiers of red flags and intents")
                labels = labels_of(examples)
                self._heads = Heads.fit(vectors, labels)
                self._heads.save(folder)
                texts = [str(message.get(MENDED)) for message in examples]
                self._words = WordAlarm.fit(texts, [label == "yes" for label in labels["alarm"]])
                self._words.save(folder)
        return self._resource

    def _encode(self, examples: Sequence[Message]) -> Any:
        """Adds the vector to each example; returns the tuned vectors, (examples, 384 for each adapter)."""
        assert self._encoder is not None
        ids = self._encoder.tokens([str(message.get(MENDED)) for message in examples])
        tuned = np.zeros((len(ids), graph.WIDTH * len(adapter.SEEDS)), dtype=np.float32)
        parts = batches(ids)
        for done, rows in enumerate(parts, 1):
            if done % max(1, len(parts) // 8) == 0:
                logger.info("Progress: encoding what people say, %d %%", 100 * done // len(parts))
            batch = [ids[row] for row in rows]
            vectors, hidden = self._encoder.run(batch, hidden=True)
            if self._tails is not None:
                tuned[rows] = self._tuned(hidden, batch)
            for number, row in enumerate(rows):
                self._add(examples[row], vectors[number])
        return tuned

    def _tuned(self, hidden: Any, ids: Sequence[Sequence[int]]) -> Any:
        assert self._tails is not None
        return self._tails.run(["vector"], {"hidden": hidden, "mask": padded(ids)[1]})[0]

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds sentence vectors to every example."""
        examples = [m for m in training_data.training_examples if m.get(MENDED)]
        # Training gave most of them theirs already.
        self._encode([message for message in examples if message.get_dense_features(TEXT)[1] is None])
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
        if self._heads is None or self._words is None:
            vectors = self._encoder.run(self._encoder.tokens(texts))[0]
        else:
            # A red flag may stand anywhere in a long story: the screen gets to see all of it.
            read = [*texts, *windows(text)]
            ids = self._encoder.tokens(read)
            vectors, hidden = self._encoder.run(ids, hidden=True)
            message.set(HEADS, {**self._heads.run(self._tuned(hidden, ids)), "words": self._words.run(read)})
        message.set(SEGMENTS, texts)
        message.set(VECTORS, vectors[: len(texts)])
        self._add(message, vectors[0])

    def _add(self, message: Message, vector: Any) -> None:
        sequence = None
        if self._config["sequence"]:
            tokens = message.get("text_tokens") or []
            sequence = np.repeat(vector[None, :], max(1, len(tokens)), axis=0)
        self.add_features_to_message(sequence, vector[None, :], TEXT, message)
