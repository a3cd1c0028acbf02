"""Record: all that an index holds, in one SQLite file: text and numbers, never models or files of documents."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from rag.index.base import FoundChunk, NewChunk
from rag.index.checksum import chunks_checksum
from rag.index.local.chunks import ChunkRow, Chunks
from rag.index.local.database import open_database
from rag.index.local.documents import Documents
from rag.index.local.files import LIBRARY_FILE, VECTORS_FILE
from rag.index.local.full_text import FullText
from rag.index.local.generation import Generation
from rag.index.local.meta import Meta
from rag.schema import Document, Source
from rag.text.normalise import searchable


class Record:
    """Documents, chunks with vectors, full text, and what the index knows of itself, each with its own tables.

    A change of one document is one transaction, so that a kill at any moment leaves it as before or as after.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        """Opens the file.

        Args:
            path: the file.
            create: make the tables where there are none; else a file without them is taken for a damaged one.

        Raises:
            LibraryError: it is not a readable library, or cannot be made.
        """
        self.path = path
        self.database = open_database(path, create=create)
        self.generation = Generation(self.database)
        self.meta = Meta(self.database)
        self.documents = Documents(self.database, self.generation)
        self.chunks = Chunks(self.database, self.generation)
        self.full_text = FullText(self.database, self.generation)

    @classmethod
    def of_folder(cls, folder: Path) -> Record:
        """The record of an index; its tables are made where a first run was killed before it had made them.

        Vectors without tables are what is left of an index: new tables in their place would hide the loss.

        Raises:
            LibraryError: it is damaged.
        """
        return cls(folder / LIBRARY_FILE, create=not (folder / VECTORS_FILE).exists())

    def put(self, document: Document, chunks: Sequence[NewChunk]) -> None:
        """Adds a document, or replaces the one with its id, in one transaction."""
        key = document.source.id
        rows = [
            (*chunk.span, chunk.context, chunk.vector.astype(np.float16).tobytes(), chunk.reading) for chunk in chunks
        ]
        with self.generation.change() as db:
            replaced = self.documents.text(key)
            if replaced is not None:
                self._delete(db, key, replaced)
            self.documents.insert(db, document, chunks_checksum(rows))
            ids = self.chunks.insert(db, key, rows)
            self.full_text.insert(db, _texts(ids, rows, document.text))

    def remove(self, document_id: str) -> bool:
        """Removes a document and its chunks in one transaction; False where there was none."""
        text = self.documents.text(document_id)
        if text is None:
            return False
        with self.generation.change() as db:
            self._delete(db, document_id, text)
        return True

    def move(self, document_id: str, source: Source) -> None:
        """Gives a document another id, name or path in one transaction; its chunks stay.

        Raises:
            LibraryError: there is no such document, or what is held of it is damaged.
        """
        with self.generation.change() as db:
            document = replace(self.documents.get(document_id), source=source)
            db.execute("PRAGMA defer_foreign_keys = ON")  # until the end of the transaction
            self.documents.move(db, document_id, document)
            self.chunks.move(db, document_id, source.id)

    def _delete(self, db: sqlite3.Connection, document_id: str, text: str) -> None:
        ids, rows = self.chunks.ids([document_id]).tolist(), self.chunks.rows(document_id)
        self.full_text.delete(db, _texts(ids, rows, text))
        self.chunks.delete(db, document_id)
        self.documents.delete(db, document_id)

    def found(self, ids: Sequence[int]) -> dict[int, FoundChunk]:
        """Chunks with what is stored of them, by id; ids that are gone are left out.

        Each document's text is read once, however many of its chunks are asked for.
        """
        with self.database.connection():  # no change comes between the two looks
            chunks = self.chunks.get(ids)
            sections = self.chunks.sections(ids)
            of_id = self.documents.texts(sorted({chunk.document_id for chunk, _ in chunks}))
        found: dict[int, FoundChunk] = {}
        for chunk, reading in chunks:
            if chunk.document_id in of_id:
                source, text = of_id[chunk.document_id]
                inside = tuple(sections.get(chunk.id, ()))
                found[chunk.id] = FoundChunk(chunk, source, text[chunk.start : chunk.end], reading, inside)
        return found

    def counts(self) -> tuple[int, int, int]:
        """How many documents, chunks and characters there are."""
        return self.documents.count(), self.chunks.count(), self.documents.characters()

    def close(self) -> None:
        """Closes the file."""
        self.database.close()


def _texts(ids: Sequence[int], rows: Sequence[ChunkRow], text: str) -> list[tuple[int, str, str]]:
    """What full-text search has of some chunks: id, context and text."""
    return [
        (chunk_id, searchable(context), searchable(text[start:end]))
        for chunk_id, (start, end, context, *_) in zip(ids, rows, strict=True)
    ]
