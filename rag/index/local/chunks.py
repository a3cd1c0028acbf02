"""Chunks: the slices of the documents with their vectors, and which of them went, in the SQLite file of an index."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings import Vectors
from rag.index.local.generation import Generation
from rag.schema import Chunk, Section
from rag.sqlite import Database

ChunkRow = tuple[int, int, str, bytes, str]
"""Of a chunk as it is stored: start, end, context, vector (in half precision), and what it is read under."""


class Chunks:
    """The tables ``chunks`` and ``removed_chunks``."""

    def __init__(self, database: Database, generation: Generation) -> None:
        """Of one index."""
        self._database = database
        self._generation = generation

    def insert(self, db: sqlite3.Connection, document_id: str, rows: Sequence[ChunkRow]) -> list[int]:
        """Adds chunks of a document, inside a transaction; their ids, in order."""
        ids: list[int] = []
        for row in rows:
            chunk_id = db.execute(
                'INSERT INTO chunks (document_id, start, "end", context, vector, reading) VALUES (?, ?, ?, ?, ?, ?)',
                (document_id, *row),
            ).lastrowid
            assert chunk_id is not None
            ids.append(chunk_id)
        return ids

    def delete(self, db: sqlite3.Connection, document_id: str) -> None:
        """Removes the chunks of a document, inside a transaction."""
        db.execute("INSERT INTO removed_chunks (chunk_id) SELECT id FROM chunks WHERE document_id = ?", (document_id,))
        db.execute("DELETE FROM chunks WHERE document_id = ?", (document_id,))

    def move(self, db: sqlite3.Connection, document_id: str, new_id: str) -> None:
        """Gives the chunks of a document, with their ids, to another id of it, inside a transaction."""
        db.execute("UPDATE chunks SET document_id = ? WHERE document_id = ?", (new_id, document_id))

    def get(self, ids: Sequence[int]) -> list[tuple[Chunk, str]]:
        """Chunks by id with what they are read under, in the order of their ids; those that are gone are left out."""
        query = (
            'SELECT id, document_id, start, "end", reading FROM chunks '
            "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
        )
        with self._database.connection() as db:
            return [(Chunk(*row[:-1]), row[-1]) for row in db.execute(query, (json.dumps(list(ids)),))]

    def sections(self, ids: Sequence[int]) -> dict[int, list[Section]]:
        """By the ids of chunks, those sections of their documents that share characters with them, in order."""
        query = (
            'SELECT chunks.id, kind, label, sections.start, sections."end", level FROM chunks JOIN sections '
            'ON sections.document_id = chunks.document_id AND sections.start < chunks."end" '
            'AND sections."end" > chunks.start WHERE chunks.id IN (SELECT value FROM json_each(?)) '
            "ORDER BY sections.rowid"
        )
        found: dict[int, list[Section]] = {}
        with self._database.connection() as db:
            for chunk_id, *section in db.execute(query, (json.dumps(list(ids)),)):
                found.setdefault(chunk_id, []).append(Section(*section))
        return found

    def rows(self, document_id: str) -> list[ChunkRow]:
        """The chunks of a document as they are stored, in order."""
        query = 'SELECT start, "end", context, vector, reading FROM chunks WHERE document_id = ? ORDER BY id'
        with self._database.connection() as db:
            return db.execute(query, (document_id,)).fetchall()

    def count(self) -> int:
        """How many there are."""
        return self._generation.remembered(("chunks",), lambda: self._database.number("SELECT count(*) FROM chunks"))

    def counts(self) -> dict[str, int]:
        """How many each document has, by its id."""
        with self._database.connection() as db:
            return dict(db.execute("SELECT document_id, count(*) FROM chunks GROUP BY document_id"))

    def ids(self, document_ids: Sequence[str] | None = None) -> NDArray[np.int64]:
        """The ids of all chunks, or of those of some documents, ascending."""
        with self._database.connection() as db:
            if document_ids is None:
                rows = db.execute("SELECT id FROM chunks ORDER BY id").fetchall()
            else:
                query = "SELECT id FROM chunks WHERE document_id IN (SELECT value FROM json_each(?)) ORDER BY id"
                rows = db.execute(query, (json.dumps(list(document_ids)),)).fetchall()
        return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))

    def vectors(self, ids: Sequence[int]) -> tuple[NDArray[np.int64], Vectors]:
        """The ids that are still there, ascending, and their vectors, shape ``(len(ids), dimension)``."""
        query = "SELECT id, vector FROM chunks WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
        with self._database.connection() as db:
            return _vectors(db.execute(query, (json.dumps(list(ids)),)).fetchall())

    def vectors_after(self, chunk_id: int, most: int) -> tuple[NDArray[np.int64], Vectors]:
        """The ids above one, ascending, at most so many, and their vectors, shape ``(len(ids), dimension)``."""
        with self._database.connection() as db:
            rows = db.execute("SELECT id, vector FROM chunks WHERE id > ? ORDER BY id LIMIT ?", (chunk_id, most))
            return _vectors(rows.fetchall())

    def removed_since(self, position: int) -> tuple[int, NDArray[np.int64]]:
        """The ids of the chunks that were removed after a position in the list of removals, and its last position."""
        with self._database.connection() as db:
            cursor = db.execute("SELECT position, chunk_id FROM removed_chunks WHERE position > ?", (position,))
            rows = cursor.fetchall()
        ids = np.fromiter((row[1] for row in rows), dtype=np.int64, count=len(rows))
        return max((row[0] for row in rows), default=position), ids

    def last_changes(self) -> tuple[int, int]:
        """The highest chunk id ever given, and the last position in the list of removals; 0 where there is none."""
        with self._database.connection() as db:
            last = dict(db.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
        return int(last.get("chunks", 0)), int(last.get("removed_chunks", 0))


def _vectors(rows: Sequence[tuple[int, bytes]]) -> tuple[NDArray[np.int64], Vectors]:
    ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
    if not rows:
        return ids, np.empty((0, 0), dtype=np.float32)
    joined = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.float16)
    return ids, joined.reshape(len(rows), -1).astype(np.float32)
