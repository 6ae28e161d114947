"""The adapter: small, made for the published weights, and a correction of the last layers only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.encoder import adapter, graph
from components.encoder.featurizer import Heads
from components.encoder.graph import EncoderUnavailable
from components.encoder.onnx_encoder import Encoder, padded, session

TEXTS = ["my back hurts when I sit", "I can not feel my legs", "how long do I ice it", "thank you very much"]


@pytest.fixture(scope="module")
def weights() -> graph.Weights:
    return graph.load_weights()


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """With float32 weights."""
    folder = tmp_path_factory.mktemp("encoder")
    graph.build(folder / Encoder.GRAPH, quantized=False)
    (folder / Encoder.TOKENIZER).write_bytes((graph.weights_folder() / Encoder.TOKENIZER).read_bytes())
    return Encoder(folder)


def tail_vectors(encoder: Encoder, ways: list[graph.Weights], folder: Path) -> tuple[Any, Any]:
    """The plain vectors of ``TEXTS``, and those that tails with these weights make, side by side."""
    graph.save(graph.tails(ways, graph.SHARED), folder / "tails.onnx", quantized=False)
    ids = encoder.tokens(TEXTS)
    plain, hidden = encoder.run(ids, hidden=True)
    return plain, session(folder / "tails.onnx", 1).run(["vector"], {"hidden": hidden, "mask": padded(ids)[1]})[0]


@pytest.mark.parametrize("seed", adapter.SEEDS)
def test_it_is_small_and_starts_where_the_encoder_hands_over(seed: int) -> None:
    assert adapter.path(seed).stat().st_size < 500_000
    assert adapter.first_layer(adapter.load(adapter.path(seed))) == graph.SHARED


@pytest.mark.parametrize("seed", adapter.SEEDS)
def test_it_changes_the_last_layers_and_no_others(weights: graph.Weights, seed: int) -> None:
    changed = adapter.adapted(weights, adapter.load(adapter.path(seed)))
    differing = {name for name in weights if not np.array_equal(weights[name], changed[name])}
    layers = {int(name.split(".")[2]) for name in differing}
    assert layers == set(range(graph.SHARED, graph.LAYERS))
    name = f"encoder.layer.{graph.SHARED}.output.dense.weight"
    assert changed[name].shape == weights[name].shape
    assert 0 < np.linalg.matrix_rank(changed[name] - weights[name], tol=1e-3) <= 16


def test_what_is_packed_comes_back_but_for_rounding(weights: graph.Weights) -> None:
    random = np.random.RandomState(1)
    a, b = random.randn(384, 4).astype(np.float32), random.randn(4, 1152).astype(np.float32)
    packed = adapter.pack({"encoder.layer.5.projections.weight": (a, b)}, {}, 5)
    changed = adapter.adapted(weights, packed)
    parts = [f"encoder.layer.5.attention.self.{part}.weight" for part in adapter.PROJECTIONS]
    found = np.concatenate([changed[name] - weights[name] for name in parts])
    assert np.abs(found - (a @ b).T).max() < 0.02 * np.abs(a @ b).max()


def test_without_corrections_the_tail_ends_in_the_plain_vector(
    encoder: Encoder, weights: graph.Weights, tmp_path: Path
) -> None:
    plain, vectors = tail_vectors(encoder, [weights], tmp_path)
    assert np.allclose(plain, vectors, atol=1e-4)


def test_with_them_an_emergency_is_far_from_a_plain_ache(
    encoder: Encoder, weights: graph.Weights, tmp_path: Path
) -> None:
    ways = [adapter.adapted(weights, adapter.load(adapter.path(seed))) for seed in adapter.SEEDS]
    plain, both = tail_vectors(encoder, ways, tmp_path)
    assert both.shape == (len(TEXTS), graph.WIDTH * len(ways))
    for vectors in np.split(both, len(ways), axis=1):
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
        assert vectors[0] @ vectors[1] < plain[0] @ plain[1] - 0.1


def test_a_missing_one_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="`make tune`"):
        adapter.load(tmp_path / "adapter.npz")


def test_one_for_other_weights_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "adapter.npz"
    adapter.save({**adapter.load(adapter.path(1)), "base": np.array("0" * 64)}, path)
    with pytest.raises(EncoderUnavailable, match="other weights"):
        adapter.load(path)


def test_tuning_draws_apart_what_it_is_told_to(encoder: Encoder, weights: graph.Weights, tmp_path: Path) -> None:
    from components.encoder.tuning import tune

    ids = encoder.tokens(TEXTS)
    hidden = [encoder.run([one], hidden=True)[1][0].astype(np.float16) for one in ids]
    labels = {"alarm": np.array([0, 1, 0, 0], dtype=np.float32), "intent": np.array([0, -1, 1, 2], dtype=np.int32)}
    last = graph.LAYERS - 1
    arrays = tune(hidden, labels, weights, last, 30)
    assert adapter.first_layer(arrays) == last
    plain, vectors = tail_vectors(encoder, [adapter.adapted(weights, arrays)], tmp_path)
    assert max(vectors[1] @ vectors[n] for n in (0, 2, 3)) < max(plain[1] @ plain[n] for n in (0, 2, 3)) - 0.1


def test_the_heads_come_back_as_they_were_fitted(tmp_path: Path) -> None:
    random = np.random.RandomState(1)
    vectors = random.randn(60, 384).astype(np.float32)
    labels: dict[str, list[Any]] = {
        "flag": ["none", "RF-CES", "RF-PE"] * 20,
        "alarm": ["no", "yes", "yes"] * 20,
        "intent": ["greet", None, "thank", "ask_guide", None, "greet"] * 10,
        "entry": [None, None, None, "plank", "bridge", None] * 10,
    }
    fitted = Heads.fit(vectors, labels)
    fitted.save(tmp_path)
    before, after = fitted.run(vectors), Heads.load(tmp_path).run(vectors)
    assert before["flag_labels"] == after["flag_labels"] == ["RF-CES", "RF-PE", "none"]
    assert before["intent_labels"] == ["ask_guide", "greet", "thank"]
    assert before["entry_labels"] == ["bridge", "plank"]
    assert np.allclose(before["alarm"], after["alarm"])
    assert before["alarm"].shape == (60,)
    assert np.allclose(before["flag"].sum(axis=1), 1)
    assert ((before["alarm"] > 0.5) == [label == "yes" for label in labels["alarm"]]).mean() > 0.9


def test_with_two_adapters_their_log_odds_are_averaged() -> None:
    random = np.random.RandomState(1)
    vectors = random.randn(60, 768).astype(np.float32)
    labels: dict[str, list[Any]] = {"alarm": ["no", "yes", "yes"] * 20}
    one, other, both = (Heads.fit(part, labels) for part in (vectors[:, :384], vectors[:, 384:], vectors))

    def odds(heads: Heads, part: Any) -> Any:
        alarm = heads.run(part)["alarm"]
        return np.log(alarm / (1 - alarm))

    mean = (odds(one, vectors[:, :384]) + odds(other, vectors[:, 384:])) / 2
    assert np.allclose(odds(both, vectors), mean, atol=0.02)
