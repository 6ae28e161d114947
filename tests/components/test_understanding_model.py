"""The intent classifier's model: words are counted as scikit-learn counts them, and nothing changes on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from components.understanding import Model, Understanding

TEXTS = [
    "my back hurts when i sit",
    "my lower back hurts when i stand",
    "how long do i ice it",
    "how long do i use ice on my back",
    "show me a stretch for my neck",
    "a stretch for my upper back please",
    "hello there",
    "hello and good morning",
]
LABELS = ["pain", "pain", "ice", "ice", "stretch", "stretch", "hello", "hello"]
ASKED = [
    *TEXTS,
    "",
    "   ",
    "zzz qqq",
    "ice ice ice ice on my back back",
    "I CAN'T sit, I can't stand... my back!",
    "a",
    "é ü 漢字",
]


@pytest.fixture(scope="module")
def model() -> Model:
    vectors = np.random.default_rng(1).normal(size=(len(TEXTS), 8)).astype(np.float32)
    return Model.train(TEXTS, vectors, LABELS, Understanding.get_default_config())


def by_sklearn(model: Model, texts: list[str]) -> Any:
    return sp.hstack([view.transform(texts) for view in model._views]).toarray()


def test_words_are_counted_as_scikit_learn_counts_them(model: Model) -> None:
    expected = by_sklearn(model, ASKED)
    assert np.count_nonzero(expected) > 200
    np.testing.assert_allclose(model._counts(ASKED).toarray(), expected, atol=1e-12)


@pytest.mark.parametrize("text", ASKED, ids=repr)
def test_a_text_alone_counts_as_it_does_among_others(model: Model, text: str) -> None:
    np.testing.assert_allclose(model._counts([text]).toarray(), by_sklearn(model, [text]), atol=1e-12)


def test_a_model_read_back_gives_the_same_scores(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path)
    vectors = np.random.default_rng(2).normal(size=(len(ASKED), 8)).astype(np.float32)
    again = Model.load(tmp_path)
    assert again.classes == model.classes
    np.testing.assert_allclose(again.scores(ASKED, vectors, 10.0), model.scores(ASKED, vectors, 10.0), atol=1e-5)


def test_what_was_learnt_scores_best(model: Model) -> None:
    scores = model.scores(TEXTS, np.zeros((len(TEXTS), 8), dtype=np.float32), 10.0)
    assert [model.classes[place] for place in scores.argmax(axis=1)] == LABELS
