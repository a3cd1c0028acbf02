"""The table ``chunks`` of a library on a server: slices of documents with their vectors, compared by pgvector."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from embeddings import Vectors
from rag.index.base import FoundChunk
from rag.index.server.documents import SOURCE, SOURCE_FIELDS, sections_of, source_of
from rag.schema import Chunk

ChunkRow = tuple[int, int, str, bytes, str]
"""Of a chunk as it is stored: start, end, context, vector (in half precision), and what it is read under."""

EXACT_UP_TO = 10_000
"""So many chunks are compared one by one; among more, HNSW is followed. The figures are in docs/scale.md."""
MOST_NEAR = 1_000
"""More chunks than this are not asked of HNSW, which keeps no more in sight."""
SPARE = 20
"""Chunks fetched beyond those asked for, since the server rounds the question's vector to half precision too."""

_HEAD = struct.Struct(">HH")
_IN_SCOPE = "WHERE document_key IN (SELECT key FROM documents WHERE documents.id = ANY(%(scope)s))"


def insert(db: Connection, document_key: int, rows: Sequence[ChunkRow]) -> list[int]:
    """Adds chunks of a document, inside a transaction; their ids, ascending."""
    ids = [row[0] for row in db.execute("SELECT nextval('chunk_ids') FROM generate_series(1, %s)", (len(rows),))]
    with db.cursor().copy(
        'COPY chunks (id, document_key, start, "end", context, reading, vector) FROM STDIN (FORMAT BINARY)'
    ) as copy:
        copy.set_types(["int8", "int8", "int4", "int4", "text", "text", "bytea"])
        for chunk_id, (start, end, context, vector, reading) in zip(ids, rows, strict=True):
            copy.write_row((chunk_id, document_key, start, end, context, reading, _as_halfvec(vector)))
    return ids


def rows_of(db: Connection, document_id: str) -> list[ChunkRow]:
    """The chunks of a document as they are stored, in order."""
    rows = db.execute(
        'SELECT start, "end", context, halfvec_send(vector), reading FROM chunks '
        "JOIN documents ON key = document_key WHERE documents.id = %s ORDER BY chunks.id",
        (document_id,),
    )
    return [(start, end, context, _of_halfvec(vector), reading) for start, end, context, vector, reading in rows]


def found(db: Connection, ids: Sequence[int]) -> dict[int, FoundChunk]:
    """Chunks with what is stored of them, by id; ids that are gone are left out. One statement, so one moment."""
    rows = db.execute(
        f'SELECT {SOURCE}, chunks.id, start, "end", reading, substr(text, start + 1, "end" - start), '
        '(SELECT jsonb_agg(jsonb_build_array(kind, label, sections.start, sections."end", level) ORDER BY position) '
        "FROM sections WHERE sections.document_key = key "
        'AND sections.start < chunks."end" AND sections."end" > chunks.start) '
        "FROM chunks JOIN documents ON key = document_key WHERE chunks.id = ANY(%s) ORDER BY chunks.id",
        (list(ids),),
    )
    by_id: dict[int, FoundChunk] = {}
    for row in rows:
        chunk_id, start, end, reading, text, sections = row[SOURCE_FIELDS:]
        chunk = Chunk(chunk_id, row[0], start, end)
        by_id[chunk_id] = FoundChunk(chunk, source_of(row), text, reading, sections_of(sections))
    return by_id


def nearest(
    db: Connection,
    query: NDArray[np.float32],
    k: int,
    held: int,
    document_ids: Sequence[str] | None = None,
) -> list[tuple[int, float]]:
    """The nearest chunks with their cosines, the best first.

    Args:
        db: to ask.
        query: shape ``(dimension,)``, length 1.
        k: at most so many.
        held: how many chunks the library has.
        document_ids: only chunks of these documents.
    """
    among = held if document_ids is None else _count(db, document_ids)
    wanted = min(k, among)
    if wanted < 1:
        return []
    asked = {"query": _text(query), "k": wanted + SPARE, "scope": None if document_ids is None else list(document_ids)}
    where = "" if document_ids is None else _IN_SCOPE
    if among > EXACT_UP_TO and wanted + SPARE <= MOST_NEAR:
        rows = db.execute(_near(f"vector::halfvec({len(query)})", where), asked).fetchall()
        if len(rows) >= wanted:
            return _ranked(rows, query)[:k]
    return _ranked(db.execute(_near("vector", where), asked).fetchall(), query)[:k]


def cosines(db: Connection, query: NDArray[np.float32], ids: Sequence[int]) -> list[tuple[int, float]]:
    """Those of some chunks that are there, by id, with their cosines."""
    rows = db.execute("SELECT id, halfvec_send(vector) FROM chunks WHERE id = ANY(%s)", (list(ids),)).fetchall()
    return sorted(_ranked(rows, query))


def index_vectors(db: Connection, dimension: int) -> None:
    """Makes the HNSW index of a library that holds nothing yet."""
    db.execute("DROP INDEX IF EXISTS chunks_by_vector")
    db.execute(
        f"CREATE INDEX chunks_by_vector ON chunks USING hnsw ((vector::halfvec({int(dimension)})) halfvec_ip_ops)"
    )


def vectors_of(rows: Sequence[bytes]) -> Vectors:
    """Stored vectors, each in half precision, as one array of shape ``(len(rows), dimension)``."""
    return np.frombuffer(b"".join(rows), dtype=np.float16).reshape(len(rows), -1).astype(np.float32)


def _near(vector: str, where: str) -> str:
    """Only the expression that is indexed brings the index: ``vector`` alone is compared row by row."""
    return (
        f"WITH near AS (SELECT chunks.id, vector FROM chunks {where} ORDER BY {vector} <#> %(query)s::halfvec "
        "LIMIT %(k)s) SELECT id, halfvec_send(vector) FROM near"
    )


def _count(db: Connection, document_ids: Sequence[str]) -> int:
    row = db.execute("SELECT coalesce(sum(chunks), 0) FROM documents WHERE id = ANY(%s)", (list(document_ids),))
    found = row.fetchone()
    return int(found[0]) if found else 0


def _ranked(rows: Sequence[tuple[int, bytes]], query: NDArray[np.float32]) -> list[tuple[int, float]]:
    if not rows:
        return []
    scores = vectors_of([_of_halfvec(row[1]) for row in rows]) @ query
    return sorted(((int(row[0]), float(score)) for row, score in zip(rows, scores, strict=True)), key=_best_first)


def _best_first(hit: tuple[int, float]) -> tuple[float, int]:
    return -hit[1], hit[0]


def _text(vector: NDArray[np.float32]) -> str:
    return f"[{','.join(map(str, vector.tolist()))}]"


def _as_halfvec(vector: bytes) -> bytes:
    """What pgvector receives for a vector in half precision: its dimension, and its numbers, the high byte first."""
    return _HEAD.pack(len(vector) // 2, 0) + np.frombuffer(vector, dtype="<f2").astype(">f2").tobytes()


def _of_halfvec(sent: bytes) -> bytes:
    return np.frombuffer(sent, dtype=">f2", offset=_HEAD.size).astype("<f2").tobytes()
