"""A deterministic embedder without a model, and small helpers, for tests of everything but the model."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from embeddings import Vectors
from rag.index import Index, Manifest, MemoryIndex, open_index
from rag.index.ingest import add_documents
from rag.loading import document_from_text
from rag.schema import Document
from rag.settings import Settings
from rag.text.words import content_words

DIMENSION = 64
FAKE_SETTINGS = Settings(chunk_tokens=32, overlap_tokens=8)


class FakeEmbedder:
    """Hashed bag of words: texts with words in common are near, and the model's tokens are words."""

    name = "fake"
    fingerprint = "0" * 64
    dimension = DIMENSION
    max_tokens = 256

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row, 0] = 0.01  # no text is the zero vector
            for word in content_words(text):
                vectors[row, zlib.crc32(word.encode()) % DIMENSION] += 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_passages(texts)


def make_document(name: str, text: str, *, title: str = "", day: date | None = None) -> Document:
    """A document at ``/library/NAME``."""
    return document_from_text(text, name=name, title=title, date=day, path=f"/library/{name}")


def make_index(folder: Path, *documents: Document, settings: Settings = FAKE_SETTINGS) -> Index:
    """An index of documents on disk, made with the fake embedder."""
    index = open_index(folder, FakeEmbedder(), settings, create=True)
    add(index, *documents)
    return index


def memory_index(folder: Path, *documents: Document) -> Index:
    """The same in memory; nothing is written into the folder."""
    index = MemoryIndex(folder, Manifest.of(FakeEmbedder(), FAKE_SETTINGS))
    add(index, *documents)
    return index


def add(index: Index, *documents: Document) -> None:
    """Adds documents, or replaces those with their ids, with the fake embedder."""
    add_documents(index, documents, FakeEmbedder())


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    """Writes text files, with the folders they lie in."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
