"""How alarming a message's very words are: a view of it that shares no weights with the encoder's.

The encoder's classifiers are seldom wrong, and then quite sure of it: a knee that cannot kneel is a paralysed leg to
them. What words and pieces of words alone would say is wrong more often, but elsewhere; the screen goes by both.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Sequence

import numpy as np


class WordAlarm:
    """A logistic regression on hashed words, pairs of words, and letters inside words.

    Attributes:
        weights: (2 * FEATURES). bias: of the regression.
    """

    FILE = "words.npz"
    #: Hash buckets of each view; four times as many told nothing better apart.
    FEATURES: ClassVar[int] = 2**17
    VIEWS: ClassVar[tuple[dict[str, Any], ...]] = (
        {"ngram_range": (1, 2)},
        {"analyzer": "char_wb", "ngram_range": (2, 4)},
    )
    #: Inverse strength of the regularisation: 3, 10 and 30 do alike on `tests/safety/messages_dev.yml`.
    STRENGTH: ClassVar[float] = 10.0

    def __init__(self, weights: Any, bias: float) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer

        self._views = [HashingVectorizer(n_features=self.FEATURES, alternate_sign=False, **view) for view in self.VIEWS]
        self._weights = weights
        self._bias = bias

    @classmethod
    def fit(cls, texts: Sequence[str], alarming: Sequence[bool]) -> "WordAlarm":
        """Learns which texts are alarming.

        Args:
            texts: cleaned and spelt right. alarming: for each, whether it stands for an emergency or urgent flag.
        """
        import scipy.sparse as sp
        from sklearn.linear_model import LogisticRegression

        blank = cls(np.zeros(0), 0.0)
        counts = sp.hstack([view.transform(texts) for view in blank._views]).tocsr()
        model = LogisticRegression(C=cls.STRENGTH, max_iter=1000, solver="liblinear", random_state=1)
        model.fit(counts, np.asarray(alarming, dtype=bool))
        return cls(model.coef_[0].astype(np.float32), float(model.intercept_[0]))

    def save(self, folder: Path) -> None:
        """Writes the file that ``load`` reads."""
        np.savez_compressed(folder / self.FILE, weights=self._weights, bias=np.array(self._bias))

    @classmethod
    def load(cls, folder: Path) -> "WordAlarm":
        """Reads what ``save`` wrote."""
        with np.load(folder / cls.FILE) as stored:
            return cls(stored["weights"], float(stored["bias"]))

    def run(self, texts: Sequence[str]) -> Any:
        """The probability that each text is alarming, (texts)."""
        parts = np.split(self._weights, len(self._views))
        logits = sum(view.transform(texts) @ part for view, part in zip(self._views, parts)) + self._bias
        return 1 / (1 + np.exp(-logits))
