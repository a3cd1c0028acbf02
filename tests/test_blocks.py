"""Weights in 4 bits, and an MPNet of them on the 8-bit encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from safetensors.numpy import save_file as save_numpy
from safetensors.torch import save_file
from transformers import MPNetConfig, MPNetModel

from embeddings.blocks import BLOCK, Packed
from embeddings.int8 import Encoder
from rag.reader.spans.shipped import WORD_EMBEDDINGS, Weights, encoder_tensors
from training.reader.four_bits import round_layers, rounded
from training.reader.model import ReaderNetwork, load_weights
from training.reader.mpnet import mpnet_model
from training.reader.pack import packed

LAYERS, WIDTH, WORDS = 2, 96, 500


@given(
    arrays(
        np.float32,
        st.tuples(st.integers(1, 5), st.integers(1, 4).map(lambda blocks: blocks * BLOCK)),
        elements=st.floats(-8, 8, width=16),
    )
)
def test_a_weight_comes_back_to_within_a_scale(weight: NDArray[np.float32]) -> None:
    packed_weight = Packed.of(weight)
    assert packed_weight.numbers.nbytes == weight.size // 2
    again = np.asarray(packed_weight)
    assert np.array_equal(packed_weight[[0, -1]], again[[0, -1]])
    assert again.shape == weight.shape
    furthest = np.abs(weight.reshape(len(weight), -1, BLOCK)).max(axis=2)
    largest_error = np.abs(again - weight).reshape(len(weight), -1, BLOCK).max(axis=2)
    assert (largest_error <= furthest / 8 * 1.01 + 1e-6).all()  # what lies opposite the furthest is off by a scale
    assert np.array_equal(rounded(torch.from_numpy(weight)).numpy(), again)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> ReaderNetwork:
    """A small MPNet of random weights, opened as training opens one."""
    folder = tmp_path_factory.mktemp("mpnet")
    torch.manual_seed(0)
    config = MPNetConfig(
        vocab_size=WORDS,
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        intermediate_size=2 * WIDTH,
        max_position_embeddings=514,
        layer_norm_eps=1e-5,
    )
    config.save_pretrained(folder)
    plain = MPNetModel(config, add_pooling_layer=False)
    for parameter in plain.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    save_file({name: value.contiguous() for name, value in plain.state_dict().items()}, folder / "model.safetensors")
    made = mpnet_model(folder).eval()
    ids = torch.randint(5, WORDS, (1, 60))
    with torch.no_grad():
        same = made.encoder(input_ids=ids).last_hidden_state, plain.eval()(input_ids=ids).last_hidden_state
    assert torch.allclose(*same, atol=1e-5)
    return made


def _shipped(network: ReaderNetwork) -> Weights:
    state = {name: value.numpy() for name, value in network.state_dict().items()}
    words = state.pop(f"encoder.{WORD_EMBEDDINGS}")
    return Weights(packed(state, words))


def test_an_mpnet_reads_the_same_in_small_integers(network: ReaderNetwork) -> None:
    weights = _shipped(network)
    head = np.asarray(weights["head.weight"], np.float32), np.asarray(weights["head.bias"], np.float32)
    encoder = Encoder(encoder_tensors(weights), head, "token")
    rng = np.random.default_rng(0)
    ids = [rng.integers(5, WORDS, length).astype(np.int32) for length in (7, 90, 300)]
    round_layers(network)
    words = network.encoder.get_input_embeddings()
    words.weight.data = rounded(words.weight.data)
    for one, found in zip(ids, encoder.run(ids), strict=True):
        with torch.no_grad():
            expected = network(torch.from_numpy(one[None]).long(), None, torch.ones(1, len(one)))[0].numpy()
        assert found.shape == expected.shape
        assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.995


def test_rounding_leaves_the_trained_weights_alone(network: ReaderNetwork, tmp_path: Path) -> None:
    layer = network.encoder.encoder.layer[0].intermediate.dense
    before = layer.weight.detach().clone()
    round_layers(network)
    output = layer(torch.ones(1, WIDTH))
    output.sum().backward()
    assert torch.equal(layer.weight, before)
    assert layer.weight.grad is not None and torch.allclose(layer.weight.grad, torch.ones_like(before))
    assert not torch.allclose(output, torch.ones(1, WIDTH) @ before.T + layer.bias)


def test_training_goes_on_from_what_is_shipped(network: ReaderNetwork, tmp_path: Path) -> None:
    path = tmp_path / "large.safetensors"
    state = {name: value.numpy() for name, value in network.state_dict().items()}
    words = state.pop(f"encoder.{WORD_EMBEDDINGS}")
    save_numpy(packed(state, words), path)
    expected = {name: value.clone() for name, value in network.state_dict().items()}
    for layer in network.encoder.encoder.layer:
        layer.output.dense.weight.data.zero_()
        layer.attention.attn.q.bias.data.zero_()
    network.encoder.embeddings.position_embeddings.weight.data[2:] = 0
    load_weights(network, path)
    for name, value in network.state_dict().items():
        exact = name.endswith(("bias", "position_embeddings.weight", "LayerNorm.weight"))
        wanted = expected[name][2:]
        assert (value[2:] - wanted).norm() <= (0.001 if exact else 0.12) * wanted.norm(), name
