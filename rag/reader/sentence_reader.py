"""The reader that docquote uses: ranks the sentences of passages by what is measured of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings import Embedder
from rag.index import Index
from rag.reader.answer_kind import answer_kind
from rag.reader.calibration import Calibration
from rag.reader.evidence import evidence
from rag.reader.linear import Scoring
from rag.reader.sentence_features import (
    FEATURES,
    add_cosines,
    best_span_of,
    promising,
    sentence_features,
)
from rag.reader.spans.extractive import ExtractiveReader
from rag.reader.spans.finder import Findings, LocatedSpan, PassageReader, Sentence, read_passages
from rag.schema import AnswerSpan, Passage, Reading
from rag.settings import Settings
from rag.text.rarity import inverse_frequencies

BUNDLED = "bundled"
HIGHLIGHT_SCORE = 0.0
"""Below the best sentence, a span is marked only if the reader prefers it to "no answer in this passage"."""
SPANS = 10
"""Candidates given to the caller."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The sentences of a question's passages and what was measured of them.

    Attributes:
        sentences: the promising ones, in the order of the passages.
        findings: what the trained reader made of all of them.
        features: shape ``(len(sentences), len(FEATURES))``.
        rarity: stems of the question's words to their weights.
        missing: the weight of those that no document of the index holds.
    """

    sentences: list[Sentence]
    findings: Findings
    features: NDArray[np.float64]
    rarity: dict[str, float]
    missing: float


class SentenceReader:
    """Quotes whole sentences and marks in them the words that the trained reader found.

    Every sentence of the passages is scored by a logistic regression over what is measured of it, the trained
    reader's spans among that; the best one's evidence is turned into a probability by another.
    """

    def __init__(
        self,
        finder: PassageReader,
        embedder: Embedder,
        index: Index,
        scoring: Scoring,
        name: str,
    ) -> None:
        """Reads passages of ``index``, whose word counts tell which words of a question matter."""
        self.name = name
        self._finder = finder
        self._embedder = embedder
        self._index = index
        self._scoring = scoring

    @classmethod
    def open(cls, embedder: Embedder, index: Index, settings: Settings) -> SentenceReader:
        """The reader with the weights that come with docquote, or with a model of the user's for the spans.

        Raises:
            ModelError: weights are missing or altered.
        """
        if settings.reader_model == BUNDLED:
            finder = ExtractiveReader.bundled()
        else:
            finder = ExtractiveReader.from_folder(Path(settings.reader_model))
        return cls(finder, embedder, index, Scoring.load(), settings.reader_model)

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
        proof = evidence(
            question,
            measured.findings,
            sentences,
            measured.features,
            scores,
            order,
            measured.rarity,
            measured.missing,
        )
        found = measured.findings.spans
        spans = tuple(_answer(sentences[i], found, float(scores[i]), is_best=i == order[0]) for i in order[:SPANS])
        probability, holds = self._scoring.confidence.probability(proof), self._scoring.holds.probability(proof)
        return Reading(spans, probability, max(holds, probability))

    def measure(self, question: str, passages: Sequence[Passage]) -> Measured | None:
        """Measures the promising sentences of the passages; None where there is no sentence."""
        findings = read_passages(self._finder, question, passages)
        if not findings.sentences:
            return None
        frequency = cache(self._index.chunk_frequency)
        rarity = inverse_frequencies(question, frequency, self._index.counts()[1])
        missing = sum(value for word, value in rarity.items() if not frequency(word))
        features = sentence_features(question, findings, rarity)
        kept = promising(features)
        features, sentences = features[kept], [findings.sentences[i] for i in kept]
        add_cosines(features, question, sentences, self._embedder)
        return Measured(sentences, findings, features, rarity, missing)


def _answer(sentence: Sentence, spans: Sequence[LocatedSpan], score: float, *, is_best: bool) -> AnswerSpan:
    """The sentence as a candidate answer, with the words that answer where the trained reader found some."""
    span = best_span_of(sentence, spans)
    if span is None or (span.score < HIGHLIGHT_SCORE and not is_best):
        return AnswerSpan(sentence.passage, sentence.start, sentence.end, None, score, sentence.lead)
    marked = (span.start, min(span.end, sentence.end))
    return AnswerSpan(sentence.passage, sentence.start, sentence.end, marked, score, sentence.lead)
