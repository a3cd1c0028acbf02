"""A small SQLite file shared by threads: what people keep beside an index (conversations, feedback)."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import LibraryError

FILE_NAME = "conversations.sqlite"
"""In the index folder; kept when the index is rebuilt."""
FORMAT_VERSION = 1
BUSY_SECONDS = 30.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    title TEXT NOT NULL,
    created TEXT NOT NULL,
    updated TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS conversations_by_owner ON conversations (owner, updated);
CREATE TABLE IF NOT EXISTS exchanges (
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    asked TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT,
    problem TEXT NOT NULL,
    made_with TEXT NOT NULL,
    PRIMARY KEY (conversation_id, position)
) STRICT;
CREATE TABLE IF NOT EXISTS feedback (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    given TEXT NOT NULL,
    helpful INTEGER NOT NULL,
    right_answer TEXT NOT NULL,
    history TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT;
"""


class KeptFile:
    """One connection in WAL mode, used by one thread at a time; other processes may use the file too."""

    def __init__(self, folder: Path) -> None:
        """Opens ``folder/conversations.sqlite``, or makes it, readable by its owner only.

        Raises:
            LibraryError: it cannot be opened, is damaged, or was written by a newer docquote.
        """
        self.path = folder / FILE_NAME
        self._lock = threading.RLock()
        try:
            self.path.touch(mode=0o600)
            self._db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error
        try:
            self._db.create_function("folded", 1, str.casefold, deterministic=True)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA foreign_keys = ON")
            version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
            if version > FORMAT_VERSION:
                raise LibraryError(f"{self.path}: was written by a newer docquote; update this one")
            self._db.executescript(f"BEGIN IMMEDIATE;\n{_SCHEMA}\nPRAGMA user_version = {FORMAT_VERSION};\nCOMMIT;")
        except sqlite3.Error as error:
            self._db.close()
            raise self._unusable(error) from error
        except LibraryError:
            self._db.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection inside a transaction: all of what is written is kept, or none.

        Raises:
            LibraryError: the file cannot be read or written.
        """
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield self._db
                except BaseException:
                    self._db.execute("ROLLBACK")
                    raise
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> LibraryError:
        return LibraryError(
            f"{self.path}: conversations cannot be read or written ({error}); move the file away to start anew"
        )

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._db.close()
