"""Times a library on a server on synthetic text: storing, hybrid search, and how much of the nearest HNSW finds.

    python -m benchmarks.server postgresql://USER@HOST/DATABASE [--documents 2000]

The database is to be empty. A document has ten chunks of 100 words, drawn from 30,000 made-up words by Zipf's law;
their vectors of 384 dimensions lie around one of 200 centres, those of a document nearer to one another.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from statistics import median, quantiles

import numpy as np
from numpy.typing import NDArray

from embeddings import Vectors
from rag.index import Index, Manifest, NewChunk
from rag.index.manifest import FORMAT_VERSION
from rag.index.opening import open_made_with
from rag.index.server import chunks as chunk_table
from rag.index.server import connection
from rag.loading import document_from_text
from rag.place import place_of

CHUNKS, WORDS, VOCABULARY, DIMENSION, CENTRES = 10, 100, 30_000, 384, 200
QUESTIONS, QUESTION_WORDS, K, SCOPE = 100, 6, 100, 500
LISTED = (100, 200, 400)
"""Values of ``hnsw.ef_search`` that are compared."""


def main() -> None:
    """Fills the database, measures, and prints JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library")
    parser.add_argument("--documents", type=int, default=2_000)
    arguments = parser.parse_args()
    place, chance = place_of(arguments.library), np.random.default_rng(0)
    manifest = Manifest(FORMAT_VERSION, "made up", "0" * 64, DIMENSION, 160, 40)
    centres = _unit(chance.normal(size=(CENTRES, DIMENSION)))
    with closing(open_made_with(place, manifest, create=True)) as index:
        seconds = _fill(index, arguments.documents, chance, centres)
        scope = [source.id for source in index.sources()][:SCOPE]
        questions = _questions(chance, centres)
        report = {"documents": arguments.documents, "chunks": index.counts()[1], "seconds_to_store": round(seconds, 1)}
        report["bytes"] = index.status().bytes
        for name, ids in (("all", None), (f"{SCOPE} documents", scope)):
            report[name] = {
                "dense": _times(lambda one, ids=ids: index.search_dense(one[0], K, ids), questions),  # type: ignore[misc]
                "full text": _times(lambda one, ids=ids: index.search_lexical(one[1], K, ids), questions),  # type: ignore[misc]
                "hybrid": _times(lambda one, ids=ids: _hybrid(index, one, ids), questions),  # type: ignore[misc]
            }
    chunk_table.EXACT_UP_TO = 10**9
    with closing(open_made_with(place, manifest)) as index:
        exact = [_nearest(index, one) for one in questions]
        report["exact, all"] = _times(lambda one: index.search_dense(one[0], K), questions)
    chunk_table.EXACT_UP_TO = 0
    for listed in LISTED:
        connection.NEAREST_LISTED = listed
        with closing(open_made_with(place, manifest)) as index:
            shares = [
                len(set(_nearest(index, one)) & set(wanted)) / 10 for one, wanted in zip(questions, exact, strict=True)
            ]
            took = _times(lambda one, index=index: index.search_dense(one[0], K), questions)  # type: ignore[misc]
            report[f"HNSW, ef_search {listed}"] = {"recall@10": round(float(np.mean(shares)), 4), **took}
    print(json.dumps(report, indent=2))


Question = tuple[NDArray[np.float32], list[str]]


def _fill(index: Index, documents: int, chance: np.random.Generator, centres: Vectors) -> float:
    words = np.array([f"w{number:x}ord" for number in range(VOCABULARY)])
    falling = 1 / np.arange(1, VOCABULARY + 1)
    falling /= falling.sum()
    took = 0.0
    for number in range(documents):
        parts = [" ".join(chance.choice(words, size=WORDS, p=falling)) + "." for _ in range(CHUNKS)]
        text = " ".join(parts)
        ends = np.cumsum([len(part) + 1 for part in parts])
        own = centres[chance.integers(CENTRES)] + 0.04 * chance.normal(size=DIMENSION)
        vectors = _unit(own + 0.03 * chance.normal(size=(CHUNKS, DIMENSION)))
        chunks = [
            NewChunk((int(end) - len(part) - 1, int(end) - 1), f"Document {number}", row)
            for part, end, row in zip(parts, ends, vectors, strict=True)
        ]
        document = document_from_text(text, name=f"{number}.txt", path=f"/synthetic/{number}.txt")
        started = time.perf_counter()
        index.put(document, chunks)
        took += time.perf_counter() - started
    started = time.perf_counter()
    index.save()
    return took + time.perf_counter() - started


def _questions(chance: np.random.Generator, centres: Vectors) -> list[Question]:
    ranks = (VOCABULARY ** chance.random(size=(QUESTIONS, QUESTION_WORDS))).astype(int)
    vectors = _unit(
        centres[chance.integers(CENTRES, size=QUESTIONS)] + 0.05 * chance.normal(size=(QUESTIONS, DIMENSION))
    )
    return [(vector, [f"w{number:x}ord" for number in row]) for vector, row in zip(vectors, ranks, strict=True)]


def _hybrid(index: Index, question: Question, ids: Sequence[str] | None) -> None:
    """What retrieval asks of an index for one question."""
    dense = index.search_dense(question[0], K, ids)
    lexical = index.search_lexical(question[1], K, ids)
    known = {chunk_id for chunk_id, _ in dense}
    index.cosines(question[0], [chunk_id for chunk_id, _ in lexical if chunk_id not in known])
    index.chunks([chunk_id for chunk_id, _ in dense[:10]])


def _nearest(index: Index, question: Question) -> list[int]:
    return [chunk_id for chunk_id, _ in index.search_dense(question[0], K)][:10]


def _times(ask: Callable[[Question], object], questions: Sequence[Question]) -> dict[str, float]:
    """Milliseconds of wall time, asked once before."""
    taken = []
    for question in [*questions[:5], *questions]:
        started = time.perf_counter()
        ask(question)
        taken.append(1000 * (time.perf_counter() - started))
    taken = taken[5:]
    return {"median_ms": round(median(taken), 1), "p95_ms": round(quantiles(taken, n=20)[-1], 1)}


def _unit(rows: NDArray[np.float64]) -> Vectors:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


if __name__ == "__main__":
    main()
