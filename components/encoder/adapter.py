"""Adapters: what the encoder's last layers learned about red flags, intents and the store, as low-rank corrections.

A sentence vector made for likeness puts "I can't feel my legs" and "I can feel my legs" side by side. Tuning the last
layers mends that, and takes a while; so it is done once (`make tune`), and what it changed is kept in small files, as
LoRA (Hu et al. 2021): each matrix W becomes W + A B with A and B of a small rank. A training of the bot applies them
and fits its classifiers anew on the vectors that come out, which takes seconds.

There are two, tuned alike from different starts: what one of them gets wrong by chance, the other seldom does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from components.encoder.graph import WEIGHTS_SHA256, EncoderUnavailable, Weights

Array = Any

#: Seeds of the tunings, one adapter each.
SEEDS = (1, 2)
#: int8: a column of A, or a row of B, has one scale.
STEPS = 127
#: The three projections of the attention are corrected as one matrix.
PROJECTIONS = ("query", "key", "value")


def path(seed: int) -> Path:
    """Where the adapter that was tuned with a seed is kept."""
    return Path(__file__).with_name(f"adapter-{seed}.npz")


def _packed(matrix: Array, axis: int) -> tuple[Array, Array]:
    """int8 and scale, one scale along the other axis."""
    scale = np.maximum(np.abs(matrix).max(axis=axis, keepdims=True), 1e-12) / STEPS
    return np.round(matrix / scale).astype(np.int8), scale.astype(np.float32)


def pack(factors: dict[str, tuple[Array, Array]], shifts: dict[str, Array], first: int) -> dict[str, Array]:
    """An adapter as it is stored.

    Args:
        factors: name of a matrix, (in, out), to A (in, rank) and B (rank, out).
        shifts: name of a bias or norm to what is added to it.
        first: the number of layers below that stay as published.
    """
    arrays: dict[str, Array] = {"base": np.array(WEIGHTS_SHA256), "first": np.array(first)}
    for name, (a, b) in factors.items():
        arrays[f"{name}|a"], arrays[f"{name}|a-scale"] = _packed(a, 0)
        arrays[f"{name}|b"], arrays[f"{name}|b-scale"] = _packed(b, 1)
    for name, shift in shifts.items():
        arrays[f"{name}|shift"] = shift.astype(np.float16)
    return arrays


def save(arrays: dict[str, Array], path: Path) -> None:
    """Writes what ``pack`` made."""
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def load(path: Path) -> dict[str, Array]:
    """Reads what ``save`` wrote.

    Raises:
        EncoderUnavailable: it is missing, or was made for other weights.
    """
    if not path.is_file():
        raise EncoderUnavailable(
            f"An adapter of the encoder is missing: there is no {path.name}. `make tune` makes it."
        )
    with np.load(path) as stored:
        arrays = dict(stored)
    if str(arrays.get("base")) != WEIGHTS_SHA256:
        raise EncoderUnavailable(f"{path.name} was made for other weights of the encoder. `make tune` makes it anew.")
    return arrays


def first_layer(arrays: dict[str, Array]) -> int:
    """The number of layers that stay as published."""
    return int(arrays["first"])


def adapted(weights: Weights, arrays: dict[str, Array]) -> Weights:
    """The published weights with the adapter's corrections."""
    result = dict(weights)

    def add(name: str, change: Array) -> None:
        if ".projections." in name:
            prefix, _, kind = name.partition("projections.")
            for part, third in zip(PROJECTIONS, np.split(change, 3)):
                add(f"{prefix}attention.self.{part}.{kind}", third)
        else:
            result[name] = (result[name] + change).astype(np.float32)

    for key in arrays:
        name, _, part = key.partition("|")
        if part == "a":
            a = arrays[f"{name}|a"].astype(np.float32) * arrays[f"{name}|a-scale"]
            b = arrays[f"{name}|b"].astype(np.float32) * arrays[f"{name}|b-scale"]
            # Published matrices are (out, in).
            add(name, (a @ b).T)
        elif part == "shift":
            add(name, arrays[key].astype(np.float32))
    return result
