"""``docquote eval retrieval``: which documents are found, with dense and lexical search alone beside the whole."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from embeddings import Embedder, Vectors, open_embedder
from eval.collection import Collection, Qrels, Query, Ranking, write_run
from eval.grading import Record
from eval.headlines import measure_label, ranking_metrics
from eval.library import Corpus, build_index, index_configuration, index_folder
from eval.metrics import mean, paired_differences, ranking_scores
from eval.outcome import Outcome
from eval.progress import work_through
from eval.provenance import data_files
from eval.runs import RUNS, Run, fingerprint
from eval.summary import headline
from eval.timing import timing
from rag.index import Index, open_index
from rag.question.follow_up import forms
from rag.retrieval import Retriever
from rag.schema import Passage, SearchMode
from rag.settings import Settings

DEPTH = 100
"""Documents ranked for each query: what recall@100 needs."""

CHUNKS = 4 * DEPTH
"""Chunks asked for, as several of a ranking's chunks may be of one document."""

SYSTEMS: dict[str, tuple[str, SearchMode, bool]] = {
    "dense": ("Dense alone", "dense", False),
    "lexical": ("BM25 alone", "lexical", False),
    "fused": ("Fused", "fused", False),
    "full": ("Full retriever", "fused", True),
}
"""Rows of the table: label, mode of search, and whether passages that say the same are merged."""

TESTED_SYSTEM = "fused"
"""What the others are compared with."""

TESTED_MEASURES = ("nDCG@10", "R@10", "RR@10")


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for.

    Attributes:
        out: the run's folder, or None for one under ``runs``.
        limit: the first so many queries; None for all.
        seed: of the intervals and tests.
        with_history: let earlier turns complete a query.
        runs: rankings of other systems, by the name of their row.
    """

    out: Path | None = None
    limit: int | None = None
    seed: int = 0
    with_history: bool = False
    runs: Mapping[str, Mapping[str, Ranking]] = field(default_factory=dict)


def evaluate_retrieval(collection: Collection, settings: Settings, options: Options) -> Outcome:
    """Searches with every query that the run does not have yet, and reports on all it has.

    Raises:
        DatasetError: the run's folder holds another run.
        LibraryError: the index cannot be made.
    """
    queries = collection.queries[: options.limit]
    corpus = Corpus(collection.documents, None, collection.files[:1])
    folder = index_folder(corpus, settings, options.out)
    build = build_index(corpus, folder, settings)
    embedder = open_embedder(settings.embedding_model)
    index = open_index(folder, embedder, settings)
    try:
        configuration = {
            "command": "retrieval",
            "collection": data_files(collection.files),
            "limit": options.limit,
            "seed": options.seed,
            "with_history": options.with_history,
            "depth": DEPTH,
            **index_configuration(index, settings),
        }
        run = Run.start(
            options.out or RUNS / f"retrieval-{collection.name}-{fingerprint(configuration)[:8]}", configuration
        )
        complete = _search_all(
            index, embedder, queries, collection.qrels, run, settings.passages, with_history=options.with_history
        )
    finally:
        index.close()
    records = [run.records[query.id] for query in queries if query.id in run.records]
    _write_trec_runs(run.folder, records)
    scored = [_with_runs(record, collection.qrels[record["id"]], options.runs) for record in records]
    report = {
        "command": "retrieval",
        "name": collection.name,
        "results": results(scored, options.seed)
        | {
            "documents": build.documents,
            "chunks": build.chunks,
            "queries_without_judgements": collection.queries_without_judgements,
        },
        "provenance": run.configuration,
        "timing": timing([record["seconds"] for record in records], build),
    }
    return Outcome(run, scored, report, complete, len(queries))


def rank_documents(passages: Sequence[Passage]) -> list[str]:
    """Documents by their best passage, the best first, at most ``DEPTH``."""
    return list(dict.fromkeys(passage.source.name for passage in passages))[:DEPTH]


def grades(qrels: Mapping[str, int], query: str, rankings: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """``system/measure`` to the score, 0 to 1, of each system's ranking for one query.

    Args:
        qrels: document to relevance, of this query.
        query: its id.
        rankings: system to documents, the best first.
    """
    return {
        f"{system}/{measure}": value
        for system, documents in rankings.items()
        for measure, value in ranking_scores({query: qrels}, {query: documents})[query].items()
    }


def results(records: Sequence[Record], seed: int) -> dict[str, Any]:
    """The reproducible part of a report: each system's measures, and the tests of ``TESTED_SYSTEM`` against others."""
    if not records:
        return {"queries": 0, "systems": {}, "tests": {}}
    names = list(dict.fromkeys(name.rsplit("/", 1)[0] for name in records[0]["grades"]))
    systems: dict[str, Any] = {}
    for name in names:
        measures = headline(ranking_metrics(name), records, seed)
        systems[name] = {
            "label": SYSTEMS[name][0] if name in SYSTEMS else name,
            "measures": {key.rsplit("/", 1)[1]: value for key, value in measures.items()},
        }
    tests = {
        name: {
            measure: {"label": measure_label(measure), **asdict(difference)}
            for measure, difference in _tests(records, name, seed).items()
        }
        for name in names
        if name != TESTED_SYSTEM
    }
    return {"queries": len(records), "systems": systems, "tested": TESTED_SYSTEM, "tests": tests}


