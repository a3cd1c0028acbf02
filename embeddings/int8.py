"""MiniLM (a BERT encoder) in 8-bit integers on onnxruntime.

The network's graph is made here from the published weights, when a model is opened: that takes less than a tenth of a
second, so nothing is exported or kept on disk, and neither torch nor transformers is imported. Matrices are 8-bit, and
what is multiplied by them is quantised as it comes (dynamic quantisation), in one of two ways: with one scale for each
column and each text, or, in twice the time, with one scale for each block of 32 numbers. Each text is run by itself, as
many at a time as there are processors: nothing is padded, and a text's vector does not depend on what is encoded beside
it.

docs/benchmarks.md has the speed, docs/evaluation.md what 8 bits cost in retrieval and reading.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Floats = NDArray[np.float32]
Tensors = Mapping[str, NDArray[np.generic]]
"""Weights under their names in transformers' ``BertModel``."""

HEADS = 12
EPSILON = 1e-12
MICROSOFT = "com.microsoft"
"""The domain of onnxruntime's own operators."""
IN_INTEGERS = 4
"""onnxruntime's name for multiplying 8-bit by 8-bit numbers."""
BLOCK = 32
"""Numbers that share a scale, where scales are fine."""
LARGEST = 127
LARGEST_WITHOUT_VNNI = 63
"""Older processors add two products of 8-bit numbers in 16 bits, which overflow unless weights have 7 bits."""


class Encoder:
    """The encoder, and on top of it either the mean over the tokens or a linear head. Safe to share by threads."""

    def __init__(self, tensors: Tensors, head: tuple[Floats, Floats] | None = None, *, fine: bool = False) -> None:
        """Makes the network.

        Args:
            tensors: weights of a ``BertModel`` of any depth with heads of 32 numbers.
            head: weight ``(outputs, hidden)`` and bias ``(outputs,)`` of a linear layer over each token; None: the
                mean of the last layer over all tokens instead.
            fine: one scale for each block of numbers. Over 60 passages, the cosine between the 8-bit mean and that of
                32 bits was .9952 on average (.9906 at least) without and .9997 (.9995) with.
        """
        self._words = tensors["embeddings.word_embeddings.weight"]
        self._positions = np.asarray(tensors["embeddings.position_embeddings.weight"], dtype=np.float32)
        self._types = np.asarray(tensors["embeddings.token_type_embeddings.weight"], dtype=np.float32)
        self._session = _session(_Graph(tensors, fine).model(head))

    def run(self, ids: Sequence[NDArray[np.int32]], types: Sequence[NDArray[np.int32]] | None = None) -> list[Floats]:
        """The mean ``(hidden,)`` or the head's outputs ``(n, outputs)`` of each sequence of ``n`` tokens.

        Args:
            ids: token ids, special tokens included; at most as many as there are positions.
            types: segment numbers of the same lengths; None: all 0.
        """
        segments = [np.zeros_like(one) for one in ids] if types is None else types
        if len(ids) == 1:
            return [self._one(ids[0], segments[0])]
        return list(_workers().map(self._one, ids, segments))

    def _one(self, ids: NDArray[np.int32], types: NDArray[np.int32]) -> Floats:
        embedded = self._words[ids].astype(np.float32) + self._positions[: len(ids)] + self._types[types]
        output: Floats = self._session.run(None, {"embedded": embedded[None]})[0][0]
        return output


