"""Encoders of the kind of BERT (MiniLM, MPNet) in 8-bit integers on onnxruntime.

The network's graph is made here from the published weights, when a model is opened, so nothing is exported or kept on
disk, and neither torch nor transformers is imported. Matrices are 8-bit, and what is multiplied by them is quantised as
it comes (dynamic quantisation). Each text is run by itself, as many at a time as there are processors: nothing is
padded, and a text's vector does not depend on what is encoded beside it.

docs/benchmarks.md has the speed, docs/evaluation.md what 8 bits cost in retrieval and reading.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Literal

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from embeddings.blocks import Packed

Floats = NDArray[np.float32]
Tensors = Mapping[str, NDArray[Any] | Packed]
"""Weights under their names in transformers' ``BertModel``; those of an MPNet without segments, and with
``RELATIVE_BIAS`` ``(buckets, heads)``."""

Scales = Literal["text", "token"]
"""What shares a scale, of what is quantised as it comes: all numbers of a text, or those of a token."""

HEADS = 12
RELATIVE_BIAS = "encoder.relative_attention_bias.weight"
MAX_DISTANCE = 128
"""Tokens further apart than this share one bias (Song et al. 2020, as T5 has it)."""
BERT_EPSILON = 1e-12
MPNET_EPSILON = 1e-5
MICROSOFT = "com.microsoft"
"""The domain of onnxruntime's own operators."""
LARGEST = 127
LARGEST_WITHOUT_VNNI = 63
"""Older processors add two products of 8-bit numbers in 16 bits, which overflow unless weights have 7 bits."""


class Encoder:
    """The encoder, and on top of it either the mean over the tokens or a linear head. Safe to share by threads."""

    def __init__(self, tensors: Tensors, head: tuple[Floats, Floats] | None = None, scales: Scales = "text") -> None:
        """Makes the network.

        Args:
            tensors: weights of an encoder of any depth and width with 12 heads.
            head: weight ``(outputs, hidden)`` and bias ``(outputs,)`` of a linear layer over each token; None: the
                mean of the last layer over all tokens instead.
            scales: how exactly is computed. Over 60 passages, the small reader's outputs correlated with those of 32
                bits to .9928 by text and .9992 by token, in 13 and 19 ms; those of an MPNet to .88 and .996.
        """
        self._words = tensors["embeddings.word_embeddings.weight"]
        self._positions = np.asarray(tensors["embeddings.position_embeddings.weight"], dtype=np.float32)
        types = tensors.get("embeddings.token_type_embeddings.weight", np.zeros((1, 1)))
        self._types = np.asarray(types, dtype=np.float32)
        relative = tensors.get(RELATIVE_BIAS)
        self._bias = None if relative is None else position_bias(np.asarray(relative, np.float32), len(self._positions))
        self._session = _session(_Graph(tensors, scales).model(head))

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
        length = len(ids)
        embedded = self._words[ids].astype(np.float32) + self._positions[:length] + self._types[types]
        inputs = {"embedded": embedded[None]}
        if self._bias is not None:
            inputs["bias"] = np.ascontiguousarray(self._bias[None, :, :length, :length])
        output: Floats = self._session.run(None, inputs)[0][0]
        return output


class _Graph:
    """Collects the nodes and weights of one network."""

    def __init__(self, tensors: Tensors, scales: Scales) -> None:
        self._tensors = tensors
        self._scales = scales
        self._relative = RELATIVE_BIAS in tensors
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
        inputs = [helper.make_tensor_value_info("embedded", TensorProto.FLOAT, [1, "tokens", width])]
        if self._relative:
            inputs.append(helper.make_tensor_value_info("bias", TensorProto.FLOAT, [1, HEADS, "tokens", "tokens"]))
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            inputs,
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
        if self._relative:
            parts += ["", "", "bias"]
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
        numbers, scales = quantise(weight, largest_weight())
        matrix = [
            self._weight(f"{names[0]}.integers", numbers),
            self._weight(f"{names[0]}.scales", scales),
            self._weight(f"{names[0]}.zeros", np.zeros(len(scales), dtype=np.int8)),
        ]
        biases = self._weight(f"{names[0]}.biases", bias)
        if self._scales == "text":
            return self._node("DynamicQuantizeMatMul", [source, *matrix, biases], MICROSOFT)
        last = self._weight(f"{names[0]}.axes", np.array([-1], dtype=np.int64))
        largest = self._node("ReduceMax", [self._node("Abs", [source]), last])  # no token is all zeros after a norm
        product = self._node("DynamicQuantizeMatMul", [self._node("Div", [source, largest]), *matrix], MICROSOFT)
        return self._node("Add", [self._node("Mul", [product, largest]), biases])

    def _norm(self, source: str, name: str) -> str:
        weights = [self._weight(f"{name}.{part}", self._float(f"{name}.{part}")) for part in ("weight", "bias")]
        epsilon = MPNET_EPSILON if self._relative else BERT_EPSILON
        return self._node("LayerNormalization", [source, *weights], epsilon=epsilon, axis=-1)

    def _node(self, operator: str, inputs: Sequence[str], domain: str = "", **attributes: Any) -> str:
        output = f"{operator}.{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def _weight(self, name: str, value: NDArray[np.generic]) -> str:
        self._weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _float(self, name: str) -> Floats:
        return np.asarray(self._tensors[name], dtype=np.float32)


def position_bias(table: Floats, length: int) -> Floats:
    """MPNet's bias ``(heads, length, length)`` of each query and key, from its table ``(buckets, heads)``.

    Half of the buckets are for keys before the query, half for those after it; of each, the first half are for single
    distances, the others for ranges that grow up to ``MAX_DISTANCE`` (Raffel et al. 2020, section 2.1).
    """
    after = len(table) // 2
    single = after // 2
    distance = np.arange(length)
    growing = np.log(np.maximum(distance, 1) / single) / np.log(MAX_DISTANCE / single) * (after - single)
    bucket = np.where(distance < single, distance, np.minimum(single + growing.astype(np.int64), after - 1))
    offset = np.arange(length)[None, :] - np.arange(length)[:, None]
    found: Floats = table[bucket[np.abs(offset)] + np.where(offset > 0, after, 0)].transpose(2, 0, 1)
    return found


def quantise(weight: Floats, largest: int = LARGEST) -> tuple[NDArray[np.int8], Floats]:
    """A weight ``(outputs, inputs)`` as integers ``(inputs, outputs)`` from ``-largest`` to ``largest``, with one scale
    for each output: ``weight.T`` is about ``integers * scales``."""
    scales = np.maximum(np.abs(weight).max(axis=1), 1e-12) / largest
    return np.rint(weight.T / scales).astype(np.int8), scales.astype(np.float32)


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
