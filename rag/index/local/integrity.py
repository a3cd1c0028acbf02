"""Whether all that an index stores is what was put into it. Reads everything: some seconds for 10,000 documents."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from rag.errors import LibraryError
from rag.index.checksum import chunks_checksum
from rag.index.local.record import Record
from rag.schema import page_count


def faults(record: Record) -> list[str]:
    """What is wrong with a record, in words for people; empty where all is well.

    Compares pages (SQLite's integrity check), references between tables, every document and its chunks with their
    checksums, and the full-text index with one made anew of the stored texts.
    """
    try:
        with record.database.connection() as db:
            found = [f"SQLite: {row[0]}" for row in db.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]
            found += [f"{row[0]}: refers to what is not there" for row in db.execute("PRAGMA foreign_key_check")]
        if not found:
            found += _document_faults(record)
        if not found:
            with record.database.connection() as db:
                found += _full_text_faults(db)
    except LibraryError as error:
        return [str(error)]
    return found


def _document_faults(record: Record) -> Iterator[str]:
    with record.database.connection() as db:
        stored = db.execute("SELECT id, chunks_checksum FROM documents").fetchall()
    for document_id, checksum in stored:
        try:
            document = record.documents.get(document_id)
        except LibraryError as error:
            yield str(error)
            continue
        if chunks_checksum(record.chunks.rows(document_id)) != checksum:
            yield f"{document.source.name}: its chunks are not what was indexed"
        if document.source.pages != page_count(document.sections):
            yield f"{document.source.name}: its page count is not that of its pages"


def _full_text_faults(db: sqlite3.Connection) -> list[str]:
    """Compares the words of the full-text index, and which chunks hold them, with those of the stored texts."""
    made = db.execute("SELECT sql FROM sqlite_master WHERE name = 'chunk_text'").fetchone()
    if made is None:
        return ["there is no full-text index"]
    db.execute("ATTACH DATABASE ':memory:' AS anew")
    try:
        db.execute(made[0].replace("chunk_text", "anew.again", 1))
        db.execute(
            "INSERT INTO anew.again (rowid, context, text) SELECT chunks.id, chunks.context, "
            'substr(documents.text, chunks.start + 1, chunks."end" - chunks.start) '
            "FROM chunks JOIN documents ON documents.id = chunks.document_id ORDER BY chunks.id"
        )
        db.execute("CREATE VIRTUAL TABLE temp.held USING fts5vocab (main, chunk_text, instance)")
        db.execute("CREATE VIRTUAL TABLE temp.wanted USING fts5vocab (anew, again, instance)")
        columns = "term, doc, col, offset"
        for one, other in (("held", "wanted"), ("wanted", "held")):
            odd = db.execute(
                f"SELECT term, doc FROM (SELECT {columns} FROM temp.{one} EXCEPT SELECT {columns} FROM temp.{other}) "
                "LIMIT 1"
            ).fetchone()
            if odd is not None:
                return [f"the full-text index does not agree with the documents (chunk {odd[1]})"]
        return []
    finally:
        for statement in ("DROP TABLE IF EXISTS temp.held", "DROP TABLE IF EXISTS temp.wanted", "DETACH DATABASE anew"):
            db.execute(statement)
