"""The bundled embedder: all-MiniLM-L6-v2 on the 8-bit encoder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embeddings.base import Vectors
from embeddings.bundled import BUNDLED, BUNDLED_SHA256, bundled_tensors, bundled_tokenizer
from embeddings.counting import WordCounter
from embeddings.int8 import Encoder

MAX_TOKENS = 256
"""What the model was made to read at most, special tokens included (``sentence_bert_config.json``)."""
DIMENSION = 384


class MiniLM:
    """all-MiniLM-L6-v2: the mean over the tokens of the last layer, scaled to length 1. Safe to share by threads."""

    def __init__(self) -> None:
        """Opens the bundled model.

        Raises:
            ModelError: missing or altered.
        """
        self.name = BUNDLED
        self.fingerprint = f"{BUNDLED_SHA256}-int8"
        self.dimension = DIMENSION
        self.max_tokens = MAX_TOKENS
        self._encoder = Encoder(bundled_tensors())
        self._tokenizer = bundled_tokenizer()
        self._count = WordCounter(self._tokenizer)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The model's own tokens in each text, without special tokens and without truncation."""
        return self._count(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts to be found, shape ``(len(texts), 384)``, in their order."""
        return self._encode(texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, shape ``(len(texts), 384)``, in their order."""
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        ids = [_cut(found.ids) for found in self._tokenizer.encode_batch_fast(list(texts))]
        means = np.stack(self._encoder.run([np.array(one, dtype=np.int32) for one in ids]))
        unit: Vectors = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
        return unit


def _cut(ids: list[int]) -> list[int]:
    """At most ``MAX_TOKENS`` ids, the last of them still the closing one."""
    return ids if len(ids) <= MAX_TOKENS else [*ids[: MAX_TOKENS - 1], ids[-1]]
