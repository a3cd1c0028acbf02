"""The SQLite file of an index: opened with the tables of ``schema.sql``, its errors saying what to do."""

from __future__ import annotations

import sqlite3
from functools import partial
from importlib.resources import files
from pathlib import Path

from rag.errors import LibraryError
from rag.index.local.upgrades import format_version, upgrade
from rag.sqlite import Database, closed_on_error

_NEWEST_TABLE = "authors"

_FULL = "cannot be written, the disk is full or fails; free some space and try again: what was indexed is kept"
_READ_ONLY = "cannot be written; make the folder writable, or choose another --index"
_MENDS = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _FULL,  # also where not even the few bytes fit that a reader needs beside the file
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
}
_READING_FAILED = (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS)


def open_database(path: Path, *, create: bool = True) -> Database:
    """Opens the file, and brings it from the layout of a former version to that of today.

    Args:
        path: the file.
        create: make the tables where there are none; else a file without them is taken for a damaged one.

    Raises:
        LibraryError: it is not a readable library, or cannot be made.
    """
    database = Database(path, prepare=partial(_prepare, create=create), unusable=partial(_unusable, path))
    with closed_on_error(database):
        upgrade(database)
    return database


def _prepare(db: sqlite3.Connection, *, create: bool) -> None:
    db.execute("PRAGMA synchronous = NORMAL")  # a cut of power may undo documents, never tear one
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not create and "meta" not in tables:
        raise sqlite3.DatabaseError("it holds no tables")
    if _NEWEST_TABLE not in tables and format_version(db) is None:
        db.executescript(f"BEGIN IMMEDIATE;\n{schema()}\nCOMMIT;")


def schema() -> str:
    """The SQL that makes the tables."""
    return files("rag.index.local").joinpath("schema.sql").read_text(encoding="utf-8")


def _unusable(path: Path, error: object) -> LibraryError:
    code = getattr(error, "sqlite_errorcode", 0)
    mend = _MENDS.get(code & 0xFF)  # the low byte is the kind, the rest says more
    if mend is not None and code not in _READING_FAILED:
        return LibraryError(f"{path}: {mend} ({error})")
    return LibraryError(
        f"{path}: the index cannot be read or written ({error}); if it is damaged, rebuild it with: "
        f"docquote index FOLDER --index {path.parent} --rebuild"
    )
