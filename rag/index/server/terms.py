"""The terms of full-text search: words cut and stemmed by SQLite's FTS5, so that both engines have the same ones."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from functools import lru_cache

LONGEST = 200
"""Characters of a term; what is longer, no word of any language, stands under its SHA-256."""


def counted_terms(texts: Sequence[str]) -> list[dict[str, int]]:
    """How often each text has each term, text by text."""
    found: list[dict[str, int]] = [{} for _ in texts]
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE VIRTUAL TABLE texts USING fts5 (text, content='', tokenize='porter unicode61')")
        db.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab (texts, instance)")
        db.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", enumerate(texts))
        for term, number, times in db.execute("SELECT term, doc, count(*) FROM vocabulary GROUP BY term, doc"):
            found[number][_short(term)] = times
    return found


@lru_cache(maxsize=65_536)
def terms_of(word: str) -> tuple[str, ...]:
    """The terms of one word of a question: one, or none or several where it is not what FTS5 takes for a word."""
    return tuple(counted_terms([word])[0])


def _short(term: str) -> str:
    """The term, or a name for it that no other term has: one with a blank in it."""
    return term if len(term) <= LONGEST else f"long {hashlib.sha256(term.encode()).hexdigest()}"
