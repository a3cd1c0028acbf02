"""Manifest: what an index was made with."""

from __future__ import annotations

from dataclasses import dataclass, fields

from embeddings import Embedder
from rag.place import Place
from rag.schema import Finding
from rag.settings import Settings

FORMAT_VERSION = 6
"""Raised whenever an index written before cannot be read as it is; what keeps the vectors has an upgrade step."""


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


def mismatch(folder: Place, stored: Manifest, wanted: Manifest) -> str:
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


def without_manifest(folder: Place) -> str:
    """What to tell where an index holds documents and does not say what it was made with."""
    return (
        f"{folder}: the index is damaged: it does not say what it was made with; rebuild it with: "
        f"docquote index FOLDER --index {folder} --rebuild"
    )


def made_with(folder: Place, manifest: Manifest | None, settings: Settings) -> Finding:
    """Whether an index was made with the settings of now; the model's weights are not looked at."""
    if manifest is None:
        return Finding("settings", True, "the index is empty and not bound to any")
    wanted = (FORMAT_VERSION, settings.embedding_model, settings.chunk_tokens, settings.overlap_tokens)
    made = (manifest.format_version, manifest.embedding_model, manifest.chunk_tokens, manifest.overlap_tokens)
    if made != wanted:
        names = ("format", "embedding_model", "chunk_tokens", "overlap_tokens")
        differing = [f"{n} was {a}, is {b}" for n, a, b in zip(names, made, wanted, strict=True) if a != b]
        rebuild = f"docquote index FOLDER --index {folder} --rebuild"
        return Finding("settings", False, "; ".join(differing), f"set them back, or: {rebuild}")
    return Finding("settings", True, "the index was made with the settings of now")
