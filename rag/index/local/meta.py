"""Meta: what an index knows of itself: values by name, what it was made with, and the folders that were indexed."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path

from rag.errors import LibraryError
from rag.index.manifest import Manifest
from rag.sqlite import Database


class Meta:
    """The tables ``meta`` and ``roots``. Nothing here changes the generation."""

    def __init__(self, database: Database) -> None:
        """Of one index."""
        self._database = database

    def get(self, key: str) -> str | None:
        """A value stored under a name, or None."""
        with self._database.connection() as db:
            row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def set(self, key: str, value: str) -> None:
        """Stores a value under a name."""
        with self._database.connection() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @property
    def manifest(self) -> Manifest | None:
        """What the index was made with; None for a new library.

        Raises:
            LibraryError: it was written in another format.
        """
        stored = self.get("manifest")
        if stored is None:
            return None
        try:
            return Manifest(**json.loads(stored))
        except (TypeError, ValueError) as error:
            folder = self._database.path.parent
            raise LibraryError(
                f"{folder}: the index was written in another format; rebuild it with: "
                f"docquote index FOLDER --index {folder} --rebuild"
            ) from error

    def set_manifest(self, manifest: Manifest) -> None:
        """Pins what the index is made with."""
        self.set("manifest", json.dumps(asdict(manifest), sort_keys=True))

    def left_out(self) -> frozenset[Path]:
        """Files in indexed folders that are passed over, as absolute paths."""
        return frozenset(map(Path, json.loads(self.get("left_out") or "[]")))

    def leave_out(self, paths: Collection[Path]) -> None:
        """Sets which files are passed over."""
        self.set("left_out", json.dumps(sorted(map(str, paths))))

    def roots(self) -> list[Path]:
        """The folders and files that were indexed, as absolute paths."""
        with self._database.connection() as db:
            return [Path(row[0]) for row in db.execute("SELECT path FROM roots ORDER BY path")]

    def add_root(self, path: Path) -> None:
        """Remembers a folder or file that was indexed."""
        with self._database.connection() as db:
            db.execute("INSERT OR IGNORE INTO roots VALUES (?)", (str(path),))

    def forget_root(self, path: Path) -> None:
        """Forgets a folder or file that was indexed, if it was."""
        with self._database.connection() as db:
            db.execute("DELETE FROM roots WHERE path = ?", (str(path),))
