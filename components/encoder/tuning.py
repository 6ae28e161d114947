"""Tunes the encoder's last layers to tell red flags from messages that only sound like them.

A sentence vector made for likeness puts "I can't feel my legs" and "I can feel my legs" side by side. So the last
layers of the encoder are trained on, with the catalogue's phrasings and near misses; the first ones are shared with the
plain encoder and stay as published, and so are run once over the training texts. Needed for training only.
"""

from __future__ import annotations

import logging
import os
from typing import Any, Callable, Dict, Optional, Sequence

import numpy as np

from components.encoder.graph import HEAD_WIDTH, HEADS, LAYERS, NORM_EPSILON, WIDTH, Weights

logger = logging.getLogger(__name__)

Array = Any

#: What a line of the log begins with that a person who waits wants to see (`scripts/model.py`).
PROGRESS = "Progress: "
#: Texts in one step, and texts that are sorted by length together before they are cut into steps.
BATCH, POOL = 32, 640
#: Peak learning rates: of the layers, and of the new heads on top of them. Both fall to zero over the training.
LAYER_RATE, HEAD_RATE = 5e-4, 5e-3
DROPOUT = 0.1
#: Multiplies the unit vector before the heads: without it, logits could not leave -1 to 1.
SCALE = 10.0
#: Label of a text that a head of classes learns nothing from.
NO_LABEL = -1
_PROJECTIONS = ("query", "key", "value")


def _layers(tf: Any, weights: Weights, first: int) -> list[dict[str, Any]]:
    """The layers' weights as TensorFlow variables: matrices as (in, out), the three projections as one."""
    layers = []
    for number in range(first, LAYERS):
        prefix = f"encoder.layer.{number}."
        values = {name[len(prefix) :]: value for name, value in weights.items() if name.startswith(prefix)}
        for kind in ("weight", "bias"):
            parts = [values.pop(f"attention.self.{part}.{kind}") for part in _PROJECTIONS]
            values[f"projections.{kind}"] = np.concatenate(parts)
        layers.append({name: tf.Variable(v.T if v.ndim == 2 else v) for name, v in values.items()})
    return layers


def _published(layers: list[dict[str, Any]], first: int) -> Weights:
    """The layers' values under the published names, the projections apart again."""
    weights: Weights = {}
    for number, layer in enumerate(layers, first):
        prefix = f"encoder.layer.{number}."
        for name, variable in layer.items():
            value = variable.numpy()
            value = value.T if value.ndim == 2 else value
            if name.startswith("projections."):
                for part, third in zip(_PROJECTIONS, np.split(value, 3)):
                    weights[f"{prefix}attention.self.{part}.{name.split('.')[1]}"] = third
            else:
                weights[prefix + name] = value
    return weights


