"""What is measured of each sentence of the passages, before anyone decides which one answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from embeddings import Embedder, Vectors
from rag.reader.answer_kind import answer_kind, holds_kind
from rag.reader.spans.decode import UNREAD
from rag.reader.spans.finder import Findings, LocatedSpan, Sentence
from rag.text.normalise import without_line_end_hyphens
from rag.text.rarity import coverage
from rag.text.words import stems_of, words

NETWORK = ("unit", "unit_share", "unit_behind", "answerable", "span", "span_share")
"""The columns of ``network_features``."""
TEXT = ("cosine", "overlap", "overlap_near", "kind", "retrieval", "title_like", "question_like")
"""The columns of ``text_features``."""
LARGE = "large_"
"""Before the names of what the large network measures."""
FEATURES = (*NETWORK, *TEXT)
"""What is measured of a sentence at the first reading, by the small network."""
SECOND_FEATURES = (*FEATURES, *(LARGE + name for name in NETWORK))
"""What is measured at the second."""
EMBEDDED = 16
"""Sentences that are embedded for one question: those that the other features speak for. Embedding all of them, some
sixty, costs as much as reading the passages does."""
SHORT_WORDS = 4
"""A sentence of fewer words is a title or a fragment more often than an answer."""
SCORE_LIMIT = 10.0
"""Scores of a network beyond this, either way, say no more than this."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The sentences of a question's passages and what was measured of them.

    Attributes:
        sentences: of all passages, in their order.
        spans: words that may answer.
        names: of the columns: ``FEATURES`` or ``SECOND_FEATURES``.
        features: shape ``(len(sentences), len(names))``; ``cosine`` is filled in for the promising ones alone.
        promising: the rows, ascending, of the sentences of which one is to answer.
        nothing: by the name of who has read: the share of the probability (softmax of all sentences' scores and of
            "none of them", 0) that none answers.
        rarity: stems of the question's words to their weights.
        missing: the weight of those that no document of the index holds.
        query: the question's vector.
    """

    sentences: Sequence[Sentence]
    spans: Sequence[LocatedSpan]
    names: Sequence[str]
    features: NDArray[np.float64]
    promising: NDArray[np.intp]
    nothing: dict[str, float]
    rarity: dict[str, float]
    missing: float
    query: Vectors

    @property
    def candidates(self) -> list[Sentence]:
        """The promising sentences."""
        return [self.sentences[i] for i in self.promising]

    @property
    def candidate_features(self) -> NDArray[np.float64]:
        """What was measured of each of them."""
        rows: NDArray[np.float64] = self.features[self.promising]
        return rows


def measured(
    question: str, findings: Findings, rarity: dict[str, float], missing: float, embedder: Embedder
) -> Measured:
    """What is measured at the first reading."""
    text = text_features(question, findings.sentences, rarity)
    features = np.hstack((network_features(findings.sentences, findings.spans), text))
    promising = _promising(features, FEATURES)
    query = embedder.encode_queries([question])[0]
    _add_cosines(features, query, findings.sentences, promising, embedder)
    nothing = {"nothing": _nothing(findings.sentences)}
    return Measured(findings.sentences, findings.spans, FEATURES, features, promising, nothing, rarity, missing, query)


def measured_again(first: Measured, findings: Findings, embedder: Embedder) -> Measured:
    """What is measured at the second reading, in which the large network made ``findings`` of some of the passages."""
    read = {_place(one): one for one in findings.sentences}
    again = [
        replace(one, score=found.score if found else UNREAD, answerable=found.answerable if found else UNREAD)
        for one in first.sentences
        for found in [read.get(_place(one))]
    ]
    features = np.hstack((first.features, network_features(again, findings.spans)))
    promising = _promising(features, SECOND_FEATURES)
    _add_cosines(features, first.query, first.sentences, np.setdiff1d(promising, first.promising), embedder)
    others = [span for span in first.spans if not any(_begins_in(span, one) for one in findings.sentences)]
    return replace(
        first,
        spans=[*findings.spans, *others],
        names=SECOND_FEATURES,
        features=features,
        promising=promising,
        nothing={**first.nothing, LARGE + "nothing": _nothing(again)},
    )


def best_span_of(sentence: Sentence, spans: Sequence[LocatedSpan]) -> LocatedSpan | None:
    """The best of the spans that begin in a sentence; None where there is none."""
    return max(
        (span for span in spans if _begins_in(span, sentence)),
        key=lambda span: span.score,
        default=None,
    )


def network_features(sentences: Sequence[Sentence], spans: Sequence[LocatedSpan]) -> NDArray[np.float64]:
    """What a network thinks of every sentence, shape ``(sentences, len(NETWORK))``.

    unit: its score of the sentence over ``SCORE_LIMIT``, -1 to 1. unit_share: the share of the probability (softmax of
    all sentences' scores and of "none of them", 0) that is the sentence's. unit_behind: how far the score is behind the
    best one's, over ``SCORE_LIMIT``. answerable: log-odds that the passage holds an answer, over ``SCORE_LIMIT``. span:
    the best score of a span that begins in the sentence, over ``SCORE_LIMIT``; -1 without one. span_share: the share of
    all spans' probability (softmax of their scores over all passages) that falls in the sentence.
    """
    total = sum(math.exp(_clipped(span.score)) for span in spans) or 1.0
    scores = np.array([_clipped(sentence.score) for sentence in sentences])
    everything = 1.0 + float(np.exp(scores).sum())
    highest = float(scores.max(initial=-SCORE_LIMIT))
    rows: list[tuple[float, ...]] = []
    for score, sentence in zip(scores.tolist(), sentences, strict=True):
        inside = [_clipped(span.score) for span in spans if _begins_in(span, sentence)]
        rows.append(
            (
                score / SCORE_LIMIT,
                math.exp(score) / everything,
                (score - highest) / SCORE_LIMIT,
                _clipped(sentence.answerable) / SCORE_LIMIT,
                max(inside, default=-SCORE_LIMIT) / SCORE_LIMIT,
                sum(map(math.exp, inside)) / total,
            )
        )
    return np.array(rows, dtype=np.float64).reshape(len(sentences), len(NETWORK))


def text_features(question: str, sentences: Sequence[Sentence], rarity: dict[str, float]) -> NDArray[np.float64]:
    """What is measured of every sentence's text, shape ``(sentences, len(TEXT))``.

    cosine: of question and sentence, -1 to 1; 0 as yet. overlap: ``coverage`` by the sentence as it is understood, with
    the question that it answers or the columns of its row. overlap_near: ``coverage`` by that, its neighbours and the
    document's title. kind: 1 where the sentence has the kind of answer that is wanted, -1 where it lacks it, 0 where no
    pattern tells. retrieval: the passage's fused score over the best. title_like: 1 for headings, and for short
    sentences and those without a full stop, but not for rows, items and answers to a question. question_like: 1 for
    questions.
    """
    stems = [stems_of(sentence.told) for sentence in sentences]
    best = max((sentence.passage.scores.fused for sentence in sentences), default=1.0) or 1.0
    kind = answer_kind(question)
    told = kind not in ("passage", "other")
    rows: list[tuple[float, ...]] = []
    for i, sentence in enumerate(sentences):
        near = stems[i] | stems_of(sentence.passage.source.title)
        for j in (i - 1, i + 1):
            if 0 <= j < len(sentences) and sentences[j].passage.source.id == sentence.passage.source.id:
                near |= stems[j]
        rows.append(
            (
                0.0,
                coverage(stems[i], rarity),
                coverage(near, rarity),
                0.0 if not told else (1.0 if holds_kind(sentence.text, kind, question) else -1.0),
                sentence.passage.scores.fused / best,
                float(_is_title_like(sentence)),
                float(sentence.text.endswith("?")),
            )
        )
    return np.array(rows, dtype=np.float64).reshape(len(sentences), len(TEXT))


def _promising(features: NDArray[np.float64], names: Sequence[str], count: int = EMBEDDED) -> NDArray[np.intp]:
    """The rows, ascending, of the ``count`` sentences that are worth embedding, by a plain sum of features."""
    by_network = ("unit", "unit", "unit_share", "span", "span_share")  # the score of the sentence itself counts twice
    summed = [*by_network, "overlap", "overlap_near", "retrieval"]
    if names == SECOND_FEATURES:
        summed += [LARGE + name for name in by_network]
    worth = features[:, [names.index(name) for name in summed]].sum(axis=1) - features[:, names.index("title_like")]
    return np.sort(np.argsort(-worth, kind="stable")[:count])


def _add_cosines(
    features: NDArray[np.float64],
    query: Vectors,
    sentences: Sequence[Sentence],
    rows: NDArray[np.intp],
    embedder: Embedder,
) -> None:
    """Fills the column ``cosine`` of these rows in place."""
    vectors = embedder.encode_passages([without_line_end_hyphens(sentences[row].told)[0] for row in rows])
    features[rows, FEATURES.index("cosine")] = vectors @ query


def _nothing(sentences: Sequence[Sentence]) -> float:
    return 1 / (1 + sum(math.exp(min(sentence.score, SCORE_LIMIT)) for sentence in sentences))


def _place(sentence: Sentence) -> tuple[str, int, int]:
    return sentence.passage.source.id, sentence.start, sentence.end


def _is_title_like(sentence: Sentence) -> bool:
    if sentence.kind != "sentence" or sentence.lead:
        return sentence.kind == "heading"
    return len(words(sentence.text)) < SHORT_WORDS or sentence.text[-1] not in ".!?\"”'’)。！？;:"


def _begins_in(span: LocatedSpan, sentence: Sentence) -> bool:
    return span.document_id == sentence.passage.source.id and sentence.start <= span.start < sentence.end


def _clipped(score: float) -> float:
    return min(max(score, -SCORE_LIMIT), SCORE_LIMIT)
