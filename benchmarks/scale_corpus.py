"""A library grown from real ones to any size: real chunks first, then chunks made of real sentences and real vectors.

A chunk that is made has the text of sentences drawn from two real documents, and the vector ``v + w - u``, scaled to
length 1, where ``v`` is the vector of a chunk of the first of them and ``w`` and ``u`` are those of two chunks of one
other document. So the differences within documents are real, in size and in direction, which even noise is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings import Vectors
from rag.index import Manifest, NewChunk
from rag.index.local.record import Record
from rag.loading import document_from_text
from rag.schema import Document, Span
from rag.text.sentences import sentence_spans

CHUNK_CHARACTERS = 600
"""Of a chunk that is made; the real ones have 595 on average."""


@dataclass(frozen=True, slots=True)
class RealDocument:
    """A document of a real library: its name, text and title, its chunks' spans and vectors, and its sentences."""

    name: str
    title: str
    text: str
    spans: tuple[Span, ...]
    vectors: Vectors
    sentences: tuple[str, ...]


def real_documents(folders: Sequence[Path]) -> tuple[Manifest, list[RealDocument]]:
    """The documents of some indexes that were made with the same model and settings."""
    found: list[RealDocument] = []
    seen: set[str] = set()
    manifest: Manifest | None = None
    for folder in folders:
        record = Record.of_folder(folder)
        if manifest not in (None, record.meta.manifest):
            raise SystemExit(f"{folder}: was made with another model or other settings than {folders[0]}")
        manifest = record.meta.manifest
        for source in record.documents.sources():
            chunks = [one.chunk for one in record.found(record.chunks.ids([source.id]).tolist()).values()]
            text = record.documents.get(source.id).text
            if text in seen or not chunks:
                continue
            seen.add(text)
            chunks.sort(key=lambda chunk: chunk.id)
            found.append(
                RealDocument(
                    f"{folder.name}/{source.name}",
                    source.title,
                    text,
                    tuple((chunk.start, chunk.end) for chunk in chunks),
                    record.chunks.vectors([chunk.id for chunk in chunks])[1],
                    tuple(text[start:end].strip() for start, end in sentence_spans(text)),
                )
            )
        record.close()
    if manifest is None:
        raise SystemExit("no index to grow from")
    return manifest, found


def grown(real: Sequence[RealDocument], count: int, seed: int = 0) -> Iterator[tuple[Document, list[NewChunk]]]:
    """Documents with so many chunks in all: the real ones, in an order drawn by the seed, then made ones."""
    rng = np.random.default_rng(seed)
    several = [document for document in real if len(document.spans) > 1]
    left = count
    for i in rng.permutation(len(real)).tolist():
        document = real[i]
        kept = document.spans[:left]
        yield _stored(document.name, document.title, document.text, kept, document.vectors)
        left -= len(kept)
        if not left:
            return
    number = 0
    while left:
        number += 1
        own, other, pair = (
            real[int(rng.integers(len(real)))],
            real[int(rng.integers(len(real)))],
            several[int(rng.integers(len(several)))],
        )
        pool = own.sentences + other.sentences
        parts = [_drawn(pool, rng) for _ in own.spans[:left]]
        ends = np.cumsum([len(part) + 1 for part in parts])
        spans = [(int(end) - len(part) - 1, int(end) - 1) for part, end in zip(parts, ends, strict=True)]
        w, u = pair.vectors[rng.permutation(len(pair.vectors))[:2]]
        vectors = own.vectors[: len(parts)] + (w - u)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        yield _stored(f"made/{number}", own.title, "\n".join(parts), spans, vectors)
        left -= len(parts)


def _drawn(pool: Sequence[str], rng: np.random.Generator) -> str:
    drawn: list[str] = []
    while sum(map(len, drawn)) < CHUNK_CHARACTERS:
        drawn.append(pool[int(rng.integers(len(pool)))])
    return " ".join(drawn)[: 2 * CHUNK_CHARACTERS]


def _stored(
    name: str, title: str, text: str, spans: Sequence[Span], vectors: NDArray[np.float32]
) -> tuple[Document, list[NewChunk]]:
    document = document_from_text(text, name=name, title=title, path=f"/library/{name}")
    return document, [NewChunk(span, title, vector) for span, vector in zip(spans, vectors, strict=False)]
