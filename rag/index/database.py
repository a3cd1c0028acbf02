"""Database: one SQLite file that threads share, whose errors are docquote's own."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Protocol

from rag.errors import LibraryError

BUSY_SECONDS = 30.0
"""How long to wait for another process that is writing."""


class _Closable(Protocol):
    def close(self) -> None: ...


@contextmanager
def closed_on_error(opened: _Closable) -> Iterator[None]:
    """Closes what was opened if what follows fails."""
    try:
        yield
    except BaseException:
        opened.close()
        raise


class Database:
    """A SQLite file in WAL mode with the tables of ``schema.sql``.

    Safe to share by threads; several processes may read while one writes.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file, or makes it.

        Raises:
            LibraryError: it is not a readable library, or cannot be made.
        """
        self.path = path
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
            with closed_on_error(self._db):
                self._prepare()
        except sqlite3.Error as error:
            raise self._damaged(error) from error

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA foreign_keys = ON")
        has_schema = self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone()
        if not has_schema:
            script = files("rag.index").joinpath("schema.sql").read_text(encoding="utf-8")
            self._db.executescript(f"BEGIN IMMEDIATE;\n{script}\nCOMMIT;")

    def _damaged(self, error: sqlite3.Error) -> LibraryError:
        return LibraryError(
            f"{self.path}: the index cannot be read or written ({error}); if it is damaged, rebuild it with: "
            f"docquote index FOLDER --index {self.path.parent} --rebuild"
        )

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one thread at a time.

        Raises:
            LibraryError: the file cannot be read or written.
        """
        with self._lock:
            try:
                yield self._db
            except sqlite3.Error as error:
                raise self._damaged(error) from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection in a transaction, which an error takes back and which raises the generation.

        Raises:
            LibraryError: the file cannot be read or written.
        """
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield self._db
                    self._db.execute(
                        "INSERT INTO meta VALUES ('generation', '1') "
                        "ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"
                    )
                except BaseException:
                    self._db.execute("ROLLBACK")
                    raise
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                raise self._damaged(error) from error

    def meta(self, key: str) -> str | None:
        """A value stored under a name, or None."""
        with self.connection() as db:
            row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Stores a value under a name. Does not change the generation."""
        with self.connection() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @property
    def generation(self) -> int:
        """Grows by one with every change of the documents; 0 for a new library."""
        return int(self.meta("generation") or 0)

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._db.close()
