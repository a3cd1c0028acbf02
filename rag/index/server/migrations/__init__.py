"""The tables of a library on a server, made and changed in numbered steps of SQL, each one transaction."""

from __future__ import annotations

from importlib.resources import files

import psycopg
from psycopg import Connection

from rag.errors import LibraryError
from rag.place import ServerUrl

SCHEMA = "docquote"
"""The schema of the database that a library's tables are in."""
EXTENSION = "vector"
OLDEST_EXTENSION = (0, 8)
"""The first pgvector that goes on searching where a filter leaves too few (``hnsw.iterative_scan``)."""
_LOCK = 7_235_419_001
"""Of the advisory lock that lets one process at a time change the tables."""

STEPS: tuple[str, ...] = ("0001_tables.sql",)
"""The files of the steps; the version of a schema is how many of them were taken."""


def version(db: Connection) -> int:
    """Of the tables that are there; 0 where there are none."""
    there = db.execute("SELECT to_regclass(%s) IS NOT NULL", (f"{SCHEMA}.schema_version",)).fetchone()
    if there is None or not there[0]:
        return 0
    row = db.execute(f"SELECT max(version) FROM {SCHEMA}.schema_version").fetchone()
    return int(row[0] or 0) if row else 0


def migrate(db: Connection, place: ServerUrl, *, create: bool) -> None:
    """Brings the tables from those of an older docquote to those of this one.

    Args:
        db: a connection that commits each statement by itself.
        place: for messages.
        create: make the tables where there are none.

    Raises:
        LibraryError: there are none, they are of a newer docquote, or the server lacks what they need.
    """
    found = version(db)
    if found == 0 and not create:
        raise no_library(place)
    check_version(found, place)
    if found == len(STEPS):
        return
    if found == 0:
        _prepare(db, place)
    with db.transaction():
        db.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        db.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        db.execute(f"CREATE TABLE IF NOT EXISTS {SCHEMA}.schema_version (version integer PRIMARY KEY)")
    set_search_path(db)
    for number, step in enumerate(STEPS, start=1):
        with db.transaction():
            db.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            if version(db) < number:  # another process may have taken it meanwhile
                db.execute(files(__package__).joinpath(step).read_bytes())
                db.execute(f"INSERT INTO {SCHEMA}.schema_version VALUES (%s)", (number,))


def check_version(found: int, place: ServerUrl) -> None:
    """Refuses tables of a newer docquote.

    Raises:
        LibraryError: they are.
    """
    if found > len(STEPS):
        raise LibraryError(
            f"{place}: the library was brought to schema {found} by a newer docquote, and this one knows schema "
            f"{len(STEPS)}; update it with: pip install --upgrade docquote"
        )


def no_library(place: ServerUrl) -> LibraryError:
    """What to tell where a database holds no library."""
    return LibraryError(f"{place}: there is no library here; make one with: docquote index FOLDER --library '{place}'")


def set_search_path(db: Connection) -> None:
    """Has names looked up in the library's schema, and in that of the extension."""
    row = db.execute(
        "SELECT nspname FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = %s",
        (EXTENSION,),
    ).fetchone()
    path = f'{SCHEMA}, "{row[0]}"' if row else SCHEMA
    db.execute("SELECT set_config('search_path', %s, false)", (path,))


def extension_version(db: Connection) -> str:
    """Of pgvector in this database; "" where it is not there."""
    row = db.execute("SELECT extversion FROM pg_extension WHERE extname = %s", (EXTENSION,)).fetchone()
    return str(row[0]) if row else ""


def _prepare(db: Connection, place: ServerUrl) -> None:
    encoding = db.execute("SHOW server_encoding").fetchone()
    if encoding is not None and encoding[0] != "UTF8":
        raise LibraryError(f"{place}: the database's encoding is {encoding[0]}; make one with: createdb -E UTF8 NAME")
    try:
        if not extension_version(db):
            db.execute(f"CREATE EXTENSION IF NOT EXISTS {EXTENSION}")
    except (psycopg.errors.FeatureNotSupported, psycopg.errors.UndefinedFile):
        raise LibraryError(
            f"{place}: the server has no pgvector; install it there (Debian: postgresql-NN-pgvector, images: "
            "pgvector/pgvector) and try again"
        ) from None
    except psycopg.errors.InsufficientPrivilege:
        raise LibraryError(
            f"{place}: pgvector is not enabled in this database, and this user may not do it; a superuser does "
            "it with: CREATE EXTENSION vector"
        ) from None
    found = extension_version(db)
    if tuple(map(int, found.split(".")[:2])) < OLDEST_EXTENSION:
        raise LibraryError(f"{place}: pgvector is {found}, and docquote needs 0.8 or later; update it on the server")
