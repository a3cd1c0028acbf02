"""An embedder on sentence-transformers and torch."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import numpy as np
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from embeddings.base import Vectors
from embeddings.checksum import file_sha256
from embeddings.torch_dtype import best_dtype
from rag.errors import ModelError

BATCH = 32
"""Texts in one forward pass; larger batches were no faster on two cores and take more memory."""


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, on the CPU, from files on this machine only. Safe to share by threads."""

    def __init__(self, model: str | Path, *, name: str, fingerprint: str | None = None) -> None:
        """Loads the model.

        Args:
            model: a folder, or a name in the local model cache.
            name: what to call it in an index.
            fingerprint: SHA-256 of its weights if known; else they are hashed.

        Raises:
            ModelError: it is not on this machine, or not a sentence-transformers model.
        """
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            self._model = SentenceTransformer(  # weights as pickles are code: not read
                str(model), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
            )
        except (OSError, ValueError, KeyError, ImportError) as error:
            raise ModelError(
                f"{model}: no sentence-transformers model on this machine under that name or folder ({error}). "
                "docquote never downloads: give the folder of a model you have, or leave embedding_model at 'bundled'"
            ) from error
        self._model.eval()
        self._model.to(best_dtype())
        self._lock = threading.Lock()
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(f"{model}: the model does not state the size of its vectors")
        self.name = name
        self.dimension = dimension
        self.max_tokens = int(self._model.max_seq_length or 512)
        self.fingerprint = fingerprint or self._hash(Path(model))

    def _hash(self, folder: Path) -> str:
        """SHA-256 over the weight files of a folder, or over the parameters of a model from the cache."""
        digest = hashlib.sha256()
        weights = sorted(folder.rglob("*.safetensors")) if folder.is_dir() else []
        for path in weights:
            digest.update(file_sha256(path).encode())
        if not weights:
            for key, value in self._model.state_dict().items():
                digest.update(key.encode())
                digest.update(value.float().numpy().tobytes())
        return digest.hexdigest()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The model's own tokens in each text, without special tokens and without truncation."""
        if not texts:
            return []
        encoded = self._model.tokenizer(
            list(texts), add_special_tokens=False, truncation=False, padding=False, verbose=False
        )
        return [len(ids) for ids in encoded["input_ids"]]

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts to be found, shape ``(len(texts), dimension)``, in their order."""
        return self._encode(texts, "document")

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, shape ``(len(texts), dimension)``, in their order."""
        return self._encode(texts, "query")

    def _encode(self, texts: Sequence[str], task: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        encode = self._model.encode_query if task == "query" else self._model.encode_document
        with self._lock:  # a forward pass uses every core; two at once only slow each other
            vectors = encode(list(texts), batch_size=BATCH, show_progress_bar=False, convert_to_numpy=True)
        vectors = np.asarray(vectors, dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.ascontiguousarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)
