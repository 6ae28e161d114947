"""Makes an adapter: tunes the encoder's last layers to tell red flags, intents and entries of the store from what only
sounds like them.

The published weights stay as they are; beside each matrix of the last layers a small one of low rank is trained, with
the catalogue's phrasings and near misses and the intents' examples. The first layers are run once over the texts.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import Any, Sequence

import numpy as np

from components.encoder import adapter
from components.encoder.graph import HEAD_WIDTH, HEADS, LAYERS, NORM_EPSILON, WIDTH, Weights

logger = logging.getLogger(__name__)

Array = Any

#: Rank of the corrections: the file stays below half a megabyte. Kept as int8.
RANK = 16
#: Texts in one step, and texts that are sorted by length together before they are cut into steps.
BATCH, POOL = 32, 640
#: Peak learning rates: of the corrections, and of the heads on top. Both fall to zero over the training.
LAYER_RATE, HEAD_RATE = 2e-3, 5e-3
DROPOUT = 0.1
#: Multiplies the unit vector before the heads: without it, logits could not leave -1 to 1.
SCALE = 10.0
#: Label of a text that a head of classes learns nothing from.
NO_LABEL = -1


@dataclass
class _Layer:
    """One layer for TensorFlow: matrices as published, (in, out), and what is trained."""

    matrices: dict[str, Any]
    factors: dict[str, tuple[Any, Any]]
    shifts: dict[str, Any]


def _layers(tf: Any, weights: Weights, first: int, random: np.random.RandomState) -> list[_Layer]:
    layers = []
    for number in range(first, LAYERS):
        prefix = f"encoder.layer.{number}."
        values = {name[len(prefix) :]: value for name, value in weights.items() if name.startswith(prefix)}
        for kind in ("weight", "bias"):
            parts = [values.pop(f"attention.self.{part}.{kind}") for part in adapter.PROJECTIONS]
            values[f"projections.{kind}"] = np.concatenate(parts)
        layer = _Layer({}, {}, {})
        for name, value in values.items():
            if value.ndim == 2:
                wide, out = value.shape[1], value.shape[0]
                layer.matrices[name] = tf.constant(np.ascontiguousarray(value.T))
                # B starts at zero, so that the tuning begins with the published encoder.
                a = (random.randn(wide, RANK) / np.sqrt(wide)).astype(np.float32)
                layer.factors[name] = (tf.Variable(a), tf.Variable(np.zeros((RANK, out), dtype=np.float32)))
            else:
                layer.shifts[name] = tf.Variable(value)
        layers.append(layer)
    return layers


def _forward(tf: Any, layers: list[_Layer], x: Any, mask: Any, dropout: float) -> Any:
    """Hidden states (batch, tokens, 384) to the unit mean vector (batch, 384)."""
    batch, tokens = tf.shape(x)[0], tf.shape(x)[1]
    unseen = (1.0 - mask)[:, None, None, :] * -1e4

    def norm(y: Any, layer: _Layer, name: str) -> Any:
        centred = y - tf.reduce_mean(y, -1, keepdims=True)
        variance = tf.reduce_mean(centred * centred, -1, keepdims=True)
        scaled = centred * tf.math.rsqrt(variance + NORM_EPSILON)
        return scaled * layer.shifts[f"{name}.weight"] + layer.shifts[f"{name}.bias"]

    def linear(y: Any, layer: _Layer, name: str) -> Any:
        # As one flat product: TensorFlow multiplies three-dimensional arrays text by text, at half the speed.
        matrix, (a, b) = layer.matrices[f"{name}.weight"], layer.factors[f"{name}.weight"]
        flat = tf.reshape(y, [batch * tokens, matrix.shape[0]])
        flat = flat @ matrix + (flat @ a) @ b + layer.shifts[f"{name}.bias"]
        return tf.reshape(flat, [batch, tokens, matrix.shape[1]])

    def drop(y: Any) -> Any:
        return tf.nn.dropout(y, dropout) if dropout else y

    for layer in layers:
        projected = tf.reshape(linear(x, layer, "projections"), [batch, tokens, 3, HEADS, HEAD_WIDTH])
        query, key, value = tf.unstack(tf.transpose(projected, [2, 0, 3, 1, 4]))
        scores = tf.matmul(query, key, transpose_b=True) / np.sqrt(HEAD_WIDTH).astype(np.float32)
        context = tf.transpose(tf.matmul(tf.nn.softmax(scores + unseen), value), [0, 2, 1, 3])
        attended = linear(tf.reshape(context, [batch, tokens, WIDTH]), layer, "attention.output.dense")
        x = norm(x + drop(attended), layer, "attention.output.LayerNorm")
        inner = tf.nn.gelu(linear(x, layer, "intermediate.dense"), approximate=False)
        x = norm(x + drop(linear(inner, layer, "output.dense")), layer, "output.LayerNorm")
    mean = tf.reduce_sum(x * mask[:, :, None], 1) / tf.reduce_sum(mask, 1, keepdims=True)
    return tf.nn.l2_normalize(mean, -1)


def _batch(hidden: Sequence[Array], rows: Sequence[int]) -> tuple[Array, Array]:
    """The rows' hidden states and mask, padded, float32."""
    width = max(len(hidden[row]) for row in rows)
    x = np.zeros((len(rows), width, WIDTH), dtype=np.float32)
    mask = np.zeros((len(rows), width), dtype=np.float32)
    for number, row in enumerate(rows):
        x[number, : len(hidden[row])] = hidden[row]
        mask[number, : len(hidden[row])] = 1
    return x, mask