def _forward(tf: Any, layers: list[dict[str, Any]], x: Any, mask: Any, dropout: float) -> Any:
    """Hidden states (batch, tokens, 384) to the unit mean vector (batch, 384)."""
    batch, tokens = tf.shape(x)[0], tf.shape(x)[1]
    unseen = (1.0 - mask)[:, None, None, :] * -1e4

    def norm(y: Any, layer: dict[str, Any], name: str) -> Any:
        centred = y - tf.reduce_mean(y, -1, keepdims=True)
        variance = tf.reduce_mean(centred * centred, -1, keepdims=True)
        return centred * tf.math.rsqrt(variance + NORM_EPSILON) * layer[f"{name}.weight"] + layer[f"{name}.bias"]

    def linear(y: Any, layer: dict[str, Any], name: str) -> Any:
        # As one flat product: TensorFlow multiplies three-dimensional arrays text by text, at half the speed.
        weight = layer[f"{name}.weight"]
        flat = tf.reshape(y, [batch * tokens, weight.shape[0]]) @ weight + layer[f"{name}.bias"]
        return tf.reshape(flat, [batch, tokens, weight.shape[1]])

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
    labels: Dict[str, Array],
    weights: Weights,
    first: int,
    epochs: int,
    choose: Callable[[int, np.random.RandomState], Array],
    seed: int = 1,
    keep: float = 1.0,
    after_epoch: Optional[Callable[[int, Callable[[Sequence[Array]], Dict[str, Array]]], None]] = None,
) -> tuple[Weights, dict[str, tuple[Array, Array]]]:
    """Trains the layers from ``first`` on and one linear head a label.

    Args:
        hidden: for each text what the shared layers make of it, float16 (tokens, 384).
        labels: head to labels. Whole numbers (texts): classes of which one holds, or NO_LABEL. Float (texts): 0 or 1, a
            head with one logit.
        weights: the published weights.
        first: the number of shared layers.
        epochs: passes over what ``choose`` picks.
        choose: epoch and random state to the rows of this epoch.
        keep: share of an epoch's rows that the next one gets: those with the highest loss. What is learned already
            teaches little more, and takes as long.
        after_epoch: called with the epoch and a function from hidden states to logits by head, to watch the training.

    Returns:
        The trained layers under the published names, and head to weight (384, classes) and bias.
    """
    # oneDNN then multiplies in bfloat16 where the processor can, and as ever where it cannot: half the time.
    os.environ.setdefault("TF_SET_ONEDNN_FPMATH_MODE", "BF16")
    import tensorflow as tf

    tf.random.set_seed(seed)
    random = np.random.RandomState(seed)
    layers = _layers(tf, weights, first)
    heads, sparse = {}, {}
    for name, values in labels.items():
        sparse[name] = np.issubdtype(values.dtype, np.integer)
        size = int(values.max()) + 1 if sparse[name] else 1
        start = random.randn(WIDTH, size).astype(np.float32) * 0.05
        heads[name] = (tf.Variable(start), tf.Variable(np.zeros(size, dtype=np.float32)))
    body = [variable for layer in layers for variable in layer.values()]
    tops = [variable for head in heads.values() for variable in head]
    plan = [choose(epoch, random) for epoch in range(epochs)]
    sizes = [len(rows) if epoch == 0 else int(keep * len(rows)) for epoch, rows in enumerate(plan)]
    steps = sum(-(-size // BATCH) for size in sizes)
    # What was never seen counts as hardest.
    losses = np.full(len(hidden), np.inf, dtype=np.float32)
    optimizers = [
        tf.keras.optimizers.legacy.Adam(tf.keras.optimizers.schedules.PolynomialDecay(rate, steps, 0.0))
        for rate in (LAYER_RATE, HEAD_RATE)
    ]

    def logits(x: Any, mask: Any, dropout: float) -> dict[str, Any]:
        vector = _forward(tf, layers, x, mask, dropout) * SCALE
        return {name: vector @ weight + bias for name, (weight, bias) in heads.items()}

    @tf.function(reduce_retracing=True)
    def step(x: Any, mask: Any, wanted: dict[str, Any]) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.zeros([tf.shape(x)[0]])
            for name, predicted in logits(x, mask, DROPOUT).items():
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
        return loss

    @tf.function(reduce_retracing=True)
    def infer(x: Any, mask: Any) -> dict[str, Any]:
        return logits(x, mask, 0.0)

    def predict(states: Sequence[Array]) -> Dict[str, Array]:
        parts: dict[str, list[Array]] = {name: [] for name in heads}
        for start in range(0, len(states), 64):
            x, mask = _batch(states, range(start, min(start + 64, len(states))))
            for name, values in infer(tf.constant(x), tf.constant(mask)).items():
                parts[name].append(values.numpy())
        return {name: np.concatenate(values) for name, values in parts.items()}

    done = 0
    for epoch, chosen in enumerate(plan):
        hardest = chosen[np.argsort(-losses[chosen], kind="stable")][: sizes[epoch]]
        rows = random.permutation(hardest)
        pools = [sorted(rows[i : i + POOL], key=lambda row: len(hidden[row])) for i in range(0, len(rows), POOL)]
        parts = [pool[i : i + BATCH] for pool in pools for i in range(0, len(pool), BATCH)]
        random.shuffle(parts)
        total = 0.0
        for part in parts:
            x, mask = _batch(hidden, part)
            wanted = {name: tf.constant(values[part]) for name, values in labels.items()}
            losses[part] = step(tf.constant(x), tf.constant(mask), wanted).numpy()
            total += float(losses[part].mean())
            done += 1
            if done % max(1, steps // 20) == 0:
                logger.info(PROGRESS + "tuning the encoder's last layers, %d %%", 100 * done // steps)
        logger.info("Red-flag classifier: pass %d of %d, loss %.3f", epoch + 1, epochs, total / len(parts))
        if after_epoch:
            after_epoch(epoch, predict)
    return _published(layers, first), {name: (weight.numpy(), bias.numpy()) for name, (weight, bias) in heads.items()}
