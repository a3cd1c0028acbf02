"""Documents: their texts and sections, and what is known of each, in the SQLite file of an index."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from rag.errors import LibraryError
from rag.index.checksum import document_checksum
from rag.index.local.generation import Generation
from rag.schema import Document, Section, Source, date_from_iso
from rag.sqlite import Database

_SOURCE = "id, name, path, title, date, media_type, sha256, pages, author"
_FROM = "documents LEFT JOIN page_counts ON page_counts.document_id = id LEFT JOIN authors ON authors.document_id = id"


class Documents:
    """The tables ``documents``, ``page_counts``, ``authors`` and ``sections``."""

    def __init__(self, database: Database, generation: Generation) -> None:
        """Of one index."""
        self._database = database
        self._generation = generation

    def insert(self, db: sqlite3.Connection, document: Document, chunks_checksum: str) -> None:
        """Adds a document that is not there, inside a transaction."""
        source = document.source
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
                chunks_checksum,
            ),
        )
        if source.pages is not None:
            db.execute("INSERT INTO page_counts VALUES (?, ?)", (source.id, source.pages))
        if source.author:
            db.execute("INSERT INTO authors VALUES (?, ?)", (source.id, source.author))
        db.executemany(
            "INSERT INTO sections VALUES (?, ?, ?, ?, ?, ?)",
            [(source.id, *astuple(section)) for section in document.sections],
        )

    def move(self, db: sqlite3.Connection, document_id: str, document: Document) -> None:
        """Gives the document with an id the id, name and path of ``document``, the same one, inside a transaction."""
        source = document.source
        checksum = document_checksum(source, document.warnings, document.text, document.sections)
        db.execute(
            "UPDATE documents SET id = ?, name = ?, path = ?, checksum = ? WHERE id = ?",
            (source.id, source.name, source.path, checksum, document_id),
        )
        for table in ("page_counts", "authors", "sections"):
            db.execute(f"UPDATE {table} SET document_id = ? WHERE document_id = ?", (source.id, document_id))

    def delete(self, db: sqlite3.Connection, document_id: str) -> None:
        """Removes a document, and what refers to it, inside a transaction."""
        db.execute("DELETE FROM documents WHERE id = ?", (document_id,))

    def text(self, document_id: str) -> str | None:
        """The text of a document, not compared with its checksum; None where there is no such document."""
        with self._database.connection() as db:
            row = db.execute("SELECT text FROM documents WHERE id = ?", (document_id,)).fetchone()
        return str(row[0]) if row else None

    def sources(self) -> list[Source]:
        """Every document without its text, in the order of their names."""
        return list(self._generation.remembered(("sources",), self._sources))

    def _sources(self) -> list[Source]:
        with self._database.connection() as db:
            return [_source(row) for row in db.execute(f"SELECT {_SOURCE} FROM {_FROM} ORDER BY name, path")]

    def texts(self, document_ids: Sequence[str]) -> dict[str, tuple[Source, str]]:
        """Documents with their texts, by id, not compared with their checksums; those that are gone are left out."""
        query = f"SELECT {_SOURCE}, text FROM {_FROM} WHERE id IN (SELECT value FROM json_each(?))"
        with self._database.connection() as db:
            return {
                row[0]: (_source(row[:-1]), row[-1]) for row in db.execute(query, (json.dumps(list(document_ids)),))
            }

    def warnings(self) -> dict[str, tuple[str, ...]]:
        """What was odd about each document that has warnings, by its id."""
        return dict(self._generation.remembered(("warnings",), self._warnings))

    def _warnings(self) -> dict[str, tuple[str, ...]]:
        with self._database.connection() as db:
            rows = db.execute("SELECT id, warnings FROM documents WHERE warnings <> '[]'").fetchall()
        return {str(key): tuple(json.loads(value)) for key, value in rows}

    def get(self, document_id: str) -> Document:
        """One whole document, compared with its checksum.

        Raises:
            LibraryError: the index does not hold it (any more), or what it holds of it is damaged.
        """
        with self._database.connection() as db:
            row = db.execute(
                f"SELECT {_SOURCE}, warnings, text, checksum FROM {_FROM} WHERE id = ?", (document_id,)
            ).fetchone()
            if row is None:
                raise self._gone(f"the document with the id {document_id!r}")
            sections = db.execute(
                'SELECT kind, label, start, "end", level FROM sections WHERE document_id = ? ORDER BY rowid',
                (document_id,),
            ).fetchall()
        *of_source, warnings, text, checksum = row
        try:
            document = Document(
                source=_source(of_source),
                text=text,
                sections=tuple(Section(*section) for section in sections),
                warnings=tuple(json.loads(warnings)),
            )
            whole = checksum == document_checksum(document.source, document.warnings, document.text, document.sections)
        except (TypeError, ValueError):  # a date that is none, or JSON that is none
            whole = False
        if not whole:
            raise self._database.unusable(f"what it holds of {row[1]} is not what was indexed")
        return document

    def count(self) -> int:
        """How many there are."""
        return self._generation.remembered(
            ("documents",), lambda: self._database.number("SELECT count(*) FROM documents")
        )

    def characters(self) -> int:
        """Of all their texts."""
        query = "SELECT coalesce(sum(characters), 0) FROM documents"
        return self._generation.remembered(("characters",), lambda: self._database.number(query))

    def _gone(self, what: str) -> LibraryError:
        folder = self._database.path.parent
        return LibraryError(
            f"{folder}: {what} is gone; ask again, and if that does not help: docquote doctor --index {folder}"
        )


def _source(row: Sequence[Any]) -> Source:
    key, name, path, title, day, media_type, sha256, pages, author = row
    try:
        stated = date_from_iso(day) if day else None
        return Source(key, name, path, title, stated, media_type, sha256, pages, author or "")
    except (TypeError, ValueError) as error:
        raise sqlite3.DataError(f"{day!r} is no date") from error
