"""Spans of the trained reader, placed in their documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.reader.spans.decode import FoundSpan
from rag.schema import Passage


class SpanFinder(Protocol):
    """What is needed of ``rag.reader.spans.extractive.ExtractiveReader``."""

    def read(self, question: str, passages: Sequence[str], top_n: int = ...) -> list[list[FoundSpan]]:
        """Each passage's best spans, the best first."""
        ...


@dataclass(frozen=True, slots=True)
class LocatedSpan:
    """Words that may answer: characters ``start:end`` of a document.

    ``score`` is above 0 where the reader prefers them to "no answer in this passage"; comparable between the passages
    of one question.
    """

    document_id: str
    start: int
    end: int
    score: float


def find_spans(finder: SpanFinder, question: str, passages: Sequence[Passage]) -> list[LocatedSpan]:
    """The spans of all passages; of one that two overlapping chunks share, the better score."""
    texts = [passage.text for passage in passages]
    best: dict[tuple[str, int, int], float] = {}
    for passage, found in zip(passages, finder.read(question, texts), strict=True):
        for span in found:
            key = (
                passage.source.id,
                passage.chunk.start + span.start,
                passage.chunk.start + span.end,
            )
            best[key] = max(span.score, best.get(key, span.score))
    return [LocatedSpan(*key, score) for key, score in best.items()]
