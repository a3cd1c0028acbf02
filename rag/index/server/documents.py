"""The tables ``documents`` and ``sections`` of a library on a server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from psycopg import Connection

from rag.errors import LibraryError
from rag.index.checksum import document_checksum
from rag.place import ServerUrl
from rag.schema import Document, Section, Source, date_from_iso

SOURCE = "documents.id, name, path, title, date, media_type, sha256, pages, author"
SOURCE_FIELDS = 9


def lock(db: Connection, *document_ids: str) -> None:
    """Until the end of the transaction nobody else changes these documents."""
    for document_id in sorted(set(document_ids)):  # in one order, so that two never wait for each other
        db.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"docquote document {document_id}",))


def insert(db: Connection, document: Document, chunks: int, terms: int, chunks_checksum: str) -> int:
    """Adds a document that is not there, inside a transaction; its key."""
    source = document.source
    row = db.execute(
        "INSERT INTO documents (id, name, path, title, date, media_type, sha256, pages, author, warnings, characters, "
        "chunks, terms, text, checksum, chunks_checksum) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s, %s) RETURNING key",
        (
            source.id,
            source.name,
            source.path,
            source.title,
            source.date.isoformat() if source.date else None,
            source.media_type,
            source.sha256,
            source.pages,
            source.author,
            json.dumps(document.warnings),
            len(document.text),
            chunks,
            terms,
            document.text,
            document_checksum(source, document.warnings, document.text, document.sections),
            chunks_checksum,
        ),
    ).fetchone()
    assert row is not None
    key = int(row[0])
    with db.cursor().copy(
        'COPY sections (document_key, position, kind, label, start, "end", level) FROM STDIN (FORMAT BINARY)'
    ) as copy:
        copy.set_types(["int8", "int4", "text", "text", "int4", "int4", "int4"])
        for position, section in enumerate(document.sections):
            copy.write_row((key, position, *astuple(section)))
    return key


def delete(db: Connection, document_id: str) -> bool:
    """Removes a document with its sections and chunks, inside a transaction; False where there was none."""
    row = db.execute("SELECT key FROM documents WHERE id = %s", (document_id,)).fetchone()
    if row is None:
        return False
    db.execute("DELETE FROM postings WHERE chunk_id IN (SELECT id FROM chunks WHERE document_key = %s)", row)
    db.execute("DELETE FROM documents WHERE key = %s", row)
    return True


def rename(db: Connection, document_id: str, document: Document) -> None:
    """Gives the document with an id the id, name and path of ``document``, the same one, inside a transaction."""
    source = document.source
    checksum = document_checksum(source, document.warnings, document.text, document.sections)
    db.execute(
        "UPDATE documents SET id = %s, name = %s, path = %s, checksum = %s WHERE id = %s",
        (source.id, source.name, source.path, checksum, document_id),
    )


def get(db: Connection, place: ServerUrl, document_id: str) -> Document:
    """One whole document, compared with its checksum.

    Raises:
        LibraryError: the library does not hold it (any more), or what it holds of it is damaged.
    """
    row = db.execute(
        f"SELECT {SOURCE}, warnings, text, checksum, (SELECT jsonb_agg(jsonb_build_array(kind, label, start, "
        '"end", level) ORDER BY position) FROM sections WHERE document_key = key) FROM documents WHERE id = %s',
        (document_id,),
    ).fetchone()
    if row is None:
        raise LibraryError(
            f"{place}: the document with the id {document_id!r} is gone; ask again, and if that does not help: "
            f"docquote doctor --library '{place}'"
        )
    warnings, text, checksum, sections = row[SOURCE_FIELDS:]
    document = Document(source_of(row), text, sections_of(sections), tuple(warnings))
    if checksum != document_checksum(document.source, document.warnings, document.text, document.sections):
        raise LibraryError(
            f"{place}: what it holds of {document.source.name} is not what was indexed; restore the database from a "
            f"backup, or: docquote index FOLDER --library '{place}' --rebuild"
        )
    return document


def sources(db: Connection) -> list[Source]:
    """Every document without its text, in the order of their names."""
    return [
        source_of(row)
        for row in db.execute(f'SELECT {SOURCE} FROM documents ORDER BY name COLLATE "C", path COLLATE "C"')
    ]


def warnings(db: Connection) -> dict[str, tuple[str, ...]]:
    """What was odd about each document that has warnings, by its id."""
    return {
        str(row[0]): tuple(row[1]) for row in db.execute("SELECT id, warnings FROM documents WHERE warnings <> '[]'")
    }


def source_of(row: Sequence[Any]) -> Source:
    """A source of the columns ``SOURCE``, the first of a row."""
    key, name, path, title, day, media_type, sha256, pages, author = row[:SOURCE_FIELDS]
    return Source(key, name, path, title, date_from_iso(day) if day else None, media_type, sha256, pages, author)


def sections_of(rows: Sequence[Sequence[Any]] | None) -> tuple[Section, ...]:
    """Sections of their JSON."""
    return tuple(Section(*row) for row in rows or ())
