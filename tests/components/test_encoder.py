"""The sentence encoder: the published weights and no others, the published vectors, and little to carry to a server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backtalk.yaml_files import ROOT, read_yaml
from components.encoder import graph
from components.encoder.graph import EncoderUnavailable
from components.encoder.onnx_encoder import BATCH, PIECES, Encoder, batches, padded

#: Pairs and their cosine, as the documentation of sentence-transformers prints them for all-MiniLM-L6-v2.
FIRST = ["The new movie is awesome", "The cat sits outside", "A man is playing guitar"]
SECOND = ["The dog plays in the garden", "The new movie is so great", "A woman watches TV"]
PUBLISHED = np.array([[0.0543, 0.8939, -0.0502], [0.2838, -0.0029, 0.1310], [0.2277, -0.0136, -0.0327]])
#: What a server must not need: what training uses, and what is not installed at all.
TRAINING_ONLY = ("torch", "tensorflow", "transformers", "sentence_transformers", "onnx", "safetensors", graph.PACKAGE)


def encoder_in(folder: Path, quantized: bool) -> Encoder:
    """The encoder, built from the weights."""
    graph.build(folder / Encoder.GRAPH, quantized=quantized)
    (folder / Encoder.TOKENIZER).write_bytes((graph.weights_folder() / Encoder.TOKENIZER).read_bytes())
    return Encoder(folder)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """With float32 weights."""
    return encoder_in(tmp_path_factory.mktemp("full"), quantized=False)


@pytest.fixture(scope="module")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the encoder with int8 weights lies, as a model holds it."""
    folder = tmp_path_factory.mktemp("small")
    encoder_in(folder, quantized=True)
    return folder


@pytest.fixture(scope="module")
def small(small_folder: Path) -> Encoder:
    """With int8 weights."""
    return Encoder(small_folder)


# --- the weights


def test_the_installed_weights_are_the_published_ones() -> None:
    graph.check_weights(graph.weights_folder() / "model.safetensors")


def test_one_changed_bit_of_the_weights_is_refused(tmp_path: Path) -> None:
    content = bytearray((graph.weights_folder() / "model.safetensors").read_bytes())
    content[-1] ^= 1
    changed = tmp_path / "model.safetensors"
    changed.write_bytes(content)
    with pytest.raises(
        EncoderUnavailable, match=r"model\.safetensors is not the published file: its sha256 is [0-9a-f]{64}"
    ):
        graph.check_weights(changed)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match=r"weights are missing: there is no model\.safetensors"):
        graph.check_weights(tmp_path / "model.safetensors")


def test_a_package_that_is_not_installed_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(graph, "PACKAGE", "no_such_weights")
    with pytest.raises(EncoderUnavailable, match=r"the package no-such-weights is not installed\. `make setup`"):
        graph.build(tmp_path / Encoder.GRAPH)
    assert list(tmp_path.iterdir()) == []


# --- the vectors


def test_the_graph_gives_the_published_cosines(full: Encoder) -> None:
    assert np.abs(full.encode(FIRST) @ full.encode(SECOND).T - PUBLISHED).max() < 0.0002


def test_int8_says_nearly_what_float32_says(full: Encoder, small: Encoder) -> None:
    texts = [one["text"] for one in read_yaml(ROOT / "tests" / "nlu" / "entries.yml")["messages"][:200]]
    cosines = (full.encode(texts) * small.encode(texts)).sum(axis=1)
    assert cosines.mean() > 0.99
    assert cosines.min() > 0.97


def test_vectors_have_length_one_whatever_the_text(small: Encoder) -> None:
    vectors = small.encode(["", "a", "🙂", "x" * 5000, "back " * 3000])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_what_else_is_in_a_batch_changes_nothing_to_speak_of(full: Encoder) -> None:
    alone = full.encode(["my back hurts"])[0]
    beside = full.encode(["my back hurts", "a much longer text, " * 20])[0]
    assert float(alone @ beside) > 0.99999


def test_a_long_text_is_cut(small: Encoder) -> None:
    assert [len(ids) for ids in small.tokens(["back " * 3000, "my back hurts"])] == [PIECES, 5]


def test_the_hidden_states_cover_every_piece(small: Encoder) -> None:
    vectors, hidden = small.run(small.tokens(["my back hurts", "ice"]), hidden=True)
    assert vectors.shape == (2, 384)
    assert hidden.shape == (2, 5, 384)


def test_rows_are_padded_behind_and_masked() -> None:
    ids, mask = padded([[7, 8, 9], [7]])
    assert ids.tolist() == [[7, 8, 9], [7, 0, 0]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]


