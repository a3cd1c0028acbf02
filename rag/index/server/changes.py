"""Changes: a number that every change of the documents raises, and what is looked up once for each."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

from psycopg import Connection

Found = TypeVar("Found")

SLOTS = 32
"""Rows that the number is spread over: a row that all writers raised would make them wait for one another."""
MOST_REMEMBERED = 100_000


class Changes:
    """Counts the changes of a library's documents, those of other processes too."""

    def __init__(self) -> None:
        """Nothing is remembered yet."""
        self._lock = threading.Lock()
        self._remembered: dict[tuple[str, ...], Any] = {}
        self._remembered_at = -1

    def number(self, db: Connection) -> int:
        """Grows with every change of the documents; 0 for a new library."""
        row = db.execute("SELECT sum(number) FROM generations").fetchone()
        return int(row[0]) if row else 0

    def count(self, db: Connection, document_id: str) -> None:
        """Raises the number; the last statement of a transaction, so that no row is held for longer than a commit."""
        slot = zlib.crc32(document_id.encode()) % SLOTS
        db.execute("UPDATE generations SET number = number + 1 WHERE slot = %s", (slot,))

    def remembered(self, db: Connection, what: tuple[str, ...], found: Callable[[], Found]) -> Found:
        """What is looked up once for each generation, on the connection that the number is read from.

        What comes between is seen by the look-up and counted as a change later, so that it is never too old.
        """
        number = self.number(db)
        with self._lock:
            if number != self._remembered_at or len(self._remembered) >= MOST_REMEMBERED:
                self._remembered_at, self._remembered = number, {}
            elif what in self._remembered:
                value: Found = self._remembered[what]
                return value
        value = found()
        with self._lock:
            if self._remembered_at == number:
                self._remembered[what] = value
        return value

    def totals(self, db: Connection) -> tuple[int, int, int, int]:
        """How many documents, chunks, characters, and words of chunks."""

        def found() -> tuple[int, int, int, int]:
            row = db.execute(
                "SELECT count(*), coalesce(sum(chunks), 0), coalesce(sum(characters), 0), coalesce(sum(terms), 0) "
                "FROM documents"
            ).fetchone()
            assert row is not None
            documents, chunks, characters, terms = map(int, row)
            return documents, chunks, characters, terms

        return self.remembered(db, ("totals",), found)
