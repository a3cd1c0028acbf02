"""The second reading: which passages the large network is shown, and what its findings change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, make_document, make_index

from rag.errors import ModelError
from rag.logistic import logit
from rag.reader import sentence_reader
from rag.reader.calibration import Calibration
from rag.reader.evidence import EVIDENCE, SECOND_EVIDENCE, evidence
from rag.reader.linear import LinearModel, Models, Scoring
from rag.reader.sentence_features import FEATURES, LARGE, NETWORK, SECOND_FEATURES
from rag.reader.sentence_reader import READ_AGAIN, Ranked, SentenceReader
from rag.reader.spans.decode import FoundSpan
from rag.reader.spans.extractive import PassageReading, QuestionPassage
from rag.retrieval import Retriever
from rag.schema import Passage

TOPICS = ("mill", "barn", "weir", "well", "lane", "gate")
QUESTION = "Who keeps the keys of the village?"


class Preferring:
    """A network that finds the answer in the sentences with a word, and notes what it is shown."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.shown: list[str] = []

    def read_all(self, readings: Sequence[QuestionPassage]) -> list[PassageReading]:
        self.shown += [one.passage for one in readings]
        return [self._read(one) for one in readings]

    def _read(self, one: QuestionPassage) -> PassageReading:
        scores = np.array([4.0 if self.word in one.passage[start:end] else -4.0 for start, end in one.units or ()])
        at = one.passage.find(self.word)
        spans = [FoundSpan(at, at + len(self.word), 4.0, 2.0, 2.0, 0.0)] if at >= 0 else []
        return PassageReading(spans, scores, 3.0 if spans else -3.0)


def _ranking(names: Sequence[str], **weights: float) -> LinearModel:
    return LinearModel({name: weights.get(name, 0.0) for name in names}, 0.0)


def _models(names: Sequence[str], proof: Sequence[str], by: str, sure: float = 0.5) -> Models:
    ranking, probability = _ranking(names, **{by: 10.0}), LinearModel(dict.fromkeys(proof, 0.0), logit(sure))
    return Models(ranking, ranking, probability, probability)


def _scoring(sure: float = 0.5) -> Scoring:
    """A scoring whose first estimate is always ``sure``, and the second even odds."""
    return Scoring(
        _models(FEATURES, EVIDENCE, "unit", sure),
        _models(SECOND_FEATURES, SECOND_EVIDENCE, LARGE + "unit"),
        Calibration(1.0, 0.0, 0.5),
    )


SCORING = _scoring()


@pytest.fixture
def library(tmp_path: Path) -> tuple[SentenceReader, Preferring, Preferring, list[Passage]]:
    """A reader whose two networks disagree, and six passages of which the last ones lack both of their words."""
    texts = [f"The {topic} has keys of the village. The {topic} is old. It was mended by Ann." for topic in TOPICS]
    texts[0] = "Bob keeps the keys of the village. The mill is old. Ann mends them."
    made = [make_document(f"{topic}.txt", text) for topic, text in zip(TOPICS, texts, strict=True)]
    index = make_index(tmp_path, *made)
    small, large = Preferring("mended"), Preferring("Bob")
    reader = SentenceReader(small, lambda: large, FakeEmbedder(), index, SCORING, "fake")
    return reader, small, large, Retriever(index, FakeEmbedder()).retrieve(QUESTION, k=6)


def test_the_large_network_reads_the_best_passages_alone(
    library: tuple[SentenceReader, Preferring, Preferring, list[Passage]],
) -> None:
    reader, small, large, passages = library
    reader.read(QUESTION, passages)
    assert len(small.shown) == len(passages) == 6
    assert len(large.shown) == READ_AGAIN and all("mended" in text for text in large.shown)


@pytest.mark.parametrize(("sure", "again"), [(0.02, False), (0.04, True), (0.84, True), (0.86, False)])
def test_what_the_first_reading_settles_is_not_read_again(
    library: tuple[SentenceReader, Preferring, Preferring, list[Passage]], sure: float, again: bool
) -> None:
    _, small, large, passages = library
    reader = SentenceReader(small, lambda: large, FakeEmbedder(), library[0]._index, _scoring(sure), "fake")
    assert reader.read(QUESTION, passages).confidence == pytest.approx(0.5 if again else sure)
    assert bool(large.shown) == again


def test_what_the_large_network_prefers_comes_first(
    library: tuple[SentenceReader, Preferring, Preferring, list[Passage]],
) -> None:
    reader, small, _, passages = library
    small.word = "Ann mends"  # so that its passage is among those that are read again
    best = reader.read(QUESTION, passages).spans[0]
    text = best.passage.text
    offset = best.passage.chunk.start
    assert text[best.start - offset : best.end - offset] == "Bob keeps the keys of the village."
    assert best.highlight is not None
    assert text[best.highlight[0] - offset : best.highlight[1] - offset] == "Bob"


def test_what_was_not_read_again_counts_as_not_answering(
    library: tuple[SentenceReader, Preferring, Preferring, list[Passage]],
) -> None:
    reader, _, _, passages = library
    first = reader.measure(QUESTION, passages)
    assert first is not None and tuple(first.names) == FEATURES
    second = reader.measure_again(QUESTION, Ranked.of(QUESTION, first, SCORING.first))
    assert tuple(second.names) == SECOND_FEATURES
    unit = second.features[:, SECOND_FEATURES.index(LARGE + "unit")]
    read = np.array(["mended" in one.passage.text for one in second.sentences])
    assert (unit[~read] == -1.0).all() and (unit[read] > -1.0).any()
    assert np.array_equal(second.features[:, : len(NETWORK)], first.features[:, : len(NETWORK)])


def test_the_evidence_has_the_names_that_are_promised(
    library: tuple[SentenceReader, Preferring, Preferring, list[Passage]],
) -> None:
    reader, _, _, passages = library
    first = reader.measure(QUESTION, passages)
    assert first is not None
    second = reader.measure_again(QUESTION, Ranked.of(QUESTION, first, SCORING.first))
    for found, names in ((first, EVIDENCE), (second, SECOND_EVIDENCE)):
        order = list(range(len(found.candidates)))
        assert set(evidence(QUESTION, found, np.zeros(len(order)), order)) == set(names)


def test_a_damaged_large_network_is_named_when_the_reader_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "large.safetensors"
    damaged.write_bytes(b"not the weights")
    monkeypatch.setattr(sentence_reader, "LARGE_PATH", damaged)
    index = make_index(tmp_path / "index")
    with pytest.raises(ModelError, match=r"large\.safetensors is damaged"):
        SentenceReader.open(FakeEmbedder(), index, FAKE_SETTINGS)
