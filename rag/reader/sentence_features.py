"""What is measured of each sentence of the passages, before anyone decides which one answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings import Embedder
from rag.reader.answer_kind import answer_kind, holds_kind
from rag.reader.spans.finder import LocatedSpan
from rag.schema import Passage
from rag.text.rarity import coverage
from rag.text.sentences import lines_are_blocks, sentence_spans
from rag.text.words import stems_of, words

FEATURES = (
    "cosine",
    "span",
    "span_share",
    "overlap",
    "overlap_near",
    "kind",
    "retrieval",
    "title_like",
    "question_like",
)
"""The columns of ``sentence_features``."""
EMBEDDED = 16
"""Sentences that are embedded for one question: those that the other features speak for. Embedding all of them, some
sixty, costs as much as reading the passages does."""
SHORT_WORDS = 4
"""A sentence of fewer words is a title or a fragment more often than an answer."""
SPAN_SCORE_LIMIT = 10.0
"""Scores of spans beyond this, either way, say no more than this."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage; ``start`` and ``end`` are characters of the document."""

    passage: Passage
    start: int
    end: int
    text: str


def sentences_of(passages: Sequence[Passage]) -> list[Sentence]:
    """The sentences of the passages in their order; one that two overlapping chunks share is taken once."""
    seen: set[tuple[str, int, int]] = set()
    found: list[Sentence] = []
    for passage in passages:
        offset = passage.chunk.start
        every_line = lines_are_blocks(passage.source.media_type)
        for start, end in sentence_spans(passage.text, lines_are_blocks=every_line):
            key = (passage.source.id, start + offset, end + offset)
            if key not in seen:
                seen.add(key)
                found.append(Sentence(passage, start + offset, end + offset, passage.text[start:end]))
    return found


def best_span_of(sentence: Sentence, spans: Sequence[LocatedSpan]) -> LocatedSpan | None:
    """The best of the spans that begin in a sentence; None where there is none."""
    return max(
        (span for span in spans if _begins_in(span, sentence)),
        key=lambda span: span.score,
        default=None,
    )


def sentence_features(
    question: str,
    sentences: Sequence[Sentence],
    spans: Sequence[LocatedSpan],
    rarity: dict[str, float],
) -> NDArray[np.float64]:
    """Measures every sentence, shape ``(len(sentences), len(FEATURES))``; ``cosine`` is left 0 for ``add_cosines``.

    span: the best score of a span that the trained reader found in the sentence, over ``SPAN_SCORE_LIMIT``, -1 to 1;
    -1 without one. span_share: the share of all spans' probability (softmax of their scores over all passages) that
    falls in the sentence. overlap: ``coverage`` by the sentence. overlap_near: ``coverage`` by the sentence, its
    neighbours and the document's title. kind: 1 where the sentence has the kind of answer that is wanted, -1 where it
    lacks it, 0 where no pattern tells. retrieval: the passage's fused score over the best. title_like: 1 for short
    sentences and those without a full stop. question_like: 1 for questions.
    """
    stems = [stems_of(sentence.text) for sentence in sentences]
    best = max((sentence.passage.scores.fused for sentence in sentences), default=1.0) or 1.0
    total = sum(math.exp(_clipped(span)) for span in spans) or 1.0
    kind = answer_kind(question)
    told = kind not in ("passage", "other")
    rows: list[tuple[float, ...]] = []
    for i, sentence in enumerate(sentences):
        near = stems[i] | stems_of(sentence.passage.source.title)
        for j in (i - 1, i + 1):
            if 0 <= j < len(sentences) and sentences[j].passage.source.id == sentence.passage.source.id:
                near |= stems[j]
        inside = [_clipped(span) for span in spans if _begins_in(span, sentence)]
        rows.append(
            (
                0.0,
                max(inside, default=-SPAN_SCORE_LIMIT) / SPAN_SCORE_LIMIT,
                sum(map(math.exp, inside)) / total,
                coverage(stems[i], rarity),
                coverage(near, rarity),
                0.0 if not told else (1.0 if holds_kind(sentence.text, kind, question) else -1.0),
                sentence.passage.scores.fused / best,
                float(len(words(sentence.text)) < SHORT_WORDS or sentence.text[-1] not in ".!?\"”'’)。！？;:"),
                float(sentence.text.endswith("?")),
            )
        )
    return np.array(rows, dtype=np.float64).reshape(len(sentences), len(FEATURES))


def promising(features: NDArray[np.float64], count: int = EMBEDDED) -> NDArray[np.intp]:
    """The rows, ascending, of the ``count`` sentences that are worth embedding, by a plain sum of features."""
    columns = [FEATURES.index(name) for name in ("span", "span_share", "overlap", "overlap_near", "retrieval")]
    worth = features[:, columns].sum(axis=1) - features[:, FEATURES.index("title_like")]
    return np.sort(np.argsort(-worth, kind="stable")[:count])


def add_cosines(
    features: NDArray[np.float64],
    question: str,
    sentences: Sequence[Sentence],
    embedder: Embedder,
) -> None:
    """Fills the column ``cosine`` in place: of question and sentence, -1 to 1."""
    vectors = embedder.encode_passages([sentence.text for sentence in sentences])
    features[:, FEATURES.index("cosine")] = vectors @ embedder.encode_queries([question])[0]


def _begins_in(span: LocatedSpan, sentence: Sentence) -> bool:
    return span.document_id == sentence.passage.source.id and sentence.start <= span.start < sentence.end


def _clipped(span: LocatedSpan) -> float:
    return min(max(span.score, -SPAN_SCORE_LIMIT), SPAN_SCORE_LIMIT)
