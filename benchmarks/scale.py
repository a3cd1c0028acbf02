"""How build time, size, memory and latency grow with the library: ``python -m benchmarks.scale``. See docs/scale.md.

Each library is grown in one process and measured in another, so that neither's memory is counted for the other. Those
that are already in the folder are measured again, not grown again.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.scale_corpus import grown, real_documents
from embeddings import Vectors, open_embedder
from rag.index import Manifest, open_index, open_without_model
from rag.index.local.files import LIBRARY_FILE, VECTORS_FILE
from rag.index.local.record import Record
from rag.index.local.vectors import BATCH, VectorIndex
from rag.retrieval import CANDIDATES, Retriever
from rag.settings import Settings
from rag.text.words import content_words

QUESTIONS_FILE = "questions.json"
DOCUMENTS_AT_ONCE = 500
"""Documents in one transaction while a library is grown; indexing takes one, which disk and file system decide."""
TIMED = 40
"""Questions that are timed for each figure, after ten that are not."""
RECALLED = 100
"""Questions whose ten nearest chunks are compared with those of an exact search."""


class KnownQuestions:
    """An embedder that knows the vectors of its questions, so that retrieval is timed without the model."""

    max_tokens = 256

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.vectors = {text: np.array(v, dtype=np.float32) for text, v in json.loads(_text(folder / QUESTIONS_FILE))}
        self.name, self.fingerprint = manifest.embedding_model, manifest.embedding_fingerprint
        self.dimension = manifest.dimension

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        raise NotImplementedError

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.vectors[text] for text in texts])


def grow(folder: Path, real: Sequence[Path], count: int) -> dict[str, float]:
    """Makes a library of so many chunks; what that took."""
    folder.mkdir(parents=True)
    manifest, documents = real_documents(real)
    record = Record.of_folder(folder)
    record.meta.set_manifest(manifest)
    made, seconds = grown(documents, count), 0.0
    while batch := list(islice(made, DOCUMENTS_AT_ONCE)):
        began = time.process_time()
        with record.database.transaction():
            for document, chunks in batch:
                record.put(document, chunks)
        seconds += time.process_time() - began
    before = _peak_mb()
    began = time.process_time()
    index = open_without_model(folder)
    index.save()
    took = time.process_time() - began
    index.close()
    record.close()
    return {"library_cpu_s": seconds, "vectors_cpu_s": took, "grown_mb": before, "saved_mb": _peak_mb()}


def measure(folder: Path, questions: Path) -> dict[str, object]:
    """Opens a library and asks it."""
    record = Record.of_folder(folder)
    manifest = record.meta.manifest
    assert manifest is not None
    embedder = KnownQuestions(questions, manifest)
    settings = Settings(chunk_tokens=manifest.chunk_tokens, overlap_tokens=manifest.overlap_tokens)
    before = _memory_mb("RssAnon")
    began = time.process_time()
    index = open_index(folder, embedder, settings)
    opened = time.process_time() - began
    retriever = Retriever(index, embedder)
    asked = list(embedder.vectors)
    parts: dict[str, Callable[[str], object]] = {
        "dense_ms": lambda text: index.search_dense(embedder.vectors[text], CANDIDATES),
        "lexical_ms": lambda text: index.search_lexical(content_words(text), CANDIDATES),
        "retrieval_ms": lambda text: retriever.retrieve(text),
    }
    documents, chunks, characters = index.counts()
    figures: dict[str, object] = {
        "chunks": chunks,
        "documents": documents,
        "characters": characters,
        "library_mb": (folder / LIBRARY_FILE).stat().st_size / 1e6,
        "vectors_mb": (folder / VECTORS_FILE).stat().st_size / 1e6,
        "open_ms": 1000 * opened,
    }
    for number, (name, act) in enumerate(parts.items()):
        own = asked[number * (TIMED + 10) : (number + 1) * (TIMED + 10)]  # so that no part profits from another
        figures[name] = _quartiles([_milliseconds(act, text) for text in own][10:])
    vectors = VectorIndex(folder, record, manifest.dimension)
    figures["kind"] = vectors.kind
    figures["memory_mb"] = _memory_mb("RssAnon") - before
    figures["mapped_mb"] = _memory_mb("RssFile")
    figures["recall_at_10"] = recall(record, vectors, np.stack([embedder.vectors[text] for text in asked[-RECALLED:]]))
    return figures


def recall(record: Record, vectors: VectorIndex, queries: Vectors) -> float:
    """Of the ten nearest chunks by the stored vectors, the share that the index finds."""
    best_ids, best = np.empty((len(queries), 0), np.int64), np.empty((len(queries), 0), np.float32)
    after = 0
    while True:
        ids, stored = record.chunks.vectors_after(after, BATCH)
        if not ids.size:
            break
        after = int(ids[-1])
        best = np.hstack([best, queries @ stored.T])
        best_ids = np.hstack([best_ids, np.broadcast_to(ids, (len(queries), ids.size))])
        nearest = np.argsort(-best, axis=1)[:, :10]
        best, best_ids = np.take_along_axis(best, nearest, 1), np.take_along_axis(best_ids, nearest, 1)
    found = [{chunk_id for chunk_id, _ in vectors.search(query, CANDIDATES)[:10]} for query in queries]
    return float(np.mean([len(ids & set(row.tolist())) / 10 for ids, row in zip(found, best_ids, strict=True)]))


def _milliseconds(act: Callable[[str], object], text: str) -> float:
    """Of CPU: a search is one thread, and what else the machine does is not counted."""
    began = time.process_time()
    act(text)
    return 1000 * (time.process_time() - began)


def _quartiles(values: Sequence[float]) -> dict[str, float]:
    return dict(zip(("q1", "median", "q3", "p95"), np.quantile(values, [0.25, 0.5, 0.75, 0.95]).tolist(), strict=True))


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _memory_mb(kind: str) -> float:
    lines = dict(line.split(":", 1) for line in _text(Path("/proc/self/status")).splitlines())
    return int(lines[kind].split()[0]) / 1e3


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _apart(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "benchmarks.scale", *arguments], check=True)


def main() -> None:
    """Grows and measures, each in a process of its own, and writes ``scale.json`` into the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the libraries are grown")
    parser.add_argument("real", type=Path, nargs="*", help="indexes to grow from")
    parser.add_argument("--questions", type=Path, help="a JSON list of at least 250 questions")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--grow", type=int, help="(a step of its own process)")
    parser.add_argument("--measure", type=int, help="(a step of its own process)")
    asked = parser.parse_args()
    if asked.grow or asked.measure:
        target = asked.folder / str(asked.grow or asked.measure)
        step = grow(target, asked.real, asked.grow) if asked.grow else measure(target, asked.folder)
        (target / ("grown.json" if asked.grow else "measured.json")).write_text(json.dumps(step, indent=1))
        return
    asked.folder.mkdir(parents=True, exist_ok=True)
    if asked.questions:
        texts = list(dict.fromkeys(json.loads(_text(asked.questions))))
        encoded = open_embedder("bundled").encode_queries(texts).tolist()
        (asked.folder / QUESTIONS_FILE).write_text(json.dumps(list(zip(texts, encoded, strict=True))))
    rows = []
    for size in asked.sizes:
        target = asked.folder / str(size)
        if not (target / "grown.json").exists():
            _apart(str(asked.folder), *map(str, asked.real), "--grow", str(size))
        _apart(str(asked.folder), "--measure", str(size))
        rows.append(json.loads(_text(target / "grown.json")) | json.loads(_text(target / "measured.json")))
        print(json.dumps(rows[-1], indent=1), flush=True)
    (asked.folder / "scale.json").write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
