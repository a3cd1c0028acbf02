"""3 to 4: sections have levels, and chunks what they are read under, so that nobody reads a document for it."""

from __future__ import annotations

import hashlib
import json
import sqlite3

from rag.index.checksum import chunks_checksum
from rag.schema import Document, Section, Source
from rag.text.context import reading_context


def structure(db: sqlite3.Connection) -> None:
    """Gives every section the level 0, not known, and every chunk what is read off its document.

    The checksums of chunks are made anew where those of before are right; wrong ones stay wrong.
    """
    db.execute("ALTER TABLE sections ADD COLUMN level INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE chunks ADD COLUMN reading TEXT NOT NULL DEFAULT ''")
    for (key,) in db.execute("SELECT id FROM documents").fetchall():
        title, text, checksum = db.execute(
            "SELECT title, text, chunks_checksum FROM documents WHERE id = ?", (key,)
        ).fetchone()
        sections = db.execute(
            'SELECT kind, label, start, "end" FROM sections WHERE document_id = ? ORDER BY rowid', (key,)
        )
        source = Source(key, "", "", title, None, "", "")
        document = Document(source, text, tuple(Section(*section) for section in sections))
        rows = db.execute(
            'SELECT id, start, "end", context, vector FROM chunks WHERE document_id = ? ORDER BY id', (key,)
        ).fetchall()
        readings = [reading_context(document, start) for _, start, *_ in rows]
        db.executemany(
            "UPDATE chunks SET reading = ? WHERE id = ?",
            [(reading, row[0]) for row, reading in zip(rows, readings, strict=True)],
        )
        if former_checksum(rows) == checksum:
            new = chunks_checksum((*row[1:], reading) for row, reading in zip(rows, readings, strict=True))
            db.execute("UPDATE documents SET chunks_checksum = ? WHERE id = ?", (new, key))


def former_checksum(rows: list[tuple[int, int, int, str, bytes]]) -> str:
    """Of chunks (id, start, end, context, vector), as version 3 had it."""
    digest = hashlib.sha256()
    for _, start, end, context, vector in rows:
        digest.update(json.dumps([start, end, context]).encode())
        digest.update(vector)
    return digest.hexdigest()
