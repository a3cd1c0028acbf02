"""Manifest: what an index was made with."""

from __future__ import annotations

from dataclasses import dataclass

FORMAT_VERSION = 2
"""Raised whenever an index written before cannot be read as it is."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made with; an index is only used with the same.

    Attributes:
        format_version: of the layout on disk.
        embedding_model: as set.
        embedding_fingerprint: SHA-256 of the model's weights.
        dimension: of its vectors.
        chunk_tokens, overlap_tokens: the chunking settings.
    """

    format_version: int
    embedding_model: str
    embedding_fingerprint: str
    dimension: int
    chunk_tokens: int
    overlap_tokens: int
