"""Library: the SQLite record of an index. It knows text and numbers, never models or files of documents."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings import Vectors
from rag.errors import LibraryError
from rag.index.local.checksum import chunks_checksum, document_checksum
from rag.index.local.full_text import FullText
from rag.index.manifest import Manifest
from rag.schema import Chunk, Document, Section, Source, Span

SLICE = 900
"""Values bound in one SQL statement; SQLite's own limit is 999 in old versions."""

_SOURCE_COLUMNS = "id, name, path, title, date, media_type, sha256"


@dataclass(frozen=True, slots=True)
class NewChunk:
    """A chunk to be stored: its characters, what precedes it in full-text search, and its unit vector."""

    span: Span
    context: str
    vector: NDArray[np.float32]


class Library(FullText):
    """Documents, sections, chunks, vectors and full text.

    A change of one document is one transaction, so that a kill at any moment leaves it as before or as after.
    """

    # -- what it was made with -------------------------------------------------------------------------

    @property
    def manifest(self) -> Manifest | None:
        """What the index was made with; None for a new library.

        Raises:
            LibraryError: it was written in another format.
        """
        stored = self.meta("manifest")
        if stored is None:
            return None
        try:
            return Manifest(**json.loads(stored))
        except (TypeError, ValueError) as error:
            raise LibraryError(
                f"{self.path.parent}: the index was written in another format; rebuild it with: "
                f"docquote index FOLDER --index {self.path.parent} --rebuild"
            ) from error

    def set_manifest(self, manifest: Manifest) -> None:
        """Pins what the index is made with."""
        self.set_meta("manifest", json.dumps(asdict(manifest), sort_keys=True))

    # -- folders ----------------------------------------------------------------------------------------

    def roots(self) -> list[str]:
        """The folders and files that were indexed, as absolute paths."""
        with self.connection() as db:
            return [str(row[0]) for row in db.execute("SELECT path FROM roots ORDER BY path")]

    def add_root(self, path: str) -> None:
        """Remembers a folder or file that was indexed."""
        with self.connection() as db:
            db.execute("INSERT OR IGNORE INTO roots VALUES (?)", (path,))

    def forget_root(self, path: str) -> None:
        """Forgets a folder or file that was indexed, if it was."""
        with self.connection() as db:
            db.execute("DELETE FROM roots WHERE path = ?", (path,))

    # -- documents --------------------------------------------------------------------------------------

    def put(self, document: Document, chunks: Sequence[NewChunk]) -> None:
        """Adds a document, or replaces the one with its id, in one transaction."""
        source = document.source
        rows = [(*chunk.span, chunk.context, chunk.vector.astype(np.float16).tobytes()) for chunk in chunks]
        with self.change() as db:
            self._delete(db, source.id)
            db.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    source.id,
                    source.name,
                    source.path,
                    source.title,
                    source.date.isoformat() if source.date else None,
                    source.media_type,
                    source.sha256,
                    json.dumps(document.warnings),
                    len(document.text),
                    document.text,
                    document_checksum(source, document.warnings, document.text, document.sections),
                    chunks_checksum(rows),
                ),
            )
            db.executemany(
                "INSERT INTO sections VALUES (?, ?, ?, ?, ?)",
                [(source.id, s.kind, s.label, s.start, s.end) for s in document.sections],
            )
            for start, end, prefix, vector in rows:
                row = db.execute(
                    'INSERT INTO chunks (document_id, start, "end", context, vector) VALUES (?, ?, ?, ?, ?)',
                    (source.id, start, end, prefix, vector),
                ).lastrowid
                db.execute(
                    "INSERT INTO chunk_text (rowid, context, text) VALUES (?, ?, ?)",
                    (row, prefix, document.text[start:end]),
                )

    def remove(self, document_id: str) -> bool:
        """Removes a document and its chunks in one transaction; False where there was none."""
        with self.connection() as db:
            known = db.execute("SELECT 1 FROM documents WHERE id = ?", (document_id,)).fetchone()
        if not known:
            return False
        with self.change() as db:
            self._delete(db, document_id)
        return True

    def _delete(self, db: sqlite3.Connection, document_id: str) -> None:
        row = db.execute("SELECT text FROM documents WHERE id = ?", (document_id,)).fetchone()
        if row is None:
            return
        old = db.execute('SELECT id, context, start, "end" FROM chunks WHERE document_id = ?', (document_id,))
        db.executemany(
            "INSERT INTO chunk_text (chunk_text, rowid, context, text) VALUES ('delete', ?, ?, ?)",
            [(chunk_id, context, row[0][start:end]) for chunk_id, context, start, end in old.fetchall()],
        )
        db.execute("INSERT INTO removed_chunks (chunk_id) SELECT id FROM chunks WHERE document_id = ?", (document_id,))
        db.execute("DELETE FROM documents WHERE id = ?", (document_id,))

    def sources(self) -> list[Source]:
        """Every document without its text, in the order of their names."""
        return list(self.remembered(("sources",), self._sources))

    def _sources(self) -> list[Source]:
        with self.connection() as db:
            return [_source(row) for row in db.execute(f"SELECT {_SOURCE_COLUMNS} FROM documents ORDER BY name, path")]

    def warnings(self) -> dict[str, tuple[str, ...]]:
        """What was odd about each document that has warnings, by its id."""
        with self.connection() as db:
            rows = db.execute("SELECT id, warnings FROM documents WHERE warnings <> '[]'").fetchall()
        return {str(key): tuple(json.loads(value)) for key, value in rows}

    def document(self, document_id: str) -> Document:
        """One whole document, compared with its checksum.

        Raises:
            LibraryError: the index does not hold it (any more), or what it holds of it is damaged.
        """
        with self.connection() as db:
            row = db.execute(
                f"SELECT {_SOURCE_COLUMNS}, warnings, text, checksum FROM documents WHERE id = ?", (document_id,)
            ).fetchone()
            if row is None:
                raise self._gone(f"the document with the id {document_id!r}")
            sections = db.execute(
                'SELECT kind, label, start, "end" FROM sections WHERE document_id = ? ORDER BY rowid', (document_id,)
            ).fetchall()
        try:
            document = Document(
                source=_source(row[:7]),
                text=row[8],
                sections=tuple(Section(*section) for section in sections),
                warnings=tuple(json.loads(row[7])),
            )
            whole = row[9] == document_checksum(document.source, document.warnings, document.text, document.sections)
        except (TypeError, ValueError):  # a date that is none, or JSON that is none
            whole = False
        if not whole:
            raise self._unusable(f"what it holds of {row[1]} is not what was indexed")
        return document

    def counts(self) -> tuple[int, int, int]:
        """How many documents, chunks and characters the index holds."""
        documents, chunks, characters = (
            self.remembered((query,), partial(self.number, query))
            for query in (
                "SELECT count(*) FROM documents",
                "SELECT count(*) FROM chunks",
                "SELECT coalesce(sum(characters), 0) FROM documents",
            )
        )
        return documents, chunks, characters

    def _gone(self, what: str) -> LibraryError:
        return LibraryError(
            f"{self.path.parent}: {what} is gone; ask again, and if that does not help: "
            f"docquote doctor --index {self.path.parent}"
        )

    # -- chunks -----------------------------------------------------------------------------------------

    def chunks(self, ids: Sequence[int]) -> dict[int, tuple[Chunk, Source, str]]:
        """Chunks with their documents and texts, by id; ids that are gone are left out.

        Each document's text is read once, however many of its chunks are asked for.
        """
        spans: dict[str, list[Chunk]] = {}
        found: dict[int, tuple[Chunk, Source, str]] = {}
        with self.connection() as db:
            for part in _slices(ids):
                rows = db.execute(
                    f'SELECT id, document_id, start, "end" FROM chunks WHERE id IN ({_marks(part)})', part
                )
                for row in rows:
                    spans.setdefault(row[1], []).append(Chunk(*row))
            for part in _slices(list(spans)):
                rows = db.execute(f"SELECT {_SOURCE_COLUMNS}, text FROM documents WHERE id IN ({_marks(part)})", part)
                for row in rows:
                    source = _source(row[:7])
                    for chunk in spans[source.id]:
                        found[chunk.id] = (chunk, source, row[7][chunk.start : chunk.end])
        return found

    def chunk_ids(self, document_ids: Sequence[str] | None = None) -> NDArray[np.int64]:
        """The ids of all chunks, or of those of some documents, ascending."""
        with self.connection() as db:
            if document_ids is None:
                rows = db.execute("SELECT id FROM chunks ORDER BY id").fetchall()
            else:
                rows = [
                    row
                    for part in _slices(document_ids)
                    for row in db.execute(f"SELECT id FROM chunks WHERE document_id IN ({_marks(part)})", part)
                ]
        return np.sort(np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows)))

    def vectors(self, ids: Sequence[int]) -> tuple[NDArray[np.int64], Vectors]:
        """The ids that are still there, ascending, and their vectors, shape ``(len(ids), dimension)``."""
        rows: list[tuple[int, bytes]] = []
        with self.connection() as db:
            for part in _slices(ids):
                rows += db.execute(f"SELECT id, vector FROM chunks WHERE id IN ({_marks(part)})", part)
        return _vectors(sorted(rows))

    def vectors_after(self, chunk_id: int, most: int) -> tuple[NDArray[np.int64], Vectors]:
        """The ids above one, ascending, at most so many, and their vectors, shape ``(len(ids), dimension)``."""
        with self.connection() as db:
            rows = db.execute("SELECT id, vector FROM chunks WHERE id > ? ORDER BY id LIMIT ?", (chunk_id, most))
            return _vectors(rows.fetchall())

    def removed_since(self, position: int) -> tuple[int, NDArray[np.int64]]:
        """The ids of the chunks that were removed after a position in the list of removals, and its last position."""
        with self.connection() as db:
            cursor = db.execute("SELECT position, chunk_id FROM removed_chunks WHERE position > ?", (position,))
            rows = cursor.fetchall()
        ids = np.fromiter((row[1] for row in rows), dtype=np.int64, count=len(rows))
        return max((row[0] for row in rows), default=position), ids

    def last_changes(self) -> tuple[int, int]:
        """The highest chunk id ever given, and the last position in the list of removals; 0 where there is none."""
        with self.connection() as db:
            last = dict(db.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
        return int(last.get("chunks", 0)), int(last.get("removed_chunks", 0))


def _source(row: tuple[str, str, str, str, str | None, str, str]) -> Source:
    key, name, path, title, day, media_type, sha256 = row
    try:
        return Source(key, name, path, title, date.fromisoformat(day) if day else None, media_type, sha256)
    except (TypeError, ValueError) as error:
        raise sqlite3.DataError(f"{day!r} is no date") from error


def _vectors(rows: Sequence[tuple[int, bytes]]) -> tuple[NDArray[np.int64], Vectors]:
    ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
    if not rows:
        return ids, np.empty((0, 0), dtype=np.float32)
    joined = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.float16)
    return ids, joined.reshape(len(rows), -1).astype(np.float32)


def _slices(values: Sequence[Any]) -> Iterator[list[Any]]:
    items = list(values)
    return (items[i : i + SLICE] for i in range(0, len(items), SLICE))


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
