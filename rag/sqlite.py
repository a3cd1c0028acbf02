"""Database: one SQLite file that threads share, whose errors are docquote's own."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from rag.errors import LibraryError

RETRY_SECONDS = 0.01
BUSY_SECONDS = 30.0
"""How long to wait for another process that is writing."""
READING_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What sqlite3 raises for a damaged file; the second where the damage is in what its own message would quote."""


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
    """One connection in WAL mode, used by one thread at a time; several processes may read while one writes."""

    def __init__(
        self, path: Path, *, prepare: Callable[[sqlite3.Connection], None], unusable: Callable[[object], LibraryError]
    ) -> None:
        """Opens the file, or makes it.

        Args:
            path: the file.
            prepare: makes the tables where there are none.
            unusable: what to tell of an error of SQLite: which file, and what to do.

        Raises:
            LibraryError: it is not readable, or cannot be made.
        """
        self.path = path
        self.unusable = unusable
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
            with closed_on_error(self._db):
                _switch_to_wal(self._db)
                self._db.execute("PRAGMA foreign_keys = ON")
                prepare(self._db)
                self._opened = _identity(path)
        except READING_ERRORS as error:
            raise unusable(error) from error

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one thread at a time.

        Raises:
            LibraryError: the file cannot be read or written, or another one has taken its place.
        """
        with self._lock:
            if _identity(self.path) != self._opened:  # SQLite would go on with what nobody else sees any more
                raise LibraryError(
                    f"{self.path}: was rebuilt, moved or deleted since it was opened; start docquote again"
                )
            try:
                yield self._db
            except READING_ERRORS as error:
                raise self.unusable(error) from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection inside a transaction: all of what is written is kept, or none.

        One that is opened inside another is part of it.

        Raises:
            LibraryError: the file cannot be read or written.
        """
        with self.connection() as db:
            if db.in_transaction:
                yield db
                return
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                if db.in_transaction:  # a full disk ends it
                    db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def number(self, query: str, *arguments: object) -> int:
        """The one number that a query gives."""
        with self.connection() as db:
            return int(db.execute(query, arguments).fetchone()[0])

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._db.close()


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file is at a path; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _switch_to_wal(db: sqlite3.Connection) -> None:
    """Alone among SQLite's statements this one does not wait for others who do the same, so it is tried again."""
    latest = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > latest:
                raise
            time.sleep(RETRY_SECONDS)
