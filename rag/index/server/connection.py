"""Server: connections to a library's database that threads share, whose errors are docquote's own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import Connection, errors
from psycopg_pool import ConnectionPool, PoolTimeout

from rag.errors import LibraryError
from rag.index.server.migrations import check_version, migrate, no_library, set_search_path, version
from rag.place import ServerUrl

CONNECT_SECONDS = 10
"""How long to wait for a server, or for a connection that is free."""
MOST_CONNECTIONS = 10
"""Of one opened index."""
NEAREST_LISTED = 200
"""How many chunks HNSW keeps in sight while it searches (``hnsw.ef_search``); the figures are in docs/scale.md."""
_WRITERS = 7_235_419_002
"""Of the advisory lock that all who change documents share, and that a rebuild has alone."""


class Server:
    """The primary, and the read replica where there is one.

    This opened index reads its own writes from the replica too: until the replica has come as far as the last of them,
    the primary is read.
    """

    def __init__(self, place: ServerUrl, replica: ServerUrl | None = None) -> None:
        """Connects nowhere yet."""
        self.place = place
        self._primary = _pool(place)
        self._replica = _pool(replica) if replica else None
        self._replica_place = replica
        self._written: str | None = None
        self._lock = threading.Lock()

    def open(self, *, create: bool) -> None:
        """Connects, and brings the tables to those of this version.

        Raises:
            LibraryError: no server, no rights, no library, or one of a newer docquote.
        """
        with errors_told(self.place), _connected(self.place) as db:
            migrate(db, self.place, create=create)
        self._primary.open()
        if self._replica is not None and self._replica_place is not None:
            with errors_told(self._replica_place), _connected(self._replica_place) as db:
                found = version(db)
            if found == 0:
                raise no_library(self._replica_place)
            check_version(found, self._replica_place)
            self._replica.open()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection on which every statement sees all that was committed before it."""
        place, pool = self.place, self._primary
        if self._replica is not None and self._replica_place is not None and self._caught_up():
            place, pool = self._replica_place, self._replica
        with errors_told(place), _taken(pool, place) as db:
            yield db

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection to the primary inside a transaction: all of what is written is kept, or none."""
        with errors_told(self.place), _taken(self._primary, self.place) as db:
            with db.transaction():
                yield db
            if self._replica is not None:
                row = db.execute("SELECT pg_current_wal_insert_lsn()::text").fetchone()
                with self._lock:
                    self._written = row[0] if row else None

    @contextmanager
    def outside_transaction(self) -> Iterator[Connection]:
        """A connection to the primary on which each statement is committed by itself."""
        with errors_told(self.place), _taken(self._primary, self.place) as db:
            yield db

    @contextmanager
    def held(self, *, alone: bool) -> Iterator[None]:
        """The lock of those who change documents, on a connection of its own: shared, or had alone.

        Raises:
            LibraryError: others hold it in a way that does not allow this.
        """
        how = "pg_try_advisory_lock" if alone else "pg_try_advisory_lock_shared"
        with errors_told(self.place):
            db = psycopg.connect(self.place.url, autocommit=True, connect_timeout=CONNECT_SECONDS)
        try:
            with errors_told(self.place):
                row = db.execute(f"SELECT {how}(%s)", (_WRITERS,)).fetchone()
            if row is None or not row[0]:
                doing = "is changing" if alone else "is rebuilding"
                raise LibraryError(f"{self.place}: another docquote {doing} this library; try again when it is done")
            yield
        finally:
            db.close()

    def close(self) -> None:
        """Closes all connections."""
        self._primary.close()
        if self._replica is not None:
            self._replica.close()

    def _caught_up(self) -> bool:
        with self._lock:
            written = self._written
        if written is None:
            return True
        assert self._replica is not None and self._replica_place is not None
        with errors_told(self._replica_place), _taken(self._replica, self._replica_place) as db:
            row = db.execute("SELECT coalesce(pg_last_wal_replay_lsn() >= %s::pg_lsn, true)", (written,)).fetchone()
        if row is None or not row[0]:
            return False
        with self._lock:
            if self._written == written:
                self._written = None
        return True


def has_library(place: ServerUrl) -> bool:
    """Whether the database holds a library, of whichever version.

    Raises:
        LibraryError: the server does not answer, or does not let this user look.
    """
    with errors_told(place), _connected(place) as db:
        return version(db) > 0


@contextmanager
def errors_told(place: ServerUrl) -> Iterator[None]:
    """Turns the driver's errors into LibraryError, which says what to do and no password."""
    try:
        yield
    except (psycopg.Error, UnicodeError) as error:
        raise _told(place, error) from None  # the driver's own may repeat the URL


def _told(place: ServerUrl, error: Exception) -> LibraryError:
    said = " ".join(str(error).split())
    for secret in place.secrets:
        said = said.replace(secret, "…")
    mend = "if that does not tell enough, look into the server's log"
    if isinstance(error, (errors.InvalidPassword, errors.InvalidAuthorizationSpecification)) or (
        "authentication failed" in said
    ):
        mend = "the user or the password is wrong; see ~/.pgpass and $PGPASSWORD"
    elif "no password supplied" in said:
        mend = "the server wants a password; put it into ~/.pgpass or $PGPASSWORD"
    elif isinstance(error, errors.InsufficientPrivilege):
        mend = "the user has no right to that; the owner of the library grants it"
    elif isinstance(error, errors.ReadOnlySqlTransaction):
        mend = "this server can only be read; give the primary as --library and this one as $DOCQUOTE_LIBRARY_READ"
    elif isinstance(error, (errors.UndefinedTable, errors.InvalidSchemaName)):
        mend = "there is no library here; make one with: docquote index FOLDER --library URL"
    elif isinstance(error, errors.DiskFull):
        mend = "the server's disk is full; free some space there: what was indexed is kept"
    elif isinstance(error, errors.ObjectInUse | errors.TooManyConnections):
        mend = "the server has no free connection; try again"
    elif isinstance(error, psycopg.OperationalError):
        mend = "no server answers there, or it was stopped; start it and try again"
    return LibraryError(f"{place}: {said}: {mend}")


@contextmanager
def _connected(place: ServerUrl) -> Iterator[Connection]:
    with psycopg.connect(place.url, autocommit=True, connect_timeout=CONNECT_SECONDS) as db:
        db.execute("SET client_min_messages = warning")
        yield db


@contextmanager
def _taken(pool: ConnectionPool, place: ServerUrl) -> Iterator[Connection]:
    try:
        db = pool.getconn()
    except PoolTimeout:
        with _connected(place):  # says why
            raise
    try:
        yield db
    finally:
        pool.putconn(db)


def _pool(place: ServerUrl) -> ConnectionPool:
    return ConnectionPool(
        place.url,
        kwargs={"autocommit": True, "connect_timeout": CONNECT_SECONDS, "application_name": "docquote"},
        min_size=1,
        max_size=MOST_CONNECTIONS,
        timeout=CONNECT_SECONDS,
        open=False,
        configure=_configured,
        check=ConnectionPool.check_connection,  # a server that was started again has closed those of before
    )


def _configured(db: Connection) -> None:
    set_search_path(db)
    db.execute(f"SET hnsw.ef_search = {NEAREST_LISTED}")
    db.execute("SET hnsw.iterative_scan = strict_order")
    db.execute("SET jit = off")  # takes longer than any of the queries