def tune(
    hidden: Sequence[Array],
    labels: dict[str, Array],
    weights: Weights,
    first: int,
    epochs: int,
    seed: int = 1,
) -> dict[str, Array]:
    """Trains corrections of the layers from ``first`` on, with one linear head a label on top.

    Args:
        hidden: for each text what the layers below make of it, float16 (tokens, 384).
        labels: head to labels. Whole numbers (texts): classes of which one holds, or NO_LABEL. Float (texts): 0 or 1, a
            head with one logit.
        weights: the published weights.
        first: the number of layers that stay as published.
        epochs: passes over the texts.
        seed: of everything that is drawn.

    Returns:
        The adapter, as ``adapter.pack`` makes it. The heads are left behind: a training of the bot fits its own.
    """
    # oneDNN then multiplies in bfloat16 where the processor can, and as ever where it cannot: half the time.
    os.environ.setdefault("TF_SET_ONEDNN_FPMATH_MODE", "BF16")
    import tensorflow as tf

    tf.random.set_seed(seed)
    random = np.random.RandomState(seed)
    layers = _layers(tf, weights, first, random)
    heads, sparse = {}, {}
    for name, values in labels.items():
        sparse[name] = np.issubdtype(values.dtype, np.integer)
        size = int(values.max()) + 1 if sparse[name] else 1
        start = random.randn(WIDTH, size).astype(np.float32) * 0.05
        heads[name] = (tf.Variable(start), tf.Variable(np.zeros(size, dtype=np.float32)))
    body = [one for layer in layers for pair in layer.factors.values() for one in pair]
    body += [one for layer in layers for one in layer.shifts.values()]
    tops = [variable for head in heads.values() for variable in head]
    steps = epochs * -(-len(hidden) // BATCH)
    optimizers = [
        tf.keras.optimizers.legacy.Adam(tf.keras.optimizers.schedules.PolynomialDecay(rate, steps, 0.0))
        for rate in (LAYER_RATE, HEAD_RATE)
    ]

    @tf.function(reduce_retracing=True)
    def step(x: Any, mask: Any, wanted: dict[str, Any]) -> Any:
        with tf.GradientTape() as tape:
            vector = _forward(tf, layers, x, mask, DROPOUT) * SCALE
            loss = tf.zeros([tf.shape(x)[0]])
            for name, (weight, bias) in heads.items():
                predicted = vector @ weight + bias
                if sparse[name]:
                    each = tf.nn.sparse_softmax_cross_entropy_with_logits(
                        labels=tf.maximum(wanted[name], 0), logits=predicted
                    )
                    loss += each * tf.cast(wanted[name] != NO_LABEL, tf.float32)
                else:
                    loss += tf.nn.sigmoid_cross_entropy_with_logits(labels=wanted[name], logits=predicted[:, 0])
            mean = tf.reduce_mean(loss)
        gradients = tape.gradient(mean, body + tops)
        optimizers[0].apply_gradients(zip(gradients[: len(body)], body))
        optimizers[1].apply_gradients(zip(gradients[len(body) :], tops))
        return mean

    done = 0
    for epoch in range(epochs):
        rows = random.permutation(len(hidden))
        pools = [sorted(rows[i : i + POOL], key=lambda row: len(hidden[row])) for i in range(0, len(rows), POOL)]
        parts = [pool[i : i + BATCH] for pool in pools for i in range(0, len(pool), BATCH)]
        random.shuffle(parts)
        total = 0.0
        for part in parts:
            x, mask = _batch(hidden, part)
            wanted = {name: tf.constant(values[part]) for name, values in labels.items()}
            total += float(step(tf.constant(x), tf.constant(mask), wanted))
            done += 1
            if done % max(1, steps // 20) == 0:
                logger.info("tuning the encoder's last layers, %d %%", 100 * done // steps)
        logger.info("pass %d of %d, loss %.3f", epoch + 1, epochs, total / len(parts))
    factors, shifts = {}, {}
    for number, layer in enumerate(layers, first):
        prefix = f"encoder.layer.{number}."
        factors.update({prefix + name: (a.numpy(), b.numpy()) for name, (a, b) in layer.factors.items()})
        for name, value in layer.shifts.items():
            shifts[prefix + name] = value.numpy() - _published(weights, prefix, name)
    return adapter.pack(factors, shifts, first)


def _published(weights: Weights, prefix: str, name: str) -> Array:
    """A bias or a norm as published; those of the three projections as one."""
    if name.startswith("projections."):
        kind = name.partition(".")[2]
        return np.concatenate([weights[f"{prefix}attention.self.{part}.{kind}"] for part in adapter.PROJECTIONS])
    return weights[prefix + name]
