"""Question -> passages: dense and full-text search, fused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice

from embeddings import Embedder
from rag.errors import ScopeError
from rag.index import FoundChunk, Index
from rag.index.names import names_like, names_near
from rag.schema import Passage, Scope, Scores, SearchMode, Source
from rag.text.words import content_words, words

CANDIDATES = 100
"""Chunks taken from each of the two searches before they are fused."""
DENSE_WEIGHT = 0.6
"""The share of the cosine in the fused score; see "Fusion" in docs/evaluation.md for the figures."""
SHINGLE = 5
NEAR_IDENTICAL = 0.8
"""Passages of which this share of 5-word shingles is common say the same; only the better-ranked one is kept."""


class Retriever:
    """Finds the passages of an index that are most likely to answer a question."""

    def __init__(self, index: Index, embedder: Embedder, *, remember: bool = False) -> None:
        """Retrieves from ``index``, whose vectors ``embedder`` made.

        Args:
            index: to search.
            embedder: of the questions.
            remember: search for the same text in the same scope once; for one question, since the index may change.
        """
        self._index = index
        self._embedder = embedder
        self._ranked = cache(self._search) if remember else self._search

    def retrieve(
        self, question: str, *, k: int = 10, scope: Scope | None = None, mode: SearchMode = "fused", merge: bool = True
    ) -> list[Passage]:
        """The ``k`` best passages, the best first.

        Args:
            question: in natural language.
            k: at most so many passages.
            scope: which documents may answer; None: all.
            mode: ``"dense"`` or ``"lexical"`` alone, for measurement.
            merge: leave out passages that say nearly the same as a better one.

        Raises:
            ScopeError: the scope names a document or folder that the index does not hold.
        """
        ranked = self._ranked(question, max(CANDIDATES, k), scope or Scope(), mode)
        found = islice(self._found(ranked, k, merge), k)
        return [
            Passage(one.chunk, one.source, one.text, rank, scores, one.reading, one.sections)
            for rank, (one, scores) in enumerate(found, start=1)
        ]

    def _search(self, question: str, wanted: int, scope: Scope, mode: SearchMode) -> list[tuple[int, Scores]]:
        """The ids of the ``wanted`` best chunks, the best first, each with why it was found."""
        document_ids = None if scope.is_everything else self._documents_in(scope)
        vector = self._embedder.encode_queries([question])[0]
        dense = self._index.search_dense(vector, wanted, document_ids) if mode != "lexical" else []
        lexical = self._index.search_lexical(content_words(question), wanted, document_ids) if mode != "dense" else []
        cosines = dict(dense)
        if mode == "fused":  # the cosine of what only full-text search found is known exactly, so use it
            missing = [chunk_id for chunk_id, _ in lexical if chunk_id not in cosines]
            cosines.update(self._index.cosines(vector, missing))
        ranked = fuse(cosines, dict(lexical), dense_weight={"fused": DENSE_WEIGHT, "dense": 1.0, "lexical": 0.0}[mode])
        dense_rank = {chunk_id: rank for rank, (chunk_id, _) in enumerate(dense, start=1)}
        lexical_rank = {chunk_id: rank for rank, (chunk_id, _) in enumerate(lexical, start=1)}
        bm25 = dict(lexical)
        return [
            (
                chunk_id,
                Scores(
                    fused=score,
                    dense=cosines.get(chunk_id),
                    lexical=bm25.get(chunk_id),
                    dense_rank=dense_rank.get(chunk_id),
                    lexical_rank=lexical_rank.get(chunk_id),
                ),
            )
            for chunk_id, score in ranked[:wanted]
        ]

    def frequency(self, word: str) -> int:
        """How many chunks hold a word or another form of it."""
        return self._index.chunk_frequency(word)

    def size(self) -> int:
        """How many chunks the index has."""
        return self._index.counts()[1]

    def _found(
        self, ranked: Sequence[tuple[int, Scores]], at_once: int, merge: bool
    ) -> Iterator[tuple[FoundChunk, Scores]]:
        """The chunks of a ranking; texts are fetched as far as the caller goes."""
        seen: list[frozenset[tuple[str, ...]]] = []
        for start in range(0, len(ranked), at_once):
            part = ranked[start : start + at_once]
            found = self._index.chunks([chunk_id for chunk_id, _ in part])
            for chunk_id, scores in part:
                if chunk_id not in found:
                    continue
                if merge:
                    shingles = _shingles(found[chunk_id].text)
                    if any(_overlap(shingles, other) >= NEAR_IDENTICAL for other in seen):
                        continue
                    seen.append(shingles)
                yield found[chunk_id], scores

    def _documents_in(self, scope: Scope) -> list[str]:
        return [source.id for source in sources_in(scope, self._index.sources())]


def fuse(cosines: Mapping[int, float], bm25: Mapping[int, float], *, dense_weight: float) -> list[tuple[int, float]]:
    """Convex combination of cosine and BM25, each divided by its best value for this question.

    Dividing by the best value with 0 as the floor is the "theoretical min-max" of Bruch, Gai and Ingber (2023,
    "An Analysis of Fusion Functions for Hybrid Retrieval"); negative cosines count as 0.

    Args:
        cosines: chunk id to cosine, -1 to 1.
        bm25: chunk id to BM25, above 0; a chunk that is missing scores 0.
        dense_weight: 0 to 1, the share of the cosine.

    Returns:
        Pairs of chunk id and score, 0 to 1, the best first; ties in the order of ids.
    """
    best_cosine = max((*cosines.values(), 1e-9))
    best_bm25 = max((*bm25.values(), 1e-9))
    fused = {
        chunk_id: dense_weight * max(cosines.get(chunk_id, 0.0), 0.0) / best_cosine
        + (1 - dense_weight) * bm25.get(chunk_id, 0.0) / best_bm25
        for chunk_id in {**cosines, **bm25}
    }
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


def sources_in(scope: Scope, sources: Sequence[Source]) -> list[Source]:
    """The documents that may answer a question of this scope, in order.

    Raises:
        ScopeError: a name or folder fits no document, which is more likely a slip than a wish.
    """
    names = {name for source in sources for name in (source.name, source.path)}
    for name in scope.documents:
        if name not in names:
            if meant := names_like(sources, name):
                raise ScopeError(f"{name}: say which is meant: {', '.join(meant)}; see: docquote status")
            near = ", or ".join(names_near(sources, name))
            meant_perhaps = f", did you mean {near}? Otherwise" if near else ";"
            raise ScopeError(
                f"{name}: the index holds no document of that name{meant_perhaps} see: docquote status --all"
            )
    folders = tuple(f"{folder.strip('/')}/" for folder in scope.folders)
    for given, folder in zip(scope.folders, folders, strict=True):
        if not any(source.name.startswith(folder) for source in sources):
            raise ScopeError(f"{given}: the index holds no document in that folder; see: docquote status")
    documents = frozenset(scope.documents)
    return [
        source
        for source in sources
        if (not documents or source.name in documents or source.path in documents)
        and (not folders or source.name.startswith(folders))
        and _dated_within(source, scope)
    ]


def _dated_within(source: Source, scope: Scope) -> bool:
    if scope.after is None and scope.before is None:
        return True
    if source.date is None:
        return False
    return (scope.after is None or source.date >= scope.after) and (scope.before is None or source.date <= scope.before)


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    tokens = words(text)
    return frozenset(tuple(tokens[i : i + SHINGLE]) for i in range(max(len(tokens) - SHINGLE + 1, 1)))


def _overlap(a: frozenset[tuple[str, ...]], b: frozenset[tuple[str, ...]]) -> float:
    """Jaccard similarity, 0 to 1."""
    shared = len(a & b)
    return shared / (len(a) + len(b) - shared)
