"""Manifest: what an index was made with."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from embeddings import Embedder
from rag.settings import Settings

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

    @classmethod
    def of(cls, embedder: Embedder, settings: Settings) -> Manifest:
        """Of an index that is made now with this model and these settings."""
        return cls(
            format_version=FORMAT_VERSION,
            embedding_model=embedder.name,
            embedding_fingerprint=embedder.fingerprint,
            dimension=embedder.dimension,
            chunk_tokens=settings.chunk_tokens,
            overlap_tokens=settings.overlap_tokens,
        )


def mismatch(folder: Path, stored: Manifest, wanted: Manifest) -> str:
    """What to tell where an index was made with something else than is wanted."""
    differences = [
        f"{field.name} was {getattr(stored, field.name)}, is now {getattr(wanted, field.name)}"
        for field in fields(Manifest)
        if getattr(stored, field.name) != getattr(wanted, field.name)
    ]
    return (
        f"{folder}: the index was made with other settings ({'; '.join(differences)}); either set them back, or "
        f"rebuild it with: docquote index FOLDER --index {folder} --rebuild"
    )


def without_manifest(folder: Path) -> str:
    """What to tell where an index holds documents and does not say what it was made with."""
    return (
        f"{folder}: the index is damaged: it does not say what it was made with; rebuild it with: "
        f"docquote index FOLDER --index {folder} --rebuild"
    )
