"""IndexDatabase: the SQLite file of an index, with values by name and a generation that every change raises."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from rag.errors import LibraryError
from rag.sqlite import Database

Found = TypeVar("Found")

MOST_REMEMBERED = 100_000
_NEWEST_TABLE = "removed_chunks"

_FULL = "cannot be written, the disk is full or fails; free some space and try again: what was indexed is kept"
_READ_ONLY = "cannot be written; make the folder writable, or choose another --index"
_MENDS = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _FULL,  # also where not even the few bytes fit that a reader needs beside the file
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
}
_READING_FAILED = (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS)


class IndexDatabase(Database):
    """A SQLite file with the tables of ``schema.sql``."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        """Opens the file.

        Args:
            path: the file.
            create: make the tables where there are none; else a file without them is taken for a damaged one.

        Raises:
            LibraryError: it is not a readable library, or cannot be made.
        """
        self._create = create
        super().__init__(path)

    def _prepare(self, db: sqlite3.Connection) -> None:
        self._remembered: dict[tuple[str, ...], Any] = {}
        self._remembered_at = -1
        db.execute("PRAGMA synchronous = NORMAL")  # a cut of power may undo documents, never tear one
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not self._create and "meta" not in tables:
            raise sqlite3.DatabaseError("it holds no tables")
        if _NEWEST_TABLE not in tables:
            script = files("rag.index.local").joinpath("schema.sql").read_text(encoding="utf-8")
            db.executescript(f"BEGIN IMMEDIATE;\n{script}\nCOMMIT;")

    def _unusable(self, error: object) -> LibraryError:
        code = getattr(error, "sqlite_errorcode", 0)
        mend = _MENDS.get(code & 0xFF)  # the low byte is the kind, the rest says more
        if mend is not None and code not in _READING_FAILED:
            return LibraryError(f"{self.path}: {mend} ({error})")
        return LibraryError(
            f"{self.path}: the index cannot be read or written ({error}); if it is damaged, rebuild it with: "
            f"docquote index FOLDER --index {self.path.parent} --rebuild"
        )

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """A transaction that raises the generation.

        Raises:
            LibraryError: the file cannot be read or written.
        """
        with self.transaction() as db:
            yield db
            db.execute(
                "INSERT INTO meta VALUES ('generation', '1') "
                "ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"
            )

    def meta(self, key: str) -> str | None:
        """A value stored under a name, or None."""
        with self.connection() as db:
            row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Stores a value under a name. Does not change the generation."""
        with self.connection() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def number(self, query: str, *arguments: object) -> int:
        """The one number that a query gives."""
        with self.connection() as db:
            return int(db.execute(query, arguments).fetchone()[0])

    def remembered(self, what: tuple[str, ...], found: Callable[[], Found]) -> Found:
        """What is looked up once for each generation."""
        generation = self.generation
        with self._lock:
            if generation != self._remembered_at or len(self._remembered) >= MOST_REMEMBERED:
                self._remembered_at, self._remembered = generation, {}
            if what not in self._remembered:
                self._remembered[what] = found()
            value: Found = self._remembered[what]
            return value

    @property
    def generation(self) -> int:
        """Grows by one with every change of the documents; 0 for a new library."""
        return int(self.meta("generation") or 0)
