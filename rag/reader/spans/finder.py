"""What the trained reader finds in passages, placed in their documents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.reader.context import reading_context
from rag.reader.spans.decode import UNREAD
from rag.reader.spans.extractive import PassageReading, QuestionPassage
from rag.schema import DocumentOf, Passage, Span
from rag.text.sentences import lines_are_blocks, sentence_spans


class PassageReader(Protocol):
    """What is needed of ``rag.reader.spans.extractive.ExtractiveReader``."""

    def read_all(self, readings: Sequence[QuestionPassage]) -> list[PassageReading]:
        """What is found in each passage."""
        ...


@dataclass(frozen=True, slots=True)
class Sentence:
    """A unit of a passage that may be quoted: a sentence, list item or row.

    Attributes:
        passage: it stands in.
        start, end: in characters of the document.
        text: the unit's own.
        score: how well it answers; above 0, rather than nothing in its passage.
        answerable: log-odds that its passage holds an answer.
    """

    passage: Passage
    start: int
    end: int
    text: str
    score: float = UNREAD
    answerable: float = UNREAD


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


@dataclass(frozen=True, slots=True)
class Findings:
    """What the trained reader made of a question's passages.

    Attributes:
        sentences: the units of all passages in their order; one that two overlapping chunks share is taken once, with
            the better score.
        spans: words that may answer, likewise.
        contexts: what each passage was read under, by the id of its chunk.
    """

    sentences: list[Sentence]
    spans: list[LocatedSpan]
    contexts: dict[int, str]


def units_of(passage: Passage) -> list[Span]:
    """The sentences, items and rows of a passage, in its characters."""
    return sentence_spans(passage.text, lines_are_blocks=lines_are_blocks(passage.source.media_type))


def read_passages(
    reader: PassageReader, question: str, passages: Sequence[Passage], document_of: DocumentOf
) -> Findings:
    """Reads every passage under its title, heading and lead-in."""
    contexts = {one.chunk.id: reading_context(document_of(one.source.id), one.chunk.start) for one in passages}
    units = [units_of(passage) for passage in passages]
    asked = [
        QuestionPassage(question, passage.text, contexts[passage.chunk.id], spans)
        for passage, spans in zip(passages, units, strict=True)
    ]
    sentences: dict[tuple[str, int, int], Sentence] = {}
    best: dict[tuple[str, int, int], float] = {}
    for passage, spans, found in zip(passages, units, reader.read_all(asked), strict=True):
        document, offset = passage.source.id, passage.chunk.start
        for (start, end), score in zip(spans, found.units.tolist(), strict=True):
            key = (document, start + offset, end + offset)
            if key not in sentences or score > sentences[key].score:
                made = Sentence(passage, key[1], key[2], passage.text[start:end], score, found.answerable)
                sentences[key] = made
        for span in found.spans:
            key = (document, offset + span.start, offset + span.end)
            best[key] = max(span.score, best.get(key, -math.inf))
    return Findings(list(sentences.values()), [LocatedSpan(*key, score) for key, score in best.items()], contexts)
