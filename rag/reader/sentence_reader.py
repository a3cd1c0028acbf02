"""The reader that docquote uses: ranks the sentences of passages by what is measured of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from embeddings import Embedder
from rag.index import Index
from rag.reader.answer_kind import answer_kind
from rag.reader.calibration import Calibration
from rag.reader.evidence import evidence
from rag.reader.linear import Models, Scoring
from rag.reader.sentence_features import Measured, best_span_of, measured, measured_again
from rag.reader.spans.extractive import ExtractiveReader
from rag.reader.spans.finder import LocatedSpan, PassageReader, Sentence, read_passages
from rag.reader.spans.shipped import LARGE_PATH, LARGE_SHA256, verify_weights
from rag.schema import AnswerSpan, Passage, Reading
from rag.settings import Settings
from rag.text.rarity import inverse_frequencies
from rag.text.words import whole_words

BUNDLED = "bundled"
BUNDLED_SMALL = "bundled-small"
HIGHLIGHT_SCORE = 0.0
"""Below the best sentence, a span is marked only if the reader prefers it to "no answer in this passage"."""
SPANS = 10
"""Candidates given to the caller."""
READ_AGAIN = 5
"""Passages that the large network reads. Of 400 kept practical questions it is shown the evidence of 90% with five of
fifteen, and of 85% with three of ten."""
SURE = (0.03, 0.85)
"""Where the first estimate is below or above, nothing is read again: of 2,596 questions of the scoring's fit, out of
fold, 27% (of the practical ones 15%), and answers are as often right: .783 for .784 of those given, .684 for .683 of
those that are answerable."""

_OPENING = Lock()
_verified = cache(verify_weights)  # once in a process: it takes 0.15 s


@dataclass(frozen=True, slots=True)
class Ranked:
    """The candidates of a question in order.

    Attributes:
        found: what was measured of them.
        scores: the log-odds of each, in the order of ``found.candidates``.
        order: their indices, the likeliest first.
    """

    found: Measured
    scores: NDArray[np.float64]
    order: list[int]

    @classmethod
    def of(cls, question: str, found: Measured, models: Models) -> Ranked:
        """As these models rank what was measured."""
        scores = models.ranking(answer_kind(question)).scores(found.names, found.candidate_features)
        return cls(found, scores, np.argsort(-scores, kind="stable").tolist())

    @property
    def sentences(self) -> list[Sentence]:
        """The candidates, the likeliest first."""
        candidates = self.found.candidates
        return [candidates[i] for i in self.order]

    @property
    def passages(self) -> list[Passage]:
        """The candidates' passages, in the order of the best candidate in each."""
        return list({one.passage.chunk.id: one.passage for one in self.sentences}.values())

    def proof(self, question: str) -> dict[str, float]:
        """What speaks for and against the likeliest."""
        return evidence(question, self.found, self.scores, self.order)


class SentenceReader:
    """Quotes whole sentences and marks in them the words that the networks found.

    A small network reads all passages, and a large one the best few of them unless that has settled it. After each of
    the readings the sentences are ranked by a logistic regression over what is measured of them, the networks' scores
    among that; the best one's evidence is turned into a probability by another.
    """

    def __init__(
        self,
        small: PassageReader,
        large: Callable[[], PassageReader] | None,
        embedder: Embedder,
        index: Index,
        scoring: Scoring,
        name: str,
    ) -> None:
        """Reads passages of ``index``, whose word counts tell which words of a question matter.

        ``large`` is called when it is needed first; None: there is no second reading.
        """
        self.name = name
        self._small = small
        self._large = large
        self._embedder = embedder
        self._index = index
        self._scoring = scoring

    @classmethod
    def open(cls, embedder: Embedder, index: Index, settings: Settings) -> SentenceReader:
        """The reader with the weights that come with docquote, or with a model of the user's for the spans.

        Raises:
            ModelError: weights are missing or altered.
        """
        model = settings.reader_model
        ours = model in (BUNDLED, BUNDLED_SMALL)
        small = ExtractiveReader.small() if ours else ExtractiveReader.from_folder(Path(model))
        large = None
        if model == BUNDLED:
            _verified(LARGE_PATH, LARGE_SHA256)
            large = shared_large
        return cls(small, large, embedder, index, Scoring.load(), model)

    @property
    def calibration(self) -> Calibration:
        """The threshold that goes with the weights."""
        return self._scoring.calibration

    def prepare(self) -> None:
        """Opens the large network, if there is one."""
        if self._large:
            self._large()

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """The sentences of the passages, the likeliest answer first."""
        found = self.measure(question, passages)
        if found is None:
            return Reading((), 0.0)
        models = self._scoring.first
        ranked = Ranked.of(question, found, models)
        proof = ranked.proof(question)
        if self._large and SURE[0] <= models.confidence.probability(proof) <= SURE[1]:
            models = self._scoring.second
            ranked = Ranked.of(question, self.measure_again(question, ranked), models)
            proof = ranked.proof(question)
        best = ranked.sentences[0]
        spans = tuple(
            _answer(sentence, ranked.found.spans, float(ranked.scores[i]), is_best=sentence is best)
            for i, sentence in zip(ranked.order[:SPANS], ranked.sentences, strict=False)
        )
        probability, holds = models.confidence.probability(proof), models.holds.probability(proof)
        return Reading(spans, probability, max(holds, probability))

    def measure(self, question: str, passages: Sequence[Passage]) -> Measured | None:
        """Measures the sentences of the passages once the small network has read them; None where there is none."""
        findings = read_passages(self._small, question, passages)
        if not findings.sentences:
            return None
        frequency = cache(self._index.chunk_frequency)
        rarity = inverse_frequencies(question, frequency, self._index.counts()[1])
        missing = sum(value for word, value in rarity.items() if not frequency(word))
        return measured(question, findings, rarity, missing, self._embedder)

    def measure_again(self, question: str, first: Ranked) -> Measured:
        """Measures them once the large network has read the best of the passages."""
        assert self._large
        findings = read_passages(self._large(), question, first.passages[:READ_AGAIN])
        return measured_again(first.found, findings, self._embedder)


def shared_large() -> ExtractiveReader:
    """The large network, opened when it is needed first and once in a process: it takes a second and 140 MB."""
    with _OPENING:
        return _large()


@cache
def _large() -> ExtractiveReader:
    _verified(LARGE_PATH, LARGE_SHA256)
    return ExtractiveReader.large(LARGE_PATH, None)


def _answer(sentence: Sentence, spans: Sequence[LocatedSpan], score: float, *, is_best: bool) -> AnswerSpan:
    """The sentence as a candidate answer, with the words that answer where the networks found some."""
    span = best_span_of(sentence, spans)
    if span is None or (span.score < HIGHLIGHT_SCORE and not is_best):
        return AnswerSpan(sentence.passage, sentence.start, sentence.end, None, score, sentence.lead)
    passage, offset = sentence.passage, sentence.passage.chunk.start
    start, end = whole_words(passage.text, (span.start - offset, min(span.end, sentence.end) - offset))
    return AnswerSpan(passage, sentence.start, sentence.end, (start + offset, end + offset), score, sentence.lead)
