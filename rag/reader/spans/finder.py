"""What the trained reader finds in passages, placed in their documents."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.reader.spans.decode import UNREAD
from rag.reader.spans.extractive import PassageReading, QuestionPassage
from rag.reader.spans.view import View, view_of
from rag.schema import Passage, Span
from rag.text.questions import answered
from rag.text.units import Unit, UnitKind, passage_units


class PassageReader(Protocol):
    """What is needed of ``rag.reader.spans.extractive.ExtractiveReader``."""

    def read_all(self, readings: Sequence[QuestionPassage]) -> list[PassageReading]:
        """What is found in each passage."""
        ...


@dataclass(frozen=True, slots=True)
class Sentence:
    """What may be quoted of a passage: a sentence, list item or row, or what answers a question that the text asks.

    Attributes:
        passage: it stands in.
        start, end: in characters of the document.
        text: its own.
        told: the same as it is understood: after the question that it answers, a row with what its columns say.
        kind: of the unit that it is.
        score: how well it answers, or the question before it does; above 0, rather than nothing in its passage.
        answerable: log-odds that its passage holds an answer.
        lead: the question, in characters of the document; None where there is none.
    """

    passage: Passage
    start: int
    end: int
    text: str
    told: str
    kind: UnitKind
    score: float = UNREAD
    answerable: float = UNREAD
    lead: Span | None = None


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
        sentences: what may be quoted of all passages, in their order; what two overlapping chunks share is taken once,
            with the better score. The header row of a table is no answer, and neither is a question.
        spans: words that may answer, likewise.
    """

    sentences: list[Sentence]
    spans: list[LocatedSpan]


def read_passages(reader: PassageReader, question: str, passages: Sequence[Passage]) -> Findings:
    """Reads every passage under its context."""
    units = [passage_units(passage) for passage in passages]
    views = [view_of(passage.text, inside) for passage, inside in zip(passages, units, strict=True)]
    asked = [
        QuestionPassage(question, view.text, passage.context, view.units)
        for passage, view in zip(passages, views, strict=True)
    ]
    sentences: dict[tuple[str, int, int], Sentence] = {}
    best: dict[tuple[str, int, int], float] = {}
    for passage, inside, view, found in zip(passages, units, views, reader.read_all(asked), strict=True):
        document, offset = passage.source.id, passage.chunk.start
        quotable = list(_sentences(passage, inside, view, found))
        for made in quotable:
            key = (document, made.start, made.end)
            other = sentences.get(key)
            if other is None or (made.lead is not None, made.score) > (other.lead is not None, other.score):
                sentences[key] = made
        for span in found.spans:
            words = view.in_passage((span.start, span.end))
            if words is None:
                continue
            key = (document, offset + words[0], offset + words[1])
            if any(made.start <= key[1] < made.end for made in quotable):
                best[key] = max(span.score, best.get(key, -math.inf))
    return Findings(list(sentences.values()), [LocatedSpan(*key, score) for key, score in best.items()])


def _sentences(passage: Passage, units: Sequence[Unit], view: View, found: PassageReading) -> Iterator[Sentence]:
    """What may be quoted of a passage, in order."""
    offset, scores = passage.chunk.start, found.units.tolist()
    answers = answered(passage.text, units)
    answering = {number for numbers in answers.values() for number in numbers}
    for number, unit in enumerate(units):
        if unit.kind == "header" or number in answering:
            continue
        numbers = answers.get(number, range(number, number + 1))
        start, end = units[numbers[0]].start, units[numbers[-1]].end
        score = max(scores[one] for one in (number, *numbers))
        lead = (offset + unit.start, offset + unit.end) if number in answers else None
        text = passage.text[start:end]
        told = view.text[view.units[number][0] : view.units[numbers[-1]][1]]
        kind = units[numbers[0]].kind
        yield Sentence(passage, offset + start, offset + end, text, told, kind, score, found.answerable, lead)
