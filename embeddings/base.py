"""The seam behind which any embedding model stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape ``(n, dimension)``, rows of length 1: their dot product is their cosine, -1 to 1."""


class Embedder(Protocol):
    """Turns passages and questions into unit vectors of one space.

    Attributes:
        name: what the index records: ``"bundled"``, or the name or folder the user gave.
        fingerprint: SHA-256 of the model's weights (or the best identity there is); the same for the same vectors.
        dimension: numbers in one vector.
        max_tokens: how many tokens of its own the model reads, special tokens included; it ignores the rest.
    """

    name: str
    fingerprint: str
    dimension: int
    max_tokens: int

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The model's own tokens in each text, without special tokens and without truncation."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts to be found, in their order."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, in their order."""
        ...
