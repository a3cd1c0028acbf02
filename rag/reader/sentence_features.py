"""What is measured of each sentence of the passages, before anyone decides which one answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from embeddings import Embedder, Vectors
from rag.question import answer_kind, holds_kind
from rag.schema import Passage, Span
from rag.sentences import lines_are_blocks, sentence_spans
from rag.words import content_words, stem, words

FEATURES = ("cosine", "overlap", "overlap_near", "kind", "retrieval", "title_like", "question_like")
"""The columns of ``sentence_features``."""
REMEMBERED_PASSAGES = 8192
"""About 60,000 sentences and 100 MB with a model of 384 dimensions; follow-ups read much the same passages."""
SHORT_WORDS = 4
"""A sentence of fewer words is a title or a fragment more often than an answer."""

Frequency = Callable[[str], int]
"""How many chunks of the index hold a word."""


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


def inverse_frequencies(question: str, frequency: Frequency, chunks: int) -> dict[str, float]:
    """The stems of a question's content words with how rare each is: ``log(1 + chunks / (1 + frequency))``."""
    return {stem(word): math.log(1 + chunks / (1 + frequency(word))) for word in content_words(question)}


def coverage(text_stems: frozenset[str], rarity: dict[str, float]) -> float:
    """The share, 0 to 1, of the question's words that a text holds, each weighted by how rare it is."""
    total = sum(rarity.values())
    return sum(value for word, value in rarity.items() if word in text_stems) / total if total else 0.0


def stems_of(text: str) -> frozenset[str]:
    """The stems of all words of a text."""
    return frozenset(stem(word) for word in words(text))


def passage_encoder(embedder: Embedder) -> Callable[[tuple[str, ...]], Vectors]:
    """Encodes the sentences of one passage, and remembers those of the last ``REMEMBERED_PASSAGES`` passages.

    One call of the model for each passage, so that a vector never depends on what else was asked.
    """
    return lru_cache(maxsize=REMEMBERED_PASSAGES)(embedder.encode_passages)


def sentence_features(
    question: str,
    sentences: Sequence[Sentence],
    question_vector: NDArray[np.float32],
    encode: Callable[[tuple[str, ...]], Vectors],
    rarity: dict[str, float],
) -> NDArray[np.float64]:
    """Measures every sentence, shape ``(len(sentences), len(FEATURES))``.

    cosine: of question and sentence, -1 to 1. overlap: ``coverage`` by the sentence. overlap_near: ``coverage`` by
    the sentence, its neighbours and the document's title. kind: 1 where the sentence has the kind of answer that is
    wanted, -1 where it lacks it, 0 where no pattern tells. retrieval: the passage's fused score over the best.
    title_like: 1 for short sentences and those without a full stop. question_like: 1 for questions.
    """
    of_one_passage = groupby(sentences, key=lambda sentence: sentence.passage.chunk.id)
    vectors = np.vstack([encode(tuple(sentence.text for sentence in group)) for _, group in of_one_passage])
    cosines = vectors @ question_vector
    stems = [stems_of(sentence.text) for sentence in sentences]
    best = max((sentence.passage.scores.fused for sentence in sentences), default=1.0) or 1.0
    kind = answer_kind(question)
    rows: list[tuple[float, ...]] = []
    for i, sentence in enumerate(sentences):
        near = stems[i] | stems_of(sentence.passage.source.title)
        for j in (i - 1, i + 1):
            if 0 <= j < len(sentences) and sentences[j].passage.source.id == sentence.passage.source.id:
                near |= stems[j]
        told = kind not in ("passage", "other")
        rows.append(
            (
                float(cosines[i]),
                coverage(stems[i], rarity),
                coverage(near, rarity),
                0.0 if not told else (1.0 if holds_kind(sentence.text, kind, question) else -1.0),
                sentence.passage.scores.fused / best,
                float(len(words(sentence.text)) < SHORT_WORDS or sentence.text[-1] not in ".!?\"”'’)。！？;:"),
                float(sentence.text.endswith("?")),
            )
        )
    return np.array(rows, dtype=np.float64).reshape(len(sentences), len(FEATURES))


def span_of(sentence: Sentence) -> Span:
    """The characters of the document that a sentence covers."""
    return sentence.start, sentence.end