class _Graph:
    """Collects the nodes and weights of one network."""

    def __init__(self, tensors: Tensors, fine: bool) -> None:
        self._tensors = tensors
        self._fine = fine
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def model(self, head: tuple[Floats, Floats] | None) -> onnx.ModelProto:
        hidden = self._norm("embedded", "embeddings.LayerNorm")
        layers = 1 + max(int(name.split(".")[2]) for name in self._tensors if name.startswith("encoder.layer."))
        for layer in range(layers):
            hidden = self._layer(hidden, f"encoder.layer.{layer}.")
        if head is None:
            axes = self._weight("axes", np.array([1], dtype=np.int64))
            output = self._node("ReduceMean", [hidden, axes], keepdims=0)
        else:
            weight, bias = head
            product = self._node("MatMul", [hidden, self._weight("head.weight", np.asarray(weight, np.float32).T)])
            output = self._node("Add", [product, self._weight("head.bias", np.asarray(bias, np.float32))])
        width = len(self._float("embeddings.LayerNorm.bias"))
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info("embedded", TensorProto.FLOAT, [1, "tokens", width])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
            self._weights,
        )
        return _model(graph)

    def _layer(self, hidden: str, prefix: str) -> str:
        attention = prefix + "attention."
        three = [f"{attention}self.{name}" for name in ("query", "key", "value")]
        width = len(self._float(three[0] + ".bias"))
        packed = self._linear(hidden, *three)
        parts = [f"{name}.output" for name in three]
        sizes = self._weight(attention + "sizes", np.full(3, width, dtype=np.int64))
        self._nodes.append(helper.make_node("Split", [packed, sizes], parts, axis=-1))
        attended = self._node("MultiHeadAttention", parts, MICROSOFT, num_heads=HEADS)
        added = self._node("Add", [self._linear(attended, attention + "output.dense"), hidden])
        hidden = self._norm(added, attention + "output.LayerNorm")
        inner = self._node("Gelu", [self._linear(hidden, prefix + "intermediate.dense")], MICROSOFT)
        added = self._node("Add", [self._linear(inner, prefix + "output.dense"), hidden])
        return self._norm(added, prefix + "output.LayerNorm")

    def _linear(self, source: str, *names: str) -> str:
        """One 8-bit matrix product with the weights of these layers, side by side."""
        weight = np.concatenate([self._float(name + ".weight") for name in names])
        bias = np.concatenate([self._float(name + ".bias") for name in names])
        if self._fine:
            blocks, scales = quantise_blocks(weight)
            made = [self._weight(f"{names[0]}.blocks", blocks), self._weight(f"{names[0]}.scales", scales)]
            inputs = [source, *made, "", "", self._weight(f"{names[0]}.biases", bias)]
            outputs, width = weight.shape
            sizes = {"N": outputs, "K": width, "bits": 8, "block_size": BLOCK}
            return self._node("MatMulNBits", inputs, MICROSOFT, accuracy_level=IN_INTEGERS, **sizes)
        numbers, scales = quantise(weight, largest_weight())
        zeros = np.zeros(len(scales), dtype=np.int8)
        inputs = [
            source,
            self._weight(f"{names[0]}.integers", numbers),
            self._weight(f"{names[0]}.scales", scales),
            self._weight(f"{names[0]}.zeros", zeros),
            self._weight(f"{names[0]}.biases", bias),
        ]
        return self._node("DynamicQuantizeMatMul", inputs, MICROSOFT)

    def _norm(self, source: str, name: str) -> str:
        weights = [self._weight(f"{name}.{part}", self._float(f"{name}.{part}")) for part in ("weight", "bias")]
        return self._node("LayerNormalization", [source, *weights], epsilon=EPSILON, axis=-1)

    def _node(self, operator: str, inputs: Sequence[str], domain: str = "", **attributes: Any) -> str:
        output = f"{operator}.{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def _weight(self, name: str, value: NDArray[np.generic]) -> str:
        self._weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _float(self, name: str) -> Floats:
        return np.asarray(self._tensors[name], dtype=np.float32)


def quantise(weight: Floats, largest: int = LARGEST) -> tuple[NDArray[np.int8], Floats]:
    """A weight ``(outputs, inputs)`` as integers ``(inputs, outputs)`` from ``-largest`` to ``largest``, with one scale
    for each output: ``weight.T`` is about ``integers * scales``."""
    scales = np.maximum(np.abs(weight).max(axis=1), 1e-12) / largest
    return np.rint(weight.T / scales).astype(np.int8), scales.astype(np.float32)


def quantise_blocks(weight: Floats) -> tuple[NDArray[np.uint8], Floats]:
    """A weight ``(outputs, inputs)`` as integers ``(outputs, blocks, BLOCK)``, 128 for zero, and scales ``(outputs,
    blocks)``."""
    blocks = weight.reshape(len(weight), -1, BLOCK)
    scales = np.maximum(np.abs(blocks).max(axis=2), 1e-12) / LARGEST
    return (np.rint(blocks / scales[..., None]) + 128).astype(np.uint8), scales.astype(np.float32)


@cache
def largest_weight() -> int:
    """The largest integer that weights may have here: 127 where the processor multiplies 8-bit numbers exactly.

    A product of the largest numbers is computed and compared with what it should be.
    """
    inputs = 64
    weights = [
        numpy_helper.from_array(np.full((inputs, 16), LARGEST, np.int8), "integers"),
        numpy_helper.from_array(np.ones(16, np.float32), "scales"),
        numpy_helper.from_array(np.zeros(16, np.int8), "zeros"),
    ]
    names = ["embedded", *(weight.name for weight in weights)]
    node = helper.make_node("DynamicQuantizeMatMul", names, ["output"], domain=MICROSOFT)
    graph = helper.make_graph(
        [node],
        "probe",
        [helper.make_tensor_value_info("embedded", TensorProto.FLOAT, [1, inputs])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, None)],
        weights,
    )
    found = _session(_model(graph)).run(None, {"embedded": np.ones((1, inputs), np.float32)})[0]
    return LARGEST if np.allclose(found, inputs * LARGEST, rtol=0.01) else LARGEST_WITHOUT_VNNI


def _model(graph: onnx.GraphProto) -> onnx.ModelProto:
    versions = [helper.make_opsetid("", 18), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=versions, ir_version=9)


def _session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # more than this fuses the sum and the norm of a layer into one operator, which takes five times as long as the two
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(processors(), thread_name_prefix="encoder")


def processors() -> int:
    """How many processors this process may use."""
    available = getattr(os, "sched_getaffinity", None)
    return len(available(0)) if available is not None else os.cpu_count() or 1
