"""Index: the seam between what answers questions and what keeps documents on disk, in memory or on a server."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.index.manifest import Manifest
from rag.place import Place
from rag.schema import Chunk, Document, Finding, Section, Source, Span
from rag.settings import Settings

CALIBRATION_FILE = "calibration.json"
"""What ``docquote eval calibrate`` fitted to the questions of one library, in ``Index.folder``."""


@dataclass(frozen=True, slots=True)
class FoundChunk:
    """A chunk as it is stored.

    Attributes:
        chunk: which slice.
        source: its document, without the text.
        text: its own.
        reading: what it is read under; see ``NewChunk``.
        sections: of its document, those that share characters with it, in the order in which the document has them.
    """

    chunk: Chunk
    source: Source
    text: str
    reading: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class NewChunk:
    """A chunk to be stored.

    Attributes:
        span: its characters in the document's text.
        context: what precedes it in full-text search, never quoted.
        vector: shape ``(dimension,)``, length 1.
        reading: what precedes it when it is read, never quoted.
    """

    span: Span
    context: str
    vector: NDArray[np.float32]
    reading: str = ""


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What an index holds.

    Attributes:
        documents, chunks, characters: how many.
        bytes: that it takes on disk; 0 where it takes none.
        generation: see ``Index.generation``.
        manifest: what it was made with; None for one that was never filled.
        roots: the folders and files that were indexed.
        sources: every document, in the order of their names.
        warnings: by id, what was odd about the documents that have warnings.
        chunks_of: by id, how many chunks each document has.
    """

    documents: int
    chunks: int
    characters: int
    bytes: int
    generation: int
    manifest: Manifest | None
    roots: tuple[Path, ...]
    sources: tuple[Source, ...]
    warnings: dict[str, tuple[str, ...]]
    chunks_of: dict[str, int] = field(default_factory=dict)


class Index(Protocol):
    """Keeps documents and their chunks, and searches them. It sees text and arrays, never models or files.

    What every index promises, and ``tests/test_index_contract.py`` asks of each:

    - *Atomic per document*: ``put`` and ``remove`` do all or nothing, also where they fail or the process is killed.
    - *Ids are never used again*: the id of a chunk that went is given to no other.
    - *Read your writes*: what was put is found, and what was removed is not, by the next call of any method, in this
      and in every other opened index of the same place.
    - Every chunk's text is the slice of its document's text that its span names.
    - It may be shared by threads. Who changes documents does so inside ``writing``, which says who may at once.

    Every method raises LibraryError where the index cannot be read or written (any more).
    """

    @property
    def folder(self) -> Path:
        """Where what belongs to the index but is not in it is kept: calibration, conversations, uploads."""

    @property
    def place(self) -> Place:
        """Where the index is, as ``open_index`` takes it and messages name it."""

    @property
    def manifest(self) -> Manifest:
        """What the index was made with. Raises LibraryError for one that was never filled."""

    @property
    def generation(self) -> int:
        """Grows with every change of the documents."""

    # -- changing ---------------------------------------------------------------------------------------

    def writing(self) -> AbstractContextManager[None]:
        """Holds the lock of those who change the documents.

        One opened index is changed by one at a time. Of a folder, so is the index itself: one process at a time. Of a
        server, several processes may be inside at once, each with an index that it opened: every document is then
        written by one at a time, a later ``put`` replaces an earlier one, and what one read of the whole (all names,
        all roots) another may have changed since. Inside, nobody throws the library away.

        Raises:
            LibraryError: on entering, where another holds it.
        """

    def put(self, document: Document, chunks: Sequence[NewChunk]) -> None:
        """Adds a document with its chunks, or replaces the one with its id."""

    def remove(self, document_id: str) -> bool:
        """Removes a document; False where the index does not hold it."""

    def move(self, document_id: str, source: Source) -> None:
        """Gives a document another id, name or path; its text, its chunks with their ids, and their vectors stay.

        Args:
            document_id: as it is now.
            source: as it is to be; no other document has its id.

        Raises:
            LibraryError: the index does not hold the document.
        """

    def save(self) -> None:
        """After many changes: puts in order what makes searching quick. What was changed is found and kept without."""

    def roots(self) -> list[Path]:
        """The folders and files that were indexed, as absolute paths, sorted."""

    def add_root(self, root: Path) -> None:
        """Remembers a folder or file that was indexed."""

    def forget_root(self, root: Path) -> None:
        """Forgets a folder or file that was indexed, if it was; the documents stay."""

    def left_out(self) -> frozenset[Path]:
        """Files in indexed folders that are passed over, since a person removed them from the index."""

    def leave_out(self, paths: Collection[Path]) -> None:
        """Sets which files are passed over, in place of those that were."""

    # -- looking ----------------------------------------------------------------------------------------

    def counts(self) -> tuple[int, int, int]:
        """How many documents, chunks and characters the index holds. Cheap."""

    def sources(self) -> list[Source]:
        """Every document without its text, in the order of their names. Cheap."""

    def warnings(self) -> dict[str, tuple[str, ...]]:
        """What was odd about each document that has warnings, by its id. Cheap."""

    def document(self, document_id: str) -> Document:
        """One whole document, as it was put.

        Raises:
            LibraryError: the index does not hold it.
        """

    def stored_chunks(self, document_id: str) -> list[NewChunk]:
        """The chunks of a document as they were put, in order, vectors in half precision; none where it is gone."""

    def chunks(self, ids: Sequence[int]) -> dict[int, FoundChunk]:
        """Chunks with what is stored of them, by id; ids that are gone are left out."""

    def chunk_frequency(self, word: str) -> int:
        """How many chunks hold a word or another form of it (same stem)."""

    def status(self) -> IndexStatus:
        """All of what the index holds but the texts, also where it was never filled."""

    def examine(self, settings: Settings) -> Iterator[Finding]:
        """Checks all that is stored, and that it was made with these settings. Reads everything; changes nothing."""

    # -- searching --------------------------------------------------------------------------------------

    def search_dense(
        self, query: NDArray[np.float32], k: int, document_ids: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        """Chunk ids with their cosine, -1 to 1, to a unit vector of shape ``(dimension,)``, the nearest first.

        Args:
            query: shape ``(dimension,)``, length 1.
            k: at most so many.
            document_ids: only chunks of these documents.
        """

    def search_lexical(
        self, words: Sequence[str], k: int, document_ids: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        """Chunk ids with their BM25 (higher is better, above 0) for any of the words, the best first.

        Args:
            words: in lower case, without white space; stemmed by the index; the caller has dropped stop words.
            k: at most so many.
            document_ids: only chunks of these documents.
        """

    def cosines(self, query: NDArray[np.float32], ids: Sequence[int]) -> list[tuple[int, float]]:
        """Those of some chunks that the index holds, with their cosines to a unit vector of shape ``(dimension,)``."""

    def close(self) -> None:
        """Lets go of files and connections; the index can be used no more."""
