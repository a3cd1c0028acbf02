"""4 to 5: the full-text index has words that were hyphenated at a line's end, and letters in their plain form."""

from __future__ import annotations

import sqlite3

from rag.text.normalise import searchable


def searchable_text(db: sqlite3.Connection) -> None:
    """Writes the full-text index anew."""
    db.execute("INSERT INTO chunk_text (chunk_text) VALUES ('delete-all')")
    documents = [row[0] for row in db.execute("SELECT id FROM documents ORDER BY id")]
    for document in documents:
        [text] = db.execute("SELECT text FROM documents WHERE id = ?", (document,)).fetchone()
        chunks = db.execute('SELECT id, context, start, "end" FROM chunks WHERE document_id = ?', (document,))
        rows = [(key, searchable(context), searchable(text[start:end])) for key, context, start, end in chunks]
        db.executemany("INSERT INTO chunk_text (rowid, context, text) VALUES (?, ?, ?)", rows)
