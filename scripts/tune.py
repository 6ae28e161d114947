"""Makes ``components/encoder/adapter-*.npz``: the tunings of the encoder's last layers, some twenty minutes each.

Usage: python -m scripts.tune. A training of the bot uses the files as they are and fits its classifiers anew, so that a
few new examples do not need this; after many of them, or a new red flag, it is worth it.
"""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from backtalk.yaml_files import ROOT

#: Passes over the examples. Of four over whole layers each still helped (on `tests/safety/messages_dev.yml`); more than
#: five were not tried.
EPOCHS = 5


def main() -> None:
    """Reads the training data as a training does, tunes, and writes the files."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.importers.importer import TrainingDataImporter

    from components.encoder import adapter, graph, tuning
    from components.encoder.featurizer import labels_of
    from components.encoder.onnx_encoder import Encoder, batches
    from components.reader import MENDED, MessageReader

    tuning.logger.setLevel(logging.INFO)
    started = time.monotonic()
    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")]
    )
    data = importer.get_nlu_data()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        storage = LocalModelStorage(folder)
        reader = MessageReader(MessageReader.get_default_config(), storage, Resource("reader"))
        reader.train(data)
        reader.process_training_data(data)
        examples = [message for message in data.training_examples if message.get(MENDED)]
        weights = graph.load_weights()
        # Quantized, as the bot runs it: what is tuned then fits what it will get.
        graph.build(folder / Encoder.GRAPH)
        (folder / Encoder.TOKENIZER).write_bytes((graph.weights_folder() / Encoder.TOKENIZER).read_bytes())
        encoder = Encoder(folder, threads=0)
        ids = encoder.tokens([str(message.get(MENDED)) for message in examples])
        hidden: list[Any] = [None] * len(ids)
        for rows in batches(ids):
            states = encoder.run([ids[row] for row in rows], hidden=True)[1]
            for number, row in enumerate(rows):
                hidden[row] = states[number, : len(ids[row])].astype(np.float16)
    labels = {}
    for head, wanted in labels_of(examples).items():
        if head == "alarm":
            labels[head] = np.array([float(label == "yes") for label in wanted], dtype=np.float32)
            continue
        names = sorted({label for label in wanted if label})
        places = {label: place for place, label in enumerate(names)}
        labels[head] = np.array([places[label] if label else tuning.NO_LABEL for label in wanted], dtype=np.int32)
    for seed in adapter.SEEDS:
        arrays = tuning.tune(hidden, labels, weights, graph.SHARED, EPOCHS, seed)
        adapter.save(arrays, adapter.path(seed))
    minutes = (time.monotonic() - started) / 60
    print(f"{len(adapter.SEEDS)} adapters, {minutes:.0f} minutes, {len(examples)} texts.")


if __name__ == "__main__":
    main()