def _tests(records: Sequence[Record], other: str, seed: int) -> dict[str, Any]:
    columns = {
        measure: np.array(
            [record["grades"][f"{system}/{measure}"] for system in (other, TESTED_SYSTEM) for record in records]
        )
        for measure in TESTED_MEASURES
    }
    return paired_differences({name: mean(column) for name, column in columns.items()}, len(records), seed)


class _OneEncoding:
    """An embedder that encodes a question once, however many systems then search with it."""

    def __init__(self, embedder: Embedder) -> None:
        self.name, self.fingerprint = embedder.name, embedder.fingerprint
        self.dimension, self.max_tokens = embedder.dimension, embedder.max_tokens
        self.count_tokens, self.encode_passages = embedder.count_tokens, embedder.encode_passages
        self._encoded = lru_cache(maxsize=1)(embedder.encode_queries)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encoded(tuple(texts))


def _search_all(
    index: Index,
    embedder: Embedder,
    queries: Sequence[Query],
    qrels: Qrels,
    run: Run,
    passages: int,
    *,
    with_history: bool,
) -> bool:
    """Searches with each query as the assistant does, which is timed, and deeply by every system."""
    retriever, deep = Retriever(index, embedder), Retriever(index, _OneEncoding(embedder))

    def search(query: Query) -> None:
        text = forms(query.text, query.history, retriever)[-1].query if with_history else query.text
        started = time.perf_counter()
        retriever.retrieve(text, k=passages)
        seconds = time.perf_counter() - started
        rankings = {
            system: rank_documents(deep.retrieve(text, k=CHUNKS, mode=mode, merge=merge))
            for system, (_, mode, merge) in SYSTEMS.items()
        }
        run.append(
            {
                "id": query.id,
                "question": query.text,
                "interpreted_as": text,
                "rankings": rankings,
                "grades": grades(qrels[query.id], query.id, rankings),
                "seconds": seconds,
            }
        )

    return work_through("Searching", [query for query in queries if query.id not in run.records], search)


def _with_runs(record: Record, qrels: Mapping[str, int], runs: Mapping[str, Mapping[str, Ranking]]) -> Record:
    """A record with the grades of other systems' rankings as well."""
    query = record["id"]
    given = {name: run.get(query, {}) for name, run in runs.items()}
    ranked = {name: sorted(ranking, key=lambda document: -ranking[document]) for name, ranking in given.items()}
    return {**record, "grades": {**record["grades"], **grades(qrels, query, ranked)}}


def _write_trec_runs(folder: Path, records: Sequence[Record]) -> None:
    for system in SYSTEMS:
        write_run(folder / f"{system}.trec", system, {record["id"]: record["rankings"][system] for record in records})
