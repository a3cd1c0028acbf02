"""5 to 6: documents have authors."""

from __future__ import annotations

import sqlite3


def authors(db: sqlite3.Connection) -> None:
    """Makes their table; who wrote a document is known once it is indexed again."""
    db.execute(
        "CREATE TABLE IF NOT EXISTS authors (document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE, "
        "author TEXT NOT NULL) STRICT, WITHOUT ROWID"
    )
