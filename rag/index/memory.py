"""MemoryIndex: an index that lives as long as its process. The double of an index on disk, and the plainest example."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryError
from rag.index.base import FoundChunk, IndexStatus, NewChunk
from rag.index.bm25 import K1, B, inverse_frequency
from rag.index.manifest import Manifest, made_with
from rag.schema import Chunk, Document, Finding, Source
from rag.settings import Settings
from rag.text.words import stem, words


@dataclass(frozen=True, slots=True)
class _Held:
    """A chunk with how often it has each stem, its context's included, its vector, and what stands before it."""

    chunk: Chunk
    context: str
    stems: Counter[str]
    vector: NDArray[np.float32]
    reading: str


class MemoryIndex:
    """An ``Index`` of plain dictionaries, searched exactly, chunk by chunk: for hundreds of documents."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        """An empty one.

        Args:
            folder: where others keep what belongs to the index; it writes nothing there.
            manifest: what it is made with.
        """
        self.folder = self.place = folder
        self.manifest = manifest
        self.generation = 0
        self._documents: dict[str, Document] = {}
        self._held: dict[int, _Held] = {}
        self._roots: set[Path] = set()
        self._left_out: frozenset[Path] = frozenset()
        self._ids = itertools.count(1)
        self._lock = threading.RLock()
        self._writer = threading.Lock()

    # -- changing ---------------------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Holds a lock of this index."""
        if not self._writer.acquire(blocking=False):
            raise LibraryError("the index is being changed; wait for it to finish and try again")
        try:
            yield
        finally:
            self._writer.release()

    def put(self, document: Document, chunks: Sequence[NewChunk]) -> None:
        """Everything is made before anything is replaced."""
        key = document.source.id
        with self._lock:
            new = [
                _Held(
                    Chunk(next(self._ids), key, *chunk.span),
                    chunk.context,
                    Counter(map(stem, words(chunk.context) + words(document.text[slice(*chunk.span)]))),
                    np.array(chunk.vector, dtype=np.float32),
                    chunk.reading,
                )
                for chunk in chunks
            ]
            self._held = {i: held for i, held in self._held.items() if held.chunk.document_id != key}
            self._held |= {held.chunk.id: held for held in new}
            self._documents[key] = document
            self.generation += 1

    def remove(self, document_id: str) -> bool:
        """Removes a document."""
        with self._lock:
            if self._documents.pop(document_id, None) is None:
                return False
            self._held = {i: held for i, held in self._held.items() if held.chunk.document_id != document_id}
            self.generation += 1
            return True

    def move(self, document_id: str, source: Source) -> None:
        """Gives a document another id, name or path."""
        with self._lock:
            document = self.document(document_id)
            del self._documents[document_id]
            self._documents[source.id] = replace(document, source=source)
            for chunk_id, held in self._held.items():
                if held.chunk.document_id == document_id:
                    self._held[chunk_id] = replace(held, chunk=replace(held.chunk, document_id=source.id))
            self.generation += 1

    def save(self) -> None:
        """There is nothing to put in order."""

    def roots(self) -> list[Path]:
        """The folders and files that were indexed."""
        with self._lock:
            return sorted(self._roots)

    def add_root(self, root: Path) -> None:
        """Remembers a folder or file that was indexed."""
        with self._lock:
            self._roots.add(root)

    def forget_root(self, root: Path) -> None:
        """Forgets a folder or file that was indexed."""
        with self._lock:
            self._roots.discard(root)

    def left_out(self) -> frozenset[Path]:
        """Files that are passed over."""
        return self._left_out

    def leave_out(self, paths: Collection[Path]) -> None:
        """Sets which files are passed over."""
        self._left_out = frozenset(paths)

    # -- looking ----------------------------------------------------------------------------------------

    def counts(self) -> tuple[int, int, int]:
        """How many documents, chunks and characters."""
        with self._lock:
            characters = sum(len(document.text) for document in self._documents.values())
            return len(self._documents), len(self._held), characters

    def sources(self) -> list[Source]:
        """Every document without its text."""
        with self._lock:
            found = [document.source for document in self._documents.values()]
        return sorted(found, key=lambda source: (source.name, source.path))

    def warnings(self) -> dict[str, tuple[str, ...]]:
        """What was odd about documents."""
        with self._lock:
            return {key: document.warnings for key, document in self._documents.items() if document.warnings}

    def document(self, document_id: str) -> Document:
        """One whole document."""
        with self._lock:
            if document_id not in self._documents:
                raise LibraryError(f"the document with the id {document_id!r} is gone; ask again")
            return self._documents[document_id]

    def stored_chunks(self, document_id: str) -> list[NewChunk]:
        """The chunks of a document as they were put."""
        with self._lock:
            return [
                NewChunk((held.chunk.start, held.chunk.end), held.context, held.vector, held.reading)
                for held in self._among([document_id]).values()
            ]

    def chunks(self, ids: Sequence[int]) -> dict[int, FoundChunk]:
        """Chunks with what is stored of them."""
        found: dict[int, FoundChunk] = {}
        with self._lock:
            for chunk_id in ids:
                if chunk_id in self._held:
                    chunk, reading = self._held[chunk_id].chunk, self._held[chunk_id].reading
                    document = self._documents[chunk.document_id]
                    sections = tuple(s for s in document.sections if s.start < chunk.end and s.end > chunk.start)
                    text = document.text[chunk.start : chunk.end]
                    found[chunk_id] = FoundChunk(chunk, document.source, text, reading, sections)
        return found

    def chunk_frequency(self, word: str) -> int:
        """How many chunks hold a word or another form of it."""
        with self._lock:
            return sum(stem(word) in held.stems for held in self._held.values())

    def status(self) -> IndexStatus:
        """What the index holds."""
        with self._lock:
            return IndexStatus(
                *self.counts(),
                bytes=0,
                generation=self.generation,
                manifest=self.manifest,
                roots=tuple(self.roots()),
                sources=tuple(self.sources()),
                warnings=self.warnings(),
                chunks_of=dict(Counter(held.chunk.document_id for held in self._held.values())),
            )

    def examine(self, settings: Settings) -> Iterator[Finding]:
        """Memory keeps what it was given; the settings may be others."""
        documents, chunks, _ = self.counts()
        yield Finding("index", True, f"{documents:,} documents and {chunks:,} chunks in memory")
        yield made_with(self.folder, self.manifest, settings)

    # -- searching --------------------------------------------------------------------------------------

    def search_dense(
        self, query: NDArray[np.float32], k: int, document_ids: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        """The nearest chunks by cosine."""
        with self._lock:
            return _best({i: float(held.vector @ query) for i, held in self._among(document_ids).items()}, k)

    def search_lexical(
        self, words: Sequence[str], k: int, document_ids: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        """The best chunks by BM25, over the whole index whatever the scope."""
        with self._lock:
            rarity = {one: self._rarity(one) for one in {stem(word) for word in words}}
            average = sum(held.stems.total() for held in self._held.values()) / max(len(self._held), 1)
            scores: dict[int, float] = {}
            for chunk_id, held in self._among(document_ids).items():
                length = K1 * (1 - B + B * held.stems.total() / max(average, 1))
                times = {one: held.stems[one] for one in rarity if held.stems[one]}
                if times:
                    scores[chunk_id] = sum(rarity[one] * n * (K1 + 1) / (n + length) for one, n in times.items())
            return _best(scores, k)

    def cosines(self, query: NDArray[np.float32], ids: Sequence[int]) -> list[tuple[int, float]]:
        """Chunks with their cosines."""
        with self._lock:
            return [(i, float(self._held[i].vector @ query)) for i in ids if i in self._held]

    def close(self) -> None:
        """Nothing is held that could be let go of."""

    def _among(self, document_ids: Sequence[str] | None) -> dict[int, _Held]:
        if document_ids is None:
            return self._held
        allowed = set(document_ids)
        return {i: held for i, held in self._held.items() if held.chunk.document_id in allowed}

    def _rarity(self, one: str) -> float:
        having = sum(one in held.stems for held in self._held.values())
        return inverse_frequency(len(self._held), having)


def _best(scores: dict[int, float], k: int) -> list[tuple[int, float]]:
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[: max(k, 0)]
