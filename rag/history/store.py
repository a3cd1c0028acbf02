"""The SQLite file of what people keep beside an index: conversations and feedback."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path

from rag.errors import LibraryError
from rag.history.quotes import keep_quotes_of_all
from rag.sqlite import Database

FILE_NAME = "conversations.sqlite"
"""In the index folder; kept when the index is rebuilt."""
FORMAT_VERSION = 2
"""1: without the table ``quotes``."""

# Of ``quotes``, ``name`` is that of the document; ``sha256`` that of its file when it was last looked at, "gone" where
# it was not there, "" where it was never known; ``words`` a JSON list; ``noticed`` when ``state`` became what it is.
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
CREATE TABLE IF NOT EXISTS quotes (
    conversation_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    number INTEGER NOT NULL,
    document_id TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    words TEXT NOT NULL,
    state TEXT NOT NULL,
    noticed TEXT NOT NULL,
    PRIMARY KEY (conversation_id, position, number),
    FOREIGN KEY (conversation_id, position) REFERENCES exchanges (conversation_id, position) ON DELETE CASCADE
) STRICT;
CREATE INDEX IF NOT EXISTS quotes_by_document ON quotes (document_id, name, sha256);
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


class HistoryFile(Database):
    """``conversations.sqlite`` in the folder of an index, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        """Opens the file, or makes it.

        Raises:
            LibraryError: it cannot be opened, is damaged, or was written by a newer docquote.
        """
        path = folder / FILE_NAME
        try:
            path.touch(mode=0o600)
        except OSError as error:
            raise _unusable(path, error) from error
        super().__init__(path, prepare=self._prepare, unusable=partial(_unusable, path))

    def _prepare(self, db: sqlite3.Connection) -> None:
        db.create_function("folded", 1, str.casefold, deterministic=True)
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        if version > FORMAT_VERSION:
            raise LibraryError(f"{self.path}: was written by a newer docquote; update this one")
        db.executescript(f"BEGIN IMMEDIATE;\n{_SCHEMA}\nCOMMIT;")
        if version < FORMAT_VERSION:
            db.execute("BEGIN IMMEDIATE")
            keep_quotes_of_all(db)
            db.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
            db.execute("COMMIT")


def _unusable(path: Path, error: object) -> LibraryError:
    return LibraryError(f"{path}: conversations cannot be read or written ({error}); move the file away to start anew")
