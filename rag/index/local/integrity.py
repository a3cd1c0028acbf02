"""Whether all that a library stores is what was put into it. Reads everything: some seconds for 10,000 documents."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from rag.errors import LibraryError
from rag.index.local.checksum import chunks_checksum
from rag.index.local.library import Library


def library_faults(library: Library) -> list[str]:
    """What is wrong with a library, in words for people; empty where all is well.

    Compares pages (SQLite's integrity check), references between tables, every document and its chunks with their
    checksums, and the full-text index with one made anew of the stored texts.
    """
    try:
        with library.connection() as db:
            faults = [f"SQLite: {row[0]}" for row in db.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]
            faults += [f"{row[0]}: refers to what is not there" for row in db.execute("PRAGMA foreign_key_check")]
        if not faults:
            faults += _document_faults(library)
        if not faults:
            with library.connection() as db:
                faults += _full_text_faults(db)
    except LibraryError as error:
        return [str(error)]
    return faults


def _document_faults(library: Library) -> Iterator[str]:
    with library.connection() as db:
        ids = [str(row[0]) for row in db.execute("SELECT id FROM documents")]
    for document_id in ids:
        try:
            name = library.document(document_id).source.name
        except LibraryError as error:
            yield str(error)
            continue
        with library.connection() as db:
            chunks = db.execute(
                'SELECT start, "end", context, vector FROM chunks WHERE document_id = ? ORDER BY id', (document_id,)
            ).fetchall()
            (stored,) = db.execute("SELECT chunks_checksum FROM documents WHERE id = ?", (document_id,)).fetchone()
        if chunks_checksum(chunks) != stored:
            yield f"{name}: its chunks are not what was indexed"


def _full_text_faults(db: sqlite3.Connection) -> list[str]:
    """Compares the words of the full-text index, and which chunks hold them, with those of the stored texts."""
    tokenizer = "porter unicode61"
    db.execute("ATTACH DATABASE ':memory:' AS anew")
    try:
        db.execute(f"CREATE VIRTUAL TABLE anew.again USING fts5 (context, text, content='', tokenize='{tokenizer}')")
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
