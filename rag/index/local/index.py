"""Index: one directory with the library and the vectors derived from it, kept in step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings import Embedder
from rag.errors import LibraryError
from rag.index.ingest.prefetch import prefetched
from rag.index.local.library import Library, NewChunk
from rag.index.local.lock import write_lock
from rag.index.local.vectors import FILE_NAME as VECTORS_FILE
from rag.index.local.vectors import VectorIndex
from rag.index.manifest import FORMAT_VERSION, Manifest
from rag.schema import Chunk, Document, Source, Span
from rag.settings import Settings
from rag.sqlite import closed_on_error
from rag.text.chunking import chunk_spans, context

LIBRARY_FILE = "library.sqlite"
PENDING_CHUNKS = 256
"""Chunks gathered from several documents before they are embedded together, so that no processor waits for work.

What a kill undoes, and how long a cancelled job goes on, grow with it.
"""


class Index:
    """Add, replace, remove and search documents. Safe to share by threads; one process at a time may write."""

    def __init__(self, folder: Path, library: Library, vectors: VectorIndex, settings: Settings) -> None:
        """Use ``Index.open``."""
        self.folder = folder
        self._library = library
        self._vectors = vectors
        self._settings = settings

    @classmethod
    def open(
        cls, folder: Path, embedder: Embedder, settings: Settings, *, create: bool = False, rebuild: bool = False
    ) -> Index:
        """Opens an index and checks that it was made with the same model and chunking settings.

        Args:
            folder: the index's directory.
            embedder: the model that questions will be encoded with.
            settings: the chunking settings.
            create: make the index where there is none.
            rebuild: throw away what is there first.

        Raises:
            LibraryError: there is none, it is damaged, was made with another model or other settings, or is to be
                thrown away while another process writes it.
        """
        if not create:
            cls.require(folder)
        else:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise LibraryError(f"{folder}: cannot be made ({error.strerror}); choose another --index") from error
        if rebuild:
            with write_lock(folder):
                for name in (VECTORS_FILE, LIBRARY_FILE, f"{LIBRARY_FILE}-wal", f"{LIBRARY_FILE}-shm"):
                    (folder / name).unlink(missing_ok=True)
        wanted = Manifest(
            format_version=FORMAT_VERSION,
            embedding_model=embedder.name,
            embedding_fingerprint=embedder.fingerprint,
            dimension=embedder.dimension,
            chunk_tokens=settings.chunk_tokens,
            overlap_tokens=settings.overlap_tokens,
        )
        library = open_library(folder)
        with closed_on_error(library):
            stored = library.manifest
            if stored is None and library.counts()[0] == 0:
                library.set_manifest(wanted)
            elif stored is None:
                raise LibraryError(_without_manifest(folder))
            elif stored != wanted:
                raise LibraryError(_mismatch(folder, stored, wanted))
            return cls(folder, library, VectorIndex(folder, library, embedder.dimension), settings)

    @staticmethod
    def require(folder: Path) -> None:
        """Checks that there is an index, before anything slow is loaded to open it.

        Raises:
            LibraryError: there is none.
        """
        if not (folder / LIBRARY_FILE).is_file():
            raise LibraryError(
                f"{folder}: there is no index here; make one with: docquote index FOLDER --index {folder}"
            )

    @classmethod
    def open_to_remove(cls, folder: Path) -> Index:
        """Opens an index without a model: enough to look at documents and to remove them.

        Raises:
            LibraryError: there is none, or it is damaged.
        """
        cls.require(folder)
        library = open_library(folder)
        with closed_on_error(library):
            manifest = library.manifest
            if manifest is None:
                raise LibraryError(
                    f"{folder}: the index is empty; fill it with: docquote index FOLDER --index {folder}"
                )
            settings = Settings(chunk_tokens=manifest.chunk_tokens, overlap_tokens=manifest.overlap_tokens)
            return cls(folder, library, VectorIndex(folder, library, manifest.dimension), settings)

    def writing(self) -> AbstractContextManager[None]:
        """Holds the lock that lets one process at a time change the documents.

        Raises:
            LibraryError: on entering, where another process holds it.
        """
        return write_lock(self.folder)

    # -- changing ---------------------------------------------------------------------------------------

    def add(self, document: Document, embedder: Embedder) -> None:
        """Adds or replaces one document and saves the vectors."""
        self.add_all([document], embedder)

    def add_all(
        self, documents: Iterable[Document], embedder: Embedder, done: Callable[[Document], None] | None = None
    ) -> None:
        """Adds or replaces documents, each in a transaction of its own, then saves the vectors.

        Args:
            documents: taken one at a time; may be a generator that loads files.
            embedder: the model that the index was opened with.
            done: called after each document is stored.
        """
        try:
            for document, chunks in self._embedded(documents, embedder):
                self._library.put(document, chunks)
                if done is not None:
                    done(document)
        finally:
            self.save()

    def _embedded(self, documents: Iterable[Document], embedder: Embedder) -> Iterator[tuple[Document, list[NewChunk]]]:
        with prefetched(documents, lambda taken: self._chunked(taken, embedder)) as batches:
            for batch in batches:
                yield from _embed(batch, embedder)

    def _chunked(
        self, documents: Iterable[Document], embedder: Embedder
    ) -> Iterator[list[tuple[Document, list[Span]]]]:
        """Documents with their chunks, gathered until there are enough to be embedded together."""
        pending: list[tuple[Document, list[Span]]] = []
        waiting = 0
        for document in documents:
            spans = chunk_spans(
                document,
                chunk_tokens=self._settings.chunk_tokens,
                overlap_tokens=self._settings.overlap_tokens,
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

    def remove(self, document_id: str) -> bool:
        """Removes a document; False where the index does not hold it. The vectors are saved by ``save``."""
        return self._library.remove(document_id)

    def save(self) -> None:
        """Writes the vectors to disk. Needed only for speed: they are rebuilt when they are out of date."""
        self._vectors.save()

    def roots(self) -> list[Path]:
        """The folders and files that were indexed."""
        return [Path(root) for root in self._library.roots()]

    def add_root(self, root: Path) -> None:
        """Remembers a folder or file that was indexed."""
        self._library.add_root(str(root))

    def forget_root(self, root: Path) -> None:
        """Forgets a folder or file that was indexed, if it was; the documents stay."""
        self._library.forget_root(str(root))

    # -- looking ----------------------------------------------------------------------------------------

    @property
    def generation(self) -> int:
        """Grows with every change of the documents."""
        return self._library.generation

    @property
    def manifest(self) -> Manifest:
        """What the index was made with."""
        manifest = self._library.manifest
        if manifest is None:
            raise LibraryError(f"{self.folder}: the index has no manifest; run: docquote index FOLDER --rebuild")
        return manifest

    def counts(self) -> tuple[int, int, int]:
        """How many documents, chunks and characters the index holds."""
        return self._library.counts()

    def size_bytes(self) -> int:
        """The size of the index's files."""
        return folder_bytes(self.folder)

    def sources(self) -> list[Source]:
        """Every document without its text, in the order of their names."""
        return self._library.sources()

    def warnings(self) -> dict[str, tuple[str, ...]]:
        """What was odd about each document that has warnings, by its id."""
        return self._library.warnings()

    def document(self, document_id: str) -> Document:
        """One whole document.

        Raises:
            LibraryError: the index does not hold it.
        """
        return self._library.document(document_id)

    def chunks(self, ids: Sequence[int]) -> dict[int, tuple[Chunk, Source, str]]:
        """Chunks with their documents and texts, by id; ids that are gone are left out."""
        return self._library.chunks(ids)

    def chunk_frequency(self, word: str) -> int:
        """How many chunks hold a word or another form of it."""
        return self._library.chunk_frequency(word)

    # -- searching --------------------------------------------------------------------------------------

    def search_dense(
        self, query: NDArray[np.float32], k: int, document_ids: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        """Chunk ids with their cosine to a unit vector of shape ``(dimension,)``, the nearest first."""
        allowed = None if document_ids is None else self._library.chunk_ids(document_ids)
        return self._vectors.search(query, k, allowed)

    def search_lexical(
        self, words: Sequence[str], k: int, document_ids: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        """Chunk ids with their BM25 for any of the words, the best first."""
        return self._library.search_lexical(words, k, document_ids)

    def cosines(self, query: NDArray[np.float32], ids: Sequence[int]) -> list[tuple[int, float]]:
        """Chunks that the index holds with their cosines to a unit vector of shape ``(dimension,)``."""
        return self._vectors.cosines(query, ids)

    def close(self) -> None:
        """Closes the files."""
        self._library.close()


def open_library(folder: Path) -> Library:
    """The library of an index; its tables are made where a first run was killed before it had made them.

    Vectors without tables are what is left of an index: new tables in their place would hide the loss.

    Raises:
        LibraryError: it is damaged.
    """
    return Library(folder / LIBRARY_FILE, create=not (folder / VECTORS_FILE).exists())


def folder_bytes(folder: Path) -> int:
    """The size of the files in a folder; one that another process removes meanwhile counts as nothing."""
    total = 0
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def _embed(
    pending: Sequence[tuple[Document, list[Span]]], embedder: Embedder
) -> Iterator[tuple[Document, list[NewChunk]]]:
    """The documents with their chunks' contexts and vectors; one call of the model for all of them."""
    contexts = [[context(document, start, embedder.count_tokens) for start, _ in spans] for document, spans in pending]
    texts = [
        f"{prefix}\n{document.text[start:end]}"
        for (document, spans), prefixes in zip(pending, contexts, strict=True)
        for (start, end), prefix in zip(spans, prefixes, strict=True)
    ]
    vectors = iter(embedder.encode_passages(texts))
    for (document, spans), prefixes in zip(pending, contexts, strict=True):
        yield (
            document,
            [NewChunk(span, prefix, next(vectors)) for span, prefix in zip(spans, prefixes, strict=True)],
        )


def _mismatch(folder: Path, stored: Manifest, wanted: Manifest) -> str:
    differences = [
        f"{name} was {getattr(stored, name)}, is now {getattr(wanted, name)}"
        for name in Manifest.__dataclass_fields__
        if getattr(stored, name) != getattr(wanted, name)
    ]
    return (
        f"{folder}: the index was made with other settings ({'; '.join(differences)}); either set them back, or "
        f"rebuild it with: docquote index FOLDER --index {folder} --rebuild"
    )


def _without_manifest(folder: Path) -> str:
    return (
        f"{folder}: the index is damaged: it does not say what it was made with; rebuild it with: "
        f"docquote index FOLDER --index {folder} --rebuild"
    )
