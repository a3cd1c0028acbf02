"""What is measured of each sentence of the passages, before anyone decides which one answers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings import Embedder
from rag.reader.answer_kind import answer_kind, holds_kind
from rag.reader.spans.finder import Findings, LocatedSpan, Sentence
from rag.text.normalise import without_line_end_hyphens
from rag.text.rarity import coverage
from rag.text.words import stems_of, words

FEATURES = (
    "cosine",
    "unit",
    "unit_share",
    "unit_behind",
    "answerable",
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
SCORE_LIMIT = 10.0
"""Scores of the trained reader beyond this, either way, say no more than this."""


def best_span_of(sentence: Sentence, spans: Sequence[LocatedSpan]) -> LocatedSpan | None:
    """The best of the spans that begin in a sentence; None where there is none."""
    return max(
        (span for span in spans if _begins_in(span, sentence)),
        key=lambda span: span.score,
        default=None,
    )


def sentence_features(question: str, findings: Findings, rarity: dict[str, float]) -> NDArray[np.float64]:
    """Measures every sentence, shape ``(sentences, len(FEATURES))``; ``cosine`` is left 0 for ``add_cosines``.

    unit: the trained reader's score of the sentence over ``SCORE_LIMIT``, -1 to 1. unit_share: the share of the
    probability (softmax of all sentences' scores and of "none of them", 0) that is the sentence's. unit_behind: how far
    the score is behind the best one's, over ``SCORE_LIMIT``. answerable: log-odds that the passage holds an answer,
    over ``SCORE_LIMIT``. span: the best score of a span that the trained reader found in the sentence, over
    ``SCORE_LIMIT``; -1 without one. span_share: the share of all spans' probability (softmax of their scores over all
    passages) that falls in the sentence. overlap: ``coverage`` by the sentence as it is understood, with the question
    that it answers or the columns of its row. overlap_near: ``coverage`` by that, its neighbours and the document's
    title. kind: 1 where the sentence has the kind of answer that is wanted, -1 where it lacks it, 0 where no pattern
    tells. retrieval: the passage's fused score over the best. title_like: 1 for headings, and for short sentences and
    those without a full stop, but not for rows, items and answers to a question. question_like: 1 for questions.
    """
    sentences, spans = findings.sentences, findings.spans
    stems = [stems_of(sentence.told) for sentence in sentences]
    best = max((sentence.passage.scores.fused for sentence in sentences), default=1.0) or 1.0
    total = sum(math.exp(_clipped(span.score)) for span in spans) or 1.0
    scores = np.array([_clipped(sentence.score) for sentence in sentences])
    everything = 1.0 + float(np.exp(scores).sum())
    highest = float(scores.max(initial=-SCORE_LIMIT))
    kind = answer_kind(question)
    told = kind not in ("passage", "other")
    rows: list[tuple[float, ...]] = []
    for i, sentence in enumerate(sentences):
        near = stems[i] | stems_of(sentence.passage.source.title)
        for j in (i - 1, i + 1):
            if 0 <= j < len(sentences) and sentences[j].passage.source.id == sentence.passage.source.id:
                near |= stems[j]
        inside = [_clipped(span.score) for span in spans if _begins_in(span, sentence)]
        rows.append(
            (
                0.0,
                scores[i] / SCORE_LIMIT,
                math.exp(scores[i]) / everything,
                (scores[i] - highest) / SCORE_LIMIT,
                _clipped(sentence.answerable) / SCORE_LIMIT,
                max(inside, default=-SCORE_LIMIT) / SCORE_LIMIT,
                sum(map(math.exp, inside)) / total,
                coverage(stems[i], rarity),
                coverage(near, rarity),
                0.0 if not told else (1.0 if holds_kind(sentence.text, kind, question) else -1.0),
                sentence.passage.scores.fused / best,
                float(_is_title_like(sentence)),
                float(sentence.text.endswith("?")),
            )
        )
    return np.array(rows, dtype=np.float64).reshape(len(sentences), len(FEATURES))


def promising(features: NDArray[np.float64], count: int = EMBEDDED) -> NDArray[np.intp]:
    """The rows, ascending, of the ``count`` sentences that are worth embedding, by a plain sum of features."""
    names = ("unit", "unit", "unit_share", "span", "span_share", "overlap", "overlap_near", "retrieval")
    columns = [FEATURES.index(name) for name in names]  # the score of the sentence itself counts twice
    worth = features[:, columns].sum(axis=1) - features[:, FEATURES.index("title_like")]
    return np.sort(np.argsort(-worth, kind="stable")[:count])


def add_cosines(
    features: NDArray[np.float64],
    question: str,
    sentences: Sequence[Sentence],
    embedder: Embedder,
) -> None:
    """Fills the column ``cosine`` in place: of question and sentence, -1 to 1."""
    vectors = embedder.encode_passages([without_line_end_hyphens(sentence.told)[0] for sentence in sentences])
    features[:, FEATURES.index("cosine")] = vectors @ embedder.encode_queries([question])[0]


def _is_title_like(sentence: Sentence) -> bool:
    if sentence.kind != "sentence" or sentence.lead:
        return sentence.kind == "heading"
    return len(words(sentence.text)) < SHORT_WORDS or sentence.text[-1] not in ".!?\"”'’)。！？;:"


def _begins_in(span: LocatedSpan, sentence: Sentence) -> bool:
    return span.document_id == sentence.passage.source.id and sentence.start <= span.start < sentence.end


def _clipped(score: float) -> float:
    return min(max(score, -SCORE_LIMIT), SCORE_LIMIT)
