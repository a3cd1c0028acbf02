"""The reader that docquote uses: ranks the sentences of passages by what is measured of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings import Embedder
from rag.calibration import Calibration
from rag.index import Index
from rag.question import answer_kind
from rag.reader.evidence import evidence
from rag.reader.linear import Scoring
from rag.reader.sentence_features import (
    FEATURES,
    Sentence,
    inverse_frequencies,
    passage_encoder,
    sentence_features,
    sentences_of,
)
from rag.schema import AnswerSpan, Passage, Reading
from rag.settings import Settings

SPANS = 10
"""Candidates given to the caller."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The sentences of a question's passages and what was measured of them.

    Attributes:
        sentences: in the order of the passages.
        features: shape ``(len(sentences), len(FEATURES))``.
        rarity: stems of the question's words to their weights.
        missing: the weight of those that no document of the index holds.
    """

    sentences: list[Sentence]
    features: NDArray[np.float64]
    rarity: dict[str, float]
    missing: float


class SentenceReader:
    """Scores every sentence of the passages with a logistic regression, and the best with another."""

    name = "sentences"

    def __init__(self, embedder: Embedder, index: Index, scoring: Scoring) -> None:
        """Reads passages of ``index``, whose word counts tell which words of a question matter."""
        self._embedder = embedder
        self._encode = passage_encoder(embedder)
        self._index = index
        self._scoring = scoring

    @classmethod
    def open(cls, embedder: Embedder, index: Index, settings: Settings) -> SentenceReader:
        """The reader with the weights that come with docquote.

        Raises:
            ModelError: they are missing or damaged.
        """
        return cls(embedder, index, Scoring.load())

    @property
    def calibration(self) -> Calibration:
        """The threshold that goes with the weights."""
        return self._scoring.calibration

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """The sentences of the passages, the likeliest answer first."""
        measured = self.measure(question, passages)
        if measured is None:
            return Reading((), 0.0)
        sentences = measured.sentences
        model = self._scoring.passages if answer_kind(question) == "passage" else self._scoring.facts
        scores = model.scores(FEATURES, measured.features)
        order = [int(i) for i in np.argsort(-scores, kind="stable")]
        proof = evidence(sentences, measured.features, scores, order, measured.rarity, measured.missing)
        spans = tuple(
            AnswerSpan(sentences[i].passage, sentences[i].start, sentences[i].end, None, float(scores[i]))
            for i in order[:SPANS]
        )
        return Reading(spans, self._scoring.confidence.probability(proof))

    def measure(self, question: str, passages: Sequence[Passage]) -> Measured | None:
        """Measures every sentence of the passages; None where there is none."""
        sentences = sentences_of(passages)
        if not sentences:
            return None
        rarity = inverse_frequencies(question, self._index.chunk_frequency, self._index.counts()[1])
        missing = sum(value for word, value in rarity.items() if not self._index.chunk_frequency(word))
        vector = self._embedder.encode_queries([question])[0]
        features = sentence_features(question, sentences, vector, self._encode, rarity)
        return Measured(sentences, features, rarity, missing)
