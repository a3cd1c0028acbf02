"""Spans that a reader found -> the answer that a person sees, or an honest refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.question import answer_kind
from rag.schema import Answer, AnswerSpan, Citation, Document, Passage, Reading

NEAREST = 3
"""Passages shown where there is no answer."""
EXTRA_MARGIN = 1.0
"""A further sentence is quoted if its score is at most this far below the best; for why, how and lists, twice it."""

DocumentOf = Callable[[str], Document]
"""A document by its id."""


def compose(
    question: str,
    interpreted_as: str,
    passages: Sequence[Passage],
    reading: Reading,
    *,
    found: bool,
    confidence: float,
    quotes: int,
    missing_words: Sequence[str],
    document_of: DocumentOf,
) -> Answer:
    """Puts the answer together.

    Args:
        question, interpreted_as: as asked, and as searched for.
        passages: everything that was read.
        reading: what the reader made of them.
        found: whether to answer; a reading without spans is never answered.
        confidence: 0 to 1.
        quotes: at most so many sentences.
        missing_words: content words of the question that no document holds.
        document_of: looks a document up.
    """
    if found and reading.spans:
        quoted = chosen_spans(interpreted_as, reading.spans, quotes)
        return Answer(
            question=question,
            interpreted_as=interpreted_as,
            found=True,
            confidence=confidence,
            citations=_citations(quoted, document_of),
            missing_words=tuple(missing_words),
            passages=tuple(passages),
        )
    return Answer(
        question=question,
        interpreted_as=interpreted_as,
        found=False,
        confidence=confidence,
        citations=(),
        nearest=_citations(reading.spans[:NEAREST], document_of),
        missing_words=tuple(missing_words),
        passages=tuple(passages),
    )


def chosen_spans(question: str, spans: Sequence[AnswerSpan], quotes: int) -> list[AnswerSpan]:
    """The sentences to quote: the best one, then those nearly as good, nothing twice, the best first."""
    margin = EXTRA_MARGIN * (2 if answer_kind(question) == "passage" else 1)
    chosen: list[AnswerSpan] = []
    for span in spans:
        near_enough = span.score >= spans[0].score - margin
        if len(chosen) < quotes and near_enough and not any(_repeats(span, other) for other in chosen):
            chosen.append(span)
    return chosen


def _repeats(span: AnswerSpan, other: AnswerSpan) -> bool:
    """Whether two quotes are the same words, or share some of the same document."""
    if span.text.casefold().split() == other.text.casefold().split():
        return True
    same_document = span.passage.source.id == other.passage.source.id
    return same_document and span.start < other.end and other.start < span.end


def _citations(spans: Sequence[AnswerSpan], document_of: DocumentOf) -> tuple[Citation, ...]:
    return tuple(citation(number, span, document_of) for number, span in enumerate(spans, start=1))


def citation(number: int, span: AnswerSpan, document_of: DocumentOf) -> Citation:
    """The citation of a span: its quote is cut from the stored document, not from the passage."""
    document = document_of(span.passage.source.id)
    source = document.source
    return Citation(
        number=number,
        document=source.name,
        path=source.path,
        title=source.title,
        date=source.date,
        page=document.page_at(span.start),
        heading=document.heading_at(span.start),
        start=span.start,
        end=span.end,
        quote=document.text[span.start : span.end],
        highlight=span.highlight,
        document_id=source.id,
    )
