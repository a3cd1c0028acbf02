"""Documents -> an index: cut into chunks and embedded, whatever kind of index stores them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from embeddings import Embedder
from rag.index.base import Index, NewChunk
from rag.index.ingest.prefetch import prefetched
from rag.index.manifest import Manifest
from rag.schema import Document, Span
from rag.text.chunking import chunk_spans
from rag.text.context import embedding_context, outline, reading_context
from rag.text.normalise import without_line_end_hyphens

PENDING_CHUNKS = 256
"""Chunks gathered from several documents before they are embedded together, so that no processor waits for work.

What a kill undoes, and how long a cancelled job goes on, grow with it.
"""


def add_documents(
    index: Index, documents: Iterable[Document], embedder: Embedder, done: Callable[[Document], None] | None = None
) -> None:
    """Adds or replaces documents, each in a transaction of its own, then saves the index.

    Args:
        index: says how large chunks are.
        documents: taken one at a time; may be a generator that loads files.
        embedder: the model that the index was opened with.
        done: called after each document is stored.
    """
    try:
        for document, chunks in _embedded(documents, embedder, index.manifest):
            index.put(document, chunks)
            if done is not None:
                done(document)
    finally:
        index.save()


def _embedded(
    documents: Iterable[Document], embedder: Embedder, manifest: Manifest
) -> Iterator[tuple[Document, list[NewChunk]]]:
    with prefetched(documents, lambda taken: _chunked(taken, embedder, manifest)) as batches:
        for batch in batches:
            yield from _embed(batch, embedder)


def _chunked(
    documents: Iterable[Document], embedder: Embedder, manifest: Manifest
) -> Iterator[list[tuple[Document, list[Span]]]]:
    """Documents with their chunks, gathered until there are enough to be embedded together."""
    pending: list[tuple[Document, list[Span]]] = []
    waiting = 0
    for document in documents:
        spans = chunk_spans(
            document,
            chunk_tokens=manifest.chunk_tokens,
            overlap_tokens=manifest.overlap_tokens,
            model_tokens=embedder.max_tokens,
            model_counter=embedder.count_tokens,
        )
        pending.append((document, spans))
        waiting += len(spans)
        if waiting >= PENDING_CHUNKS:
            yield pending
            pending, waiting = [], 0
    if pending:
        yield pending


def _embed(
    pending: Sequence[tuple[Document, list[Span]]], embedder: Embedder
) -> Iterator[tuple[Document, list[NewChunk]]]:
    """The documents with their chunks' contexts and vectors; one call of the model for all of them."""
    contexts = [_contexts(document, [start for start, _ in spans], embedder) for document, spans in pending]
    texts = [
        f"{searched}\n{without_line_end_hyphens(document.text[start:end])[0]}"
        for (document, spans), prefixes in zip(pending, contexts, strict=True)
        for (start, end), (searched, _) in zip(spans, prefixes, strict=True)
    ]
    vectors = iter(embedder.encode_passages(texts))
    for (document, spans), prefixes in zip(pending, contexts, strict=True):
        yield (
            document,
            [
                NewChunk(span, searched, next(vectors), read)
                for span, (searched, read) in zip(spans, prefixes, strict=True)
            ],
        )


def _contexts(document: Document, starts: Sequence[int], embedder: Embedder) -> list[tuple[str, str]]:
    """What the chunks that begin there are embedded with, and what they are read under."""
    told = outline(document)
    return [(embedding_context(told, start, embedder.count_tokens), reading_context(told, start)) for start in starts]
