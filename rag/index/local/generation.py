"""Generation: a number that every change of the documents raises, and what is looked up once for each."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from rag.sqlite import Database

Found = TypeVar("Found")

MOST_REMEMBERED = 100_000


class Generation:
    """Counts the changes of an index's documents, those of other processes too."""

    def __init__(self, database: Database) -> None:
        """Counts in the table ``meta`` of ``database``."""
        self._database = database
        self._remembered: dict[tuple[str, ...], Any] = {}
        self._remembered_at = -1

    @property
    def number(self) -> int:
        """Grows by one with every change of the documents; 0 for a new library."""
        with self._database.connection() as db:
            row = db.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
        return int(row[0]) if row else 0

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """A transaction that raises the number.

        Raises:
            LibraryError: the file cannot be read or written.
        """
        with self._database.transaction() as db:
            yield db
            db.execute(
                "INSERT INTO meta VALUES ('generation', '1') "
                "ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"
            )

    def remembered(self, what: tuple[str, ...], found: Callable[[], Found]) -> Found:
        """What is looked up once for each generation."""
        with self._database.connection():  # one thread at a time
            number = self.number
            if number != self._remembered_at or len(self._remembered) >= MOST_REMEMBERED:
                self._remembered_at, self._remembered = number, {}
            if what not in self._remembered:
                self._remembered[what] = found()
            value: Found = self._remembered[what]
            return value
