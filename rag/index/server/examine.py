"""What ``docquote doctor`` looks at inside a library on a server: everything stored, its settings, and its server."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import Connection

from rag.errors import LibraryError
from rag.index.checksum import chunks_checksum
from rag.index.manifest import Manifest, made_with
from rag.index.server import chunks as chunk_table
from rag.index.server import documents as document_table
from rag.index.server import full_text
from rag.index.server.connection import errors_told
from rag.index.server.migrations import extension_version
from rag.place import ServerUrl
from rag.schema import Finding
from rag.settings import Settings

NAMED = 3
"""How many faults are named."""


def examine(db: Connection, place: ServerUrl, manifest: Manifest | None, settings: Settings) -> Iterator[Finding]:
    """Compares every document, its chunks and their words with what was put, then the settings; and says which server.

    Whether the files of the documents are there is not looked at: they may be on other computers.
    """
    rebuild = f"restore the database from a backup, or: docquote index FOLDER --library '{place}' --rebuild"
    try:
        with errors_told(place):
            documents = [str(row[0]) for row in db.execute("SELECT id FROM documents ORDER BY id")]
            found = [fault for document_id in documents for fault in _faults(db, place, document_id)]
            count = db.execute(
                "SELECT count(*), (SELECT count(DISTINCT chunk_id) FROM postings "
                "WHERE chunk_id NOT IN (SELECT id FROM chunks)) FROM chunks"
            ).fetchone()
            server = db.execute("SHOW server_version").fetchone()
            version = extension_version(db)
    except LibraryError as error:
        yield Finding("index", False, str(error), rebuild)
        return
    assert count is not None and server is not None
    if count[1]:
        found.append(f"full-text search has words of {count[1]:,} chunks that are gone")
    yield Finding("server", True, f"PostgreSQL {server[0]}, pgvector {version}")
    if found:
        yield Finding("index", False, "; ".join(found[:NAMED]), rebuild)
        return
    yield Finding("index", True, f"{len(documents):,} documents and {count[0]:,} chunks, every checksum right")
    yield made_with(place, manifest, settings)


def _faults(db: Connection, place: ServerUrl, document_id: str) -> Iterator[str]:
    try:
        document = document_table.get(db, place, document_id)
    except LibraryError as error:
        yield str(error)
        return
    name, rows = document.source.name, chunk_table.rows_of(db, document_id)
    stored = db.execute("SELECT chunks_checksum, chunks, terms FROM documents WHERE id = %s", (document_id,)).fetchone()
    if stored is None or stored[0] != chunks_checksum(rows) or stored[1] != len(rows):
        yield f"{name}: its chunks are not what was indexed"
        return
    wanted = full_text.counted([(context, document.text[start:end]) for start, end, context, *_ in rows])
    if full_text.stored(db, document_id) != wanted or stored[2] != sum(sum(one.values()) for one in wanted):
        yield f"{name}: full-text search does not agree with its chunks"
