"""LocalIndex: one directory with the record and the vectors derived from it, kept in step."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryError
from rag.index.base import FoundChunk, IndexStatus, NewChunk
from rag.index.local.examine import examine
from rag.index.local.files import LIBRARY_FILE, VECTORS_FILE, folder_bytes
from rag.index.local.lock import write_lock
from rag.index.local.record import Record
from rag.index.manifest import Manifest, mismatch, without_manifest
from rag.schema import Document, Finding, Source
from rag.settings import Settings
from rag.sqlite import closed_on_error

if TYPE_CHECKING:
    from rag.index.local.vectors import VectorIndex


class LocalIndex:
    """The ``Index`` of a folder on this machine. Safe to share by threads; one process at a time may write."""

    def __init__(self, folder: Path, record: Record) -> None:
        """Use ``LocalIndex.open``."""
        self.folder = self.place = folder
        self._record = record
        self._opened_vectors: VectorIndex | None = None
        self._opening_vectors = threading.Lock()

    @classmethod
    def open(cls, folder: Path, wanted: Manifest | None = None, *, rebuild: bool = False) -> LocalIndex:
        """Opens an index, or makes it where there is none.

        Args:
            folder: the index's directory.
            wanted: what it is to be made with; None: open what is there as it was made.
            rebuild: throw away what is there first.

        Raises:
            LibraryError: it is damaged, cannot be made, was made with something else, or is to be thrown away while
                another process writes it.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(f"{folder}: cannot be made ({error.strerror}); choose another --index") from error
        if rebuild:
            with write_lock(folder):
                for name in (VECTORS_FILE, LIBRARY_FILE, f"{LIBRARY_FILE}-wal", f"{LIBRARY_FILE}-shm"):
                    (folder / name).unlink(missing_ok=True)
        record = Record.of_folder(folder)
        index = cls(folder, record)
        with closed_on_error(record):
            if wanted is not None:
                _bind(folder, record, wanted)
                index._vectors()  # so that no question waits for them
        return index

    def _vectors(self) -> VectorIndex:
        """Opened when first needed: who only looks at documents waits neither for them nor for FAISS."""
        with self._opening_vectors:
            if self._opened_vectors is None:
                from rag.index.local.vectors import VectorIndex

                self._opened_vectors = VectorIndex(self.folder, self._record, self.manifest.dimension)
            return self._opened_vectors

    # -- changing ---------------------------------------------------------------------------------------

    def writing(self) -> AbstractContextManager[None]:
        """Holds the lock of the folder."""
        return write_lock(self.folder)

    def put(self, document: Document, chunks: Sequence[NewChunk]) -> None:
        """Adds or replaces a document in one transaction."""
        self._record.put(document, chunks)

    def remove(self, document_id: str) -> bool:
        """Removes a document in one transaction."""
        return self._record.remove(document_id)

    def move(self, document_id: str, source: Source) -> None:
        """Gives a document another id, name or path in one transaction."""
        self._record.move(document_id, source)

    def save(self) -> None:
        """Writes the vectors to disk; without, they are taken from the record."""
        self._vectors().save()

    def roots(self) -> list[Path]:
        """The folders and files that were indexed."""
        return self._record.meta.roots()

    def add_root(self, root: Path) -> None:
        """Remembers a folder or file that was indexed."""
        self._record.meta.add_root(root)

    def forget_root(self, root: Path) -> None:
        """Forgets a folder or file that was indexed."""
        self._record.meta.forget_root(root)

    def left_out(self) -> frozenset[Path]:
        """Files that are passed over."""
        return self._record.meta.left_out()

    def leave_out(self, paths: Collection[Path]) -> None:
        """Sets which files are passed over."""
        self._record.meta.leave_out(paths)

    # -- looking ----------------------------------------------------------------------------------------

    @property
    def generation(self) -> int:
        """Grows with every change of the documents."""
        return self._record.generation.number

    @property
    def manifest(self) -> Manifest:
        """What the index was made with."""
        manifest = self._record.meta.manifest
        if manifest is None:
            raise LibraryError(
                f"{self.folder}: the index is empty; fill it with: docquote index FOLDER --index {self.folder}"
            )
        return manifest

    def counts(self) -> tuple[int, int, int]:
        """How many documents, chunks and characters."""
        return self._record.counts()

    def sources(self) -> list[Source]:
        """Every document without its text."""
        return self._record.documents.sources()

    def warnings(self) -> dict[str, tuple[str, ...]]:
        """What was odd about documents."""
        return self._record.documents.warnings()

    def document(self, document_id: str) -> Document:
        """One whole document, compared with its checksum."""
        return self._record.documents.get(document_id)

    def stored_chunks(self, document_id: str) -> list[NewChunk]:
        """The chunks of a document as they were put."""
        return [
            NewChunk((start, end), context, np.frombuffer(vector, dtype=np.float16).astype(np.float32), reading)
            for start, end, context, vector, reading in self._record.chunks.rows(document_id)
        ]

    def chunks(self, ids: Sequence[int]) -> dict[int, FoundChunk]:
        """Chunks with what is stored of them."""
        return self._record.found(ids)

    def chunk_frequency(self, word: str) -> int:
        """How many chunks hold a word or another form of it."""
        return self._record.full_text.chunk_frequency(word)

    def status(self) -> IndexStatus:
        """What the folder holds."""
        return IndexStatus(
            *self.counts(),
            bytes=folder_bytes(self.folder),
            generation=self.generation,
            manifest=self._record.meta.manifest,
            roots=tuple(self.roots()),
            sources=tuple(self.sources()),
            warnings=self.warnings(),
            chunks_of=self._record.chunks.counts(),
        )

    def examine(self, settings: Settings) -> Iterator[Finding]:
        """Compares everything with its checksum."""
        return examine(self.folder, self._record, settings)

    # -- searching --------------------------------------------------------------------------------------

    def search_dense(
        self, query: NDArray[np.float32], k: int, document_ids: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        """The nearest chunks by cosine."""
        allowed = None if document_ids is None else self._record.chunks.ids(document_ids)
        return self._vectors().search(query, k, allowed)

    def search_lexical(
        self, words: Sequence[str], k: int, document_ids: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        """The best chunks by BM25."""
        return self._record.full_text.search(words, k, document_ids)

    def cosines(self, query: NDArray[np.float32], ids: Sequence[int]) -> list[tuple[int, float]]:
        """Chunks with their cosines."""
        return self._vectors().cosines(query, ids)

    def close(self) -> None:
        """Closes the files."""
        self._record.close()


def _bind(folder: Path, record: Record, wanted: Manifest) -> None:
    """Pins what a new index is made with, or checks it."""
    stored = record.meta.manifest
    if stored is None and record.counts()[0] == 0:
        record.meta.set_manifest(wanted)
    elif stored is None:
        raise LibraryError(without_manifest(folder))
    elif stored != wanted:
        raise LibraryError(mismatch(folder, stored, wanted))
