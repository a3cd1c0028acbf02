"""2 to 3: how many pages each document has is stored, so that nobody reads its text and sections to count them."""

from __future__ import annotations

import sqlite3


def page_counts(db: sqlite3.Connection) -> None:
    """Counts the sections that are pages."""
    db.execute(
        "CREATE TABLE page_counts (document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE, "
        "pages INTEGER NOT NULL) STRICT, WITHOUT ROWID"
    )
    db.execute(
        "INSERT INTO page_counts SELECT document_id, count(*) FROM sections WHERE kind = 'page' GROUP BY document_id"
    )
