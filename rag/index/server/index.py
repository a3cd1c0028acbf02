"""ServerIndex: a library in one schema of a PostgreSQL database, changed by several processes at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from rag.errors import LibraryError
from rag.index.base import FoundChunk, IndexStatus, NewChunk
from rag.index.checksum import chunks_checksum
from rag.index.manifest import FORMAT_VERSION, Manifest, mismatch, without_manifest
from rag.index.server import chunks as chunk_table
from rag.index.server import documents as document_table
from rag.index.server import full_text
from rag.index.server.changes import Changes
from rag.index.server.connection import Server
from rag.index.server.examine import examine
from rag.index.server.full_text import FullText
from rag.index.server.migrations import SCHEMA
from rag.index.server.terms import terms_of
from rag.place import ServerUrl
from rag.schema import Document, Finding, Source
from rag.settings import Settings
from rag.sqlite import closed_on_error

VACUUMED_AFTER = 2_000
"""So many chunks added or removed here, and ``save`` has the server put its tables in order."""


class ServerIndex:
    """The ``Index`` of a database. Safe to share by threads; any number of processes may write.

    A document is written in one transaction, which holds an advisory lock of its id: the same document is written by
    one at a time, different ones at once.
    """

    def __init__(self, server: Server) -> None:
        """Use ``ServerIndex.open``."""
        self.place = server.place
        self.folder = server.place.folder
        self._server = server
        self._changes = Changes()
        self._full_text = FullText(self._changes)
        self._writer = threading.Lock()
        self._left_out: frozenset[Path] = frozenset()
        self._unordered = 0

    @classmethod
    def open(
        cls,
        place: ServerUrl,
        wanted: Manifest | None = None,
        *,
        replica: ServerUrl | None = None,
        create: bool = False,
        rebuild: bool = False,
    ) -> ServerIndex:
        """Opens a library, or makes it where there is none.

        Args:
            place: of the primary.
            wanted: what it is to be made with; None: open what is there as it was made.
            replica: where to read from.
            create: make the library where there is none.
            rebuild: throw away its documents first.

        Raises:
            LibraryError: no server answers, the database holds no library or one of a newer docquote, it was made with
                something else, or is to be thrown away while another process writes it.
        """
        server = Server(place, replica)
        index = cls(server)
        with closed_on_error(server):
            server.open(create=create)
            try:
                index.folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise LibraryError(f"{index.folder}: cannot be made ({error.strerror})") from error
            if wanted is not None:
                if rebuild:
                    with server.held(alone=True):
                        index._bind(wanted, rebuild=True)
                else:
                    index._bind(wanted, rebuild=False)
        return index

    def _bind(self, wanted: Manifest, *, rebuild: bool) -> None:
        """Pins what a new library is made with, or checks it."""
        with self._server.reading() as db:
            stored = None if rebuild else _manifest(db)
        if stored is None:
            with self._server.transaction() as db:
                db.execute("LOCK TABLE facts IN EXCLUSIVE MODE")  # two processes may make a library at once
                stored = None if rebuild else _manifest(db)
                if rebuild:
                    db.execute("TRUNCATE documents, sections, chunks, postings, roots, left_out")
                    self._changes.count(db, "")
                elif stored is None and db.execute("SELECT 1 FROM documents LIMIT 1").fetchone():
                    raise LibraryError(without_manifest(self.place))
                if stored is None:
                    chunk_table.index_vectors(db, wanted.dimension)
                    db.execute(
                        "INSERT INTO facts VALUES ('manifest', %s) "
                        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                        (json.dumps(asdict(wanted), sort_keys=True),),
                    )
                    return
        if stored != wanted:
            raise LibraryError(mismatch(self.place, stored, wanted))

    # -- changing ---------------------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One at a time with this opened index; with others at once, but not while one rebuilds the library."""
        if not self._writer.acquire(blocking=False):
            raise LibraryError(f"{self.place}: this docquote is changing the library; try again when it is done")
        try:
            with self._server.held(alone=False):
                yield
        finally:
            self._writer.release()

    def put(self, document: Document, chunks: Sequence[NewChunk]) -> None:
        """Adds or replaces a document in one transaction."""
        rows = [(*chunk.span, chunk.context, chunk.vector.astype("<f2").tobytes(), chunk.reading) for chunk in chunks]
        terms = full_text.counted([(context, document.text[start:end]) for start, end, context, *_ in rows])
        length = sum(sum(one.values()) for one in terms)
        with self._server.transaction() as db:
            document_table.lock(db, document.source.id)
            document_table.delete(db, document.source.id)
            key = document_table.insert(db, document, len(rows), length, chunks_checksum(rows))
            full_text.insert(db, chunk_table.insert(db, key, rows), terms)
            self._changes.count(db, document.source.id)
        self._unordered += len(rows)

    def remove(self, document_id: str) -> bool:
        """Removes a document in one transaction."""
        with self._server.transaction() as db:
            document_table.lock(db, document_id)
            if not document_table.delete(db, document_id):
                return False
            self._changes.count(db, document_id)
        return True

    def move(self, document_id: str, source: Source) -> None:
        """Gives a document another id, name or path in one transaction."""
        with self._server.transaction() as db:
            document_table.lock(db, document_id, source.id)
            document = document_table.get(db, self.place, document_id)
            document_table.rename(db, document_id, replace(document, source=source))
            self._changes.count(db, source.id)

    def save(self) -> None:
        """After many changes, has the server count its rows, and mark the pages that all can see."""
        if self._unordered >= VACUUMED_AFTER:
            with self._server.outside_transaction() as db:
                db.execute("VACUUM (ANALYZE, SKIP_LOCKED) documents, sections, chunks, postings")
            self._unordered = 0

    def roots(self) -> list[Path]:
        """The folders and files that were indexed."""
        with self._server.reading() as db:
            return sorted(Path(row[0]) for row in db.execute("SELECT path FROM roots"))

    def add_root(self, root: Path) -> None:
        """Remembers a folder or file that was indexed."""
        with self._server.transaction() as db:
            db.execute("INSERT INTO roots VALUES (%s) ON CONFLICT DO NOTHING", (str(root),))

    def forget_root(self, root: Path) -> None:
        """Forgets a folder or file that was indexed."""
        with self._server.transaction() as db:
            db.execute("DELETE FROM roots WHERE path = %s", (str(root),))

    def left_out(self) -> frozenset[Path]:
        """Files that are passed over."""
        with self._server.reading() as db:
            self._left_out = frozenset(Path(row[0]) for row in db.execute("SELECT path FROM left_out"))
        return self._left_out

    def leave_out(self, paths: Collection[Path]) -> None:
        """Changes what was last read here to this; what another process added or took back since stays so."""
        before, after = self._left_out, frozenset(paths)
        with self._server.transaction() as db:
            db.execute("DELETE FROM left_out WHERE path = ANY(%s)", ([str(path) for path in before - after],))
            db.execute(
                "INSERT INTO left_out SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING",
                ([str(path) for path in after - before],),
            )
        self._left_out = after

    # -- looking ----------------------------------------------------------------------------------------

    @property
    def generation(self) -> int:
        """Grows with every change of the documents."""
        with self._server.reading() as db:
            return self._changes.number(db)

    @property
    def manifest(self) -> Manifest:
        """What the library was made with."""
        with self._server.reading() as db:
            manifest = _manifest(db)
        if manifest is None:
            raise LibraryError(
                f"{self.place}: the library is empty; fill it with: docquote index FOLDER --library '{self.place}'"
            )
        return manifest

    def counts(self) -> tuple[int, int, int]:
        """How many documents, chunks and characters."""
        with self._server.reading() as db:
            return self._changes.totals(db)[:3]

    def sources(self) -> list[Source]:
        """Every document without its text."""
        with self._server.reading() as db:
            return list(self._changes.remembered(db, ("sources",), lambda: document_table.sources(db)))

    def warnings(self) -> dict[str, tuple[str, ...]]:
        """What was odd about documents."""
        with self._server.reading() as db:
            return dict(self._changes.remembered(db, ("warnings",), lambda: document_table.warnings(db)))

    def document(self, document_id: str) -> Document:
        """One whole document, compared with its checksum."""
        with self._server.reading() as db:
            return document_table.get(db, self.place, document_id)

    def stored_chunks(self, document_id: str) -> list[NewChunk]:
        """The chunks of a document as they were put."""
        with self._server.reading() as db:
            rows = chunk_table.rows_of(db, document_id)
        return [
            NewChunk((start, end), context, np.frombuffer(vector, dtype="<f2").astype(np.float32), reading)
            for start, end, context, vector, reading in rows
        ]

    def chunks(self, ids: Sequence[int]) -> dict[int, FoundChunk]:
        """Chunks with what is stored of them."""
        with self._server.reading() as db:
            return chunk_table.found(db, ids)

    def chunk_frequency(self, word: str) -> int:
        """How many chunks hold a word or another form of it."""
        with self._server.reading() as db:
            return self._full_text.frequency(db, terms_of(word))

    def status(self) -> IndexStatus:
        """What the library holds; its bytes are those of its tables on the server."""
        with self._server.reading() as db:
            manifest = _manifest(db)
            size = db.execute(
                "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class "
                "WHERE relkind = 'r' AND relnamespace = %s::regnamespace",
                (SCHEMA,),
            ).fetchone()
            chunks_of = dict(db.execute("SELECT id, chunks FROM documents WHERE chunks > 0").fetchall())
        return IndexStatus(
            *self.counts(),
            bytes=int(size[0]) if size else 0,
            generation=self.generation,
            manifest=manifest,
            roots=tuple(self.roots()),
            sources=tuple(self.sources()),
            warnings=self.warnings(),
            chunks_of=chunks_of,
        )

    def examine(self, settings: Settings) -> Iterator[Finding]:
        """Compares everything with its checksum, and the words of full-text search with the texts."""
        with self._server.reading() as db:
            manifest = _manifest(db)
            yield from examine(db, self.place, manifest, settings)

    # -- searching --------------------------------------------------------------------------------------

    def search_dense(
        self, query: NDArray[np.float32], k: int, document_ids: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        """The nearest chunks by cosine."""
        with self._server.reading() as db:
            held = self._changes.totals(db)[1]
            return chunk_table.nearest(db, query, k, held, document_ids)

    def search_lexical(
        self, words: Sequence[str], k: int, document_ids: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        """The best chunks by BM25."""
        with self._server.reading() as db:
            return self._full_text.search(db, words, k, document_ids)

    def cosines(self, query: NDArray[np.float32], ids: Sequence[int]) -> list[tuple[int, float]]:
        """Chunks with their cosines."""
        with self._server.reading() as db:
            return chunk_table.cosines(db, query, ids)

    def close(self) -> None:
        """Closes the connections."""
        self._server.close()


def _manifest(db: Connection) -> Manifest | None:
    """What a library was made with; how its tables are laid out is told by their own version."""
    row = db.execute("SELECT value FROM facts WHERE name = 'manifest'").fetchone()
    return Manifest(**{**json.loads(row[0]), "format_version": FORMAT_VERSION}) if row else None
