"""The intent classifier: which intent, and which entry of the store.

Three views of a text are weighed together: a logistic regression on the sentence vector, with every entry of the store
as a class of its own; the likeness of words and letters to what is known of each class; and the encoder's tuned last
layers, that tell apart what sounds alike: asking for a plank and having tried the plank, or one stretch and another.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, Optional

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_EXAMPLE
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from backtalk.conversation import Message as Understood
from backtalk.store import load_store
from backtalk.understanding import FALLBACK, Scores, asks_of
from backtalk.wire import READING, reading
from components.encoder.featurizer import GUIDE, HEADS, SEGMENTS, VECTORS, softmax
from components.importer import ENTRY
from components.reader import MENDED

#: Intents reported in the ranking; the tracker store keeps it for every message.
RANKING = 3
#: The message ``Message.text`` key.
TEXT_KEY = "text"


class Model:
    """The trained classes and their weights, as NumPy arrays.

    Attributes:
        classes: entries and intents. weights, bias: of the regression on vectors, (classes, 384) and (classes).
        vocabularies: of words and of letters; idf: for each; centroids: sparse, one row a class.
    """

    ARRAYS, WORDS, CENTROIDS = "classes.npz", "words.json", "centroids.npz"
    #: n-grams of words, and of letters inside words; both with sublinear counts.
    VIEWS: tuple[dict[str, Any], ...] = (
        {"ngram_range": (1, 2), "sublinear_tf": True},
        {"analyzer": "char_wb", "ngram_range": (2, 4), "sublinear_tf": True},
    )

    def __init__(self, classes: list[str], weights: Any, bias: Any, views: list[Any], centroids: Any) -> None:
        self.classes = classes
        self._weights = weights
        self._bias = bias
        self._views = views
        self._analyzers = [view.build_analyzer() for view in views]
        self._idf = [view.idf_ for view in views]
        self._centroids = centroids
        # Turned once: turning it takes four milliseconds.
        self._by_feature = centroids.T.tocsr()

    @classmethod
    def train(cls, texts: list[str], vectors: Any, labels: list[str], config: dict[str, Any]) -> "Model":
        """Fits the regression and the centroids."""
        import scipy.sparse as sp
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.preprocessing import normalize

        regression = LogisticRegression(C=config["C"], max_iter=config["max_iter"], random_state=config["random_seed"])
        regression.fit(vectors, labels)
        classes = [str(name) for name in regression.classes_]
        views = [TfidfVectorizer(min_df=least, **view) for least, view in zip((1, 2), cls.VIEWS)]
        counts = sp.hstack([view.fit_transform(texts) for view in views]).tocsr()
        places = {name: number for number, name in enumerate(classes)}
        rows = np.array([places[label] for label in labels])
        member = sp.csr_matrix((np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=(len(classes), len(rows)))
        centroids = normalize(member @ counts).astype(np.float32)
        weights, bias = regression.coef_.astype(np.float32), regression.intercept_.astype(np.float32)
        return cls(classes, weights, bias, views, centroids)

    def save(self, folder: Path) -> None:
        """Writes it without pickles: nothing that is read back can run."""
        import scipy.sparse as sp

        idf = {f"idf{number}": view.idf_ for number, view in enumerate(self._views)}
        np.savez(folder / self.ARRAYS, weights=self._weights, bias=self._bias, **idf)
        sp.save_npz(folder / self.CENTROIDS, self._centroids)
        words = [{word: int(place) for word, place in view.vocabulary_.items()} for view in self._views]
        (folder / self.WORDS).write_text(json.dumps({"classes": self.classes, "words": words}), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Model":
        """Reads what ``save`` wrote."""
        import scipy.sparse as sp
        from sklearn.feature_extraction.text import TfidfVectorizer

        arrays = np.load(folder / cls.ARRAYS)
        content = json.loads((folder / cls.WORDS).read_text(encoding="utf-8"))
        views = []
        for number, (view, words) in enumerate(zip(cls.VIEWS, content["words"])):
            vectorizer = TfidfVectorizer(vocabulary=words, **view)
            vectorizer.idf_ = arrays[f"idf{number}"]
            views.append(vectorizer)
        centroids = sp.load_npz(folder / cls.CENTROIDS)
        return cls(content["classes"], arrays["weights"], arrays["bias"], views, centroids)

    def scores(self, texts: list[str], vectors: Any, likeness: float) -> Any:
        """Log scores (texts, classes), not normalised.

        Args:
            likeness: weight of the words' and letters' cosine beside the regression.
        """
        regression = vectors @ self._weights.T + self._bias
        return regression + likeness * (self._counts(texts) @ self._by_feature).toarray()

    def _counts(self, texts: list[str]) -> Any:
        """What the vectorizers' ``transform`` gives, side by side: sparse (texts, features).

        Theirs takes two milliseconds for a short text, nearly all of it to check what cannot have changed.
        """
        import scipy.sparse as sp

        data: list[Any] = []
        places: list[Any] = []
        ends = [0]
        for text in texts:
            start = 0
            for view, analyze, idf in zip(self._views, self._analyzers, self._idf):
                words = view.vocabulary_
                found = Counter(words[word] for word in analyze(text) if word in words)
                if found:
                    here = np.fromiter(found.keys(), dtype=np.int32)
                    weights = (1.0 + np.log(np.fromiter(found.values(), dtype=np.float64))) * idf[here]
                    data.append(weights / np.linalg.norm(weights))
                    places.append(here + start)
                start += len(words)
            ends.append(sum(map(len, data)))
        flat = (np.concatenate(data), np.concatenate(places)) if data else (np.zeros(0), np.zeros(0, dtype=np.int32))
        return sp.csr_matrix((*flat, np.array(ends)), shape=(len(texts), self._by_feature.shape[0]))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Understanding(IntentClassifier, GraphComponent):
    """Sets intent and ranking, and the questions that a message holds."""

    @classmethod
    def required_components(cls) -> list[Any]:
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn", "scipy"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The component's settings.

        C, max_iter: of the regression. likeness: weight of words and letters beside it. tuned: weight of the tuned
        layers' opinion, 0 to 1, beside the other two. How pipelines compare stands in benchmarks/nlu/.
        """
        return {"C": 20.0, "max_iter": 100, "random_seed": 1, "likeness": 10.0, "tuned": 0.5}

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: Optional[Model] = None
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model
        self._topics = {entry.id: entry.topic for entry in load_store()}
        if model:
            self._prepare(model)

    def _prepare(self, model: Model) -> None:
        self._entry_places = [n for n, name in enumerate(model.classes) if name in self._topics]
        self._intent_places = [n for n, name in enumerate(model.classes) if name not in self._topics]
        self._entry_names = [model.classes[n] for n in self._entry_places]
        self._intent_names = [model.classes[n] for n in self._intent_places]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Understanding":
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "Understanding":
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, Model.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the model on every example that has an intent; asks of the store are classes by entry."""
        texts, vectors, labels = [], [], []
        for message in training_data.training_examples:
            intent = message.get(INTENT)
            features = message.get_dense_features("text")[1]
            if not intent or features is None:
                continue
            notes = (message.get(METADATA) or {}).get(METADATA_EXAMPLE) or {}
            texts.append(str(message.get(MENDED)))
            vectors.append(features.features[0])
            labels.append(notes.get(ENTRY, intent))
        self._model = Model.train(texts, np.array(vectors), labels, self._config)
        self._prepare(self._model)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def _scores(self, message: Message, texts: list[str]) -> list[Scores]:
        assert self._model is not None
        probabilities = softmax(self._model.scores(texts, message.get(VECTORS), self._config["likeness"]))
        heads = message.get(HEADS)
        found = []
        for row in range(len(texts)):
            entries = probabilities[row, self._entry_places]
            guide = float(entries.sum())
            intents = dict(zip(self._intent_names, probabilities[row, self._intent_places]))
            if heads is not None and self._config["tuned"]:
                guide, intents = self._weigh(guide, intents, dict(zip(heads["intent_labels"], heads["intent"][row])))
            given = entries / max(float(entries.sum()), 1e-9)
            if heads is not None and self._config["tuned"]:
                given = self._weigh_entries(given, heads["entry_labels"], heads["entry"][row])
            by_entry = dict(zip(self._entry_names, given.tolist()))
            found.append(Scores({k: float(v) for k, v in intents.items()}, guide, by_entry))
        return found

    def _weigh(
        self, guide: float, intents: dict[str, float], other: dict[str, float]
    ) -> tuple[float, dict[str, float]]:
        """The geometric mean of both opinions, by weight, normalised."""
        weight = self._config["tuned"]
        mixed = {
            name: max(p, 1e-9) ** (1 - weight) * max(float(other.get(name, 0.0)), 1e-9) ** weight
            for name, p in intents.items()
        }
        mixed_guide = max(guide, 1e-9) ** (1 - weight) * max(float(other.get(GUIDE, 0.0)), 1e-9) ** weight
        total = mixed_guide + sum(mixed.values())
        return mixed_guide / total, {name: p / total for name, p in mixed.items()}

    def _weigh_entries(self, given: Any, labels: list[str], other: Any) -> Any:
        """The same for the entries: probabilities (entries), given that the guide is asked."""
        places = {name: place for place, name in enumerate(labels)}
        second = np.array([other[places[name]] if name in places else 0.0 for name in self._entry_names])
        weight = self._config["tuned"]
        mixed = np.maximum(given, 1e-9) ** (1 - weight) * np.maximum(second, 1e-9) ** weight
        return mixed / mixed.sum()

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets ``intent``, ``intent_ranking`` and the reading."""
        for message in messages:
            texts = message.get(SEGMENTS)
            if not texts or self._model is None:
                # Nothing in it to understand. No intent at all would match no rule, and the turn would find no end.
                message.set(INTENT, {"name": FALLBACK, "confidence": 1.0}, add_to_output=True)
                continue
            self._process(message, texts)
        return messages

    def _process(self, message: Message, texts: list[str]) -> None:
        scores = self._scores(message, texts)
        asks = asks_of(scores, texts, self._topics)
        message.set(INTENT, {"name": asks[0].intent, "confidence": asks[0].confidence}, add_to_output=True)
        ranking = sorted(scores[0].intents.items(), key=lambda item: -item[1])[:RANKING]
        message.set(
            "intent_ranking",
            [{"name": asks[0].intent, "confidence": asks[0].confidence}]
            + [{"name": name, "confidence": p} for name, p in ranking if name != asks[0].intent],
            add_to_output=True,
        )
        understood = Understood(str(message.get(TEXT_KEY)), str(message.get(MENDED)), asks)
        message.set(READING, reading(understood), add_to_output=True)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing after this component learns from its results."""
        return training_data
