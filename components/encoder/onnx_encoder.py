"""Runs the sentence encoder: texts to vectors, on onnxruntime, one thread."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Sequence

import numpy as np

#: Wordpieces of one text that are read; a sentence has about 20, a long story is cut into sentences before.
PIECES = 128
#: Texts in one run of the graph: enough to be quick in training, small enough to stay in the cache.
BATCH = 32


Array = Any  # a NumPy array; its shape stands in the docstring


class Encoder:
    """The encoder as it lies in a folder: ``encoder.onnx`` and ``tokenizer.json``.

    Args:
        threads: 1 for a server, 0 (as many as there are cores) for training.

    Raises:
        FileNotFoundError: one of the two is missing.
    """

    GRAPH, TOKENIZER = "encoder.onnx", "tokenizer.json"

    def __init__(self, folder: Path, threads: int = 1) -> None:
        from tokenizers import Tokenizer

        for name in (self.GRAPH, self.TOKENIZER):
            if not (folder / name).is_file():
                raise FileNotFoundError(f"The model has no sentence encoder: {name} is missing. Train it again.")
        self._tokenizer = Tokenizer.from_file(str(folder / self.TOKENIZER))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(PIECES)
        self._session = session(folder / self.GRAPH, threads)

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """The wordpiece ids of each text, the two framing ones included."""
        return [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]

    def run(self, ids: Sequence[Sequence[int]], hidden: bool = False) -> list[Array]:
        """``vector``, float32 (texts, 384) of length 1 each; with ``hidden`` also ``hidden`` (texts, tokens, 384)."""
        rows, mask = padded(ids)
        result: list[Array] = self._session.run(
            ["vector", "hidden"] if hidden else ["vector"], {"ids": rows, "mask": mask}
        )
        return result

    def encode(self, texts: Sequence[str]) -> Array:
        """Vectors of length 1, float32, shape (texts, 384)."""
        ids = self.tokens(texts)
        vectors = np.zeros((len(texts), 384), dtype=np.float32)
        for rows in batches(ids):
            vectors[rows] = self.run([ids[i] for i in rows])[0]
        return vectors


def session(graph: Path, threads: int) -> Any:
    """An onnxruntime session on the processor.

    Args:
        threads: 1 for a server: one message is too small a sum to be worth a second thread, and the action server wants
            a core too. 0, as many as there are cores, for training.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def padded(ids: Sequence[Sequence[int]]) -> tuple[Array, Array]:
    """Ids and mask as int64 matrices, padded with 0 to the longest."""
    width = max(len(row) for row in ids)
    matrix = np.zeros((len(ids), width), dtype=np.int64)
    mask = np.zeros((len(ids), width), dtype=np.int64)
    for number, row in enumerate(ids):
        matrix[number, : len(row)] = row
        mask[number, : len(row)] = 1
    return matrix, mask


def batches(ids: Sequence[Sequence[int]]) -> list[list[int]]:
    """Row numbers in batches of texts of like length: padding is work for nothing."""
    order = sorted(range(len(ids)), key=lambda number: len(ids[number]))
    return [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
