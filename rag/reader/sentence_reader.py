"""The reader that docquote uses: ranks the sentences of passages by measured features of each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings import Embedder
from rag.calibration import Calibration
from rag.index import Index
from rag.question import answer_kind
from rag.reader.linear import Scoring
from rag.reader.sentence_features import (
    FEATURES,
    Sentence,
    coverage,
    inverse_frequencies,
    sentence_features,
    sentences_of,
    stems_of,
)
from rag.schema import AnswerSpan, Passage, Reading

SPANS = 10
"""Candidates given to the caller."""
EVIDENCE = ("score", "margin", "cosine", "passage_cosine", "passage_coverage", "library_coverage")
"""What the confidence is made of; see ``evidence``."""


class SentenceReader:
    """Scores every sentence of the passages with a logistic regression, and the best with another."""

    name = "sentences"

    def __init__(self, embedder: Embedder, index: Index, scoring: Scoring | None = None) -> None:
        """Reads passages of ``index``, whose word counts tell which words of a question matter."""
        self._embedder = embedder
        self._index = index
        self._scoring = scoring or Scoring.load()

    @property
    def calibration(self) -> Calibration:
        """The threshold that goes with the weights."""
        return self._scoring.calibration

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """The sentences of the passages, the likeliest answer first."""
        sentences = sentences_of(passages)
        if not sentences:
            return Reading((), 0.0)
        rarity = inverse_frequencies(question, self._index.chunk_frequency, self._index.counts()[1])
        features = sentence_features(question, sentences, self._embedder, rarity)
        model = self._scoring.passages if answer_kind(question) == "passage" else self._scoring.facts
        scores = model.scores(FEATURES, features)
        order = [int(i) for i in np.argsort(-scores, kind="stable")]
        missing = sum(value for word, value in rarity.items() if not self._index.chunk_frequency(word))
        proof = evidence(sentences, features, scores, order, rarity, missing)
        spans = tuple(
            AnswerSpan(sentences[i].passage, sentences[i].start, sentences[i].end, None, float(scores[i]))
            for i in order[:SPANS]
        )
        return Reading(spans, self._scoring.confidence.probability(proof))


def evidence(
    sentences: Sequence[Sentence],
    features: NDArray[np.float64],
    scores: NDArray[np.float64],
    order: Sequence[int],
    rarity: dict[str, float],
    missing: float,
) -> dict[str, float]:
    """What speaks for and against the best sentence, under the names in ``EVIDENCE``.

    score: its log-odds. margin: how far the next sentence with other words is behind, in log-odds, at most 5.
    cosine: of question and sentence. passage_cosine: the best of any passage. passage_coverage: the share of the
    question's words, weighted by rarity, in its passage and title. library_coverage: the share in any document.
    """
    best = sentences[order[0]]
    behind = [scores[order[0]] - scores[i] for i in order[1:] if sentences[i].text != best.text]
    stems = stems_of(best.passage.text) | stems_of(best.passage.source.title)
    return {
        "score": float(scores[order[0]]),
        "margin": float(min((*behind, 5.0))),
        "cosine": float(features[order[0], FEATURES.index("cosine")]),
        "passage_cosine": max(sentence.passage.scores.dense or 0.0 for sentence in sentences),
        "passage_coverage": coverage(stems, rarity),
        "library_coverage": 1 - missing / (sum(rarity.values()) or 1.0),
    }