def test_batches_hold_every_row_once_and_like_lengths_together() -> None:
    rows = [[0] * (1 + n % 7) for n in range(2 * BATCH + 3)]
    found = batches(rows)
    assert sorted(row for batch in found for row in batch) == list(range(len(rows)))
    assert [len(batch) for batch in found] == [BATCH, BATCH, 3]
    lengths = [len(rows[row]) for batch in found for row in batch]
    assert lengths == sorted(lengths)


# --- the server


@pytest.mark.parametrize("name", [Encoder.GRAPH, Encoder.TOKENIZER])
def test_a_model_without_its_encoder_says_what_is_missing(small_folder: Path, tmp_path: Path, name: str) -> None:
    for file in (Encoder.GRAPH, Encoder.TOKENIZER):
        if file != name:
            (tmp_path / file).symlink_to(small_folder / file)
    with pytest.raises(FileNotFoundError, match=rf"{name} is missing\. Train it again\."):
        Encoder(tmp_path)


def test_serving_needs_neither_the_weights_nor_what_training_uses(small_folder: Path) -> None:
    program = f"""
import sys
for name in {TRAINING_ONLY!r}:
    sys.modules[name] = None  # importing it is an error from here on
from pathlib import Path
from components.encoder.onnx_encoder import Encoder
print(Encoder(Path(sys.argv[1])).encode(["my back hurts"]).shape)
"""
    command = [sys.executable, "-c", program, str(small_folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.strip() == "(1, 384)", done.stderr


def test_the_encoder_is_small_enough_to_carry(small_folder: Path) -> None:
    assert (small_folder / Encoder.GRAPH).stat().st_size < 25_000_000


# --- the component


def component(storage: Any, **settings: Any) -> Any:
    """A fresh ``SentenceEncoder``."""
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.resource import Resource

    from components.encoder.featurizer import SentenceEncoder

    config = {**SentenceEncoder.get_default_config(), "tuned": False, **settings}
    context = ExecutionContext(GraphSchema({}), node_name="encoder")
    return SentenceEncoder, (config, storage, Resource("encoder"), context)


def message(text: str) -> Any:
    """As the reader hands it on."""
    from rasa.nlu.tokenizers.tokenizer import Token
    from rasa.shared.nlu.training_data.message import Message

    from components.reader import MENDED

    return Message(data={"text": text, MENDED: text, "text_tokens": [Token(word, 0) for word in text.split()]})


@pytest.fixture
def storage(tmp_path: Path) -> Any:
    """Where Rasa keeps a model's components."""
    from rasa.engine.storage.local_model_storage import LocalModelStorage

    return LocalModelStorage(tmp_path)


def test_a_persisted_component_works_where_the_weights_are_not_installed(
    storage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rasa.shared.nlu.training_data.training_data import TrainingData

    kind, parts = component(storage)
    trained = kind.create(*parts)
    trained.train(TrainingData([message("my back hurts")]))
    before, after = message("how long do I ice it"), message("how long do I ice it")
    trained.process([before])
    monkeypatch.setattr(graph, "PACKAGE", "no_such_weights")
    kind.load(*parts).process([after])
    expected, found = (one.get_dense_features("text")[1].features for one in (before, after))
    assert found.shape == (1, 384)
    assert np.allclose(found, expected, atol=1e-4)


def test_training_without_the_weights_says_so(storage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa.shared.nlu.training_data.training_data import TrainingData

    monkeypatch.setattr(graph, "PACKAGE", "no_such_weights")
    kind, parts = component(storage)
    with pytest.raises(EncoderUnavailable, match="`make setup` installs it"):
        kind.create(*parts).train(TrainingData([message("my back hurts")]))


def test_each_word_gets_the_vector_of_the_sentence_if_a_classifier_wants_words(storage: Any) -> None:
    from rasa.shared.nlu.training_data.training_data import TrainingData

    kind, parts = component(storage, sequence=True)
    encoder = kind.create(*parts)
    one = message("my back hurts")
    encoder.train(TrainingData([one]))
    encoder.process([one])
    sequence, sentence = one.get_dense_features("text")
    assert sequence.features.shape == (3, 384)
    assert (sequence.features == sentence.features[0]).all()


def test_a_message_without_text_gets_no_vector_and_does_no_harm(storage: Any) -> None:
    from rasa.shared.nlu.training_data.message import Message

    kind, parts = component(storage)
    empty = Message(data={"text": ""})
    kind.create(*parts).process([empty])
    assert empty.get_dense_features("text") == (None, None)
