"""Spans that a reader found -> the answer that a person sees, or an honest refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.question import answer_kind
from rag.schema import Answer, AnswerSpan, Citation, Document, Passage, Reading
from rag.values import Value, at_odds, value_of

NEAREST = 3
"""Passages shown where there is no answer."""
EXTRA_MARGIN = 1.0
"""A further sentence is quoted if its score is at most this far below the best; for why, how and lists, twice it."""

AGREEING_MARGIN = 3.0
"""A sentence of another document that gives the same answer is cited beside it down to this far below the best."""
FURTHER = 8
"""Documents cited beside the answer, because they agree or are at odds with it."""

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
            also=_citations(further_spans(reading.spans, quoted), document_of, len(quoted) + 1),
            missing_words=tuple(missing_words),
            passages=tuple(passages),
        )
    return Answer(
        question=question,
        interpreted_as=interpreted_as,
        found=False,
        confidence=confidence,
        citations=(),
        # what came nearest is no answer, so no words of it are marked as one
        nearest=_citations([replace(span, highlight=None) for span in reading.spans[:NEAREST]], document_of),
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


def further_spans(spans: Sequence[AnswerSpan], quoted: Sequence[AnswerSpan]) -> list[AnswerSpan]:
    """Sentences of documents that are not quoted, which say the same as the best one or are at odds with it.

    One for each document, the best first. Nothing is compared where no words are highlighted. What is at odds has to
    be nearly as good as the best sentence, since an unrelated number would be taken for a contradiction; what agrees
    need not be.
    """
    answer = _highlighted(quoted[0])
    if answer is None:
        return []
    told = {span.passage.source.id for span in quoted}
    further: list[AnswerSpan] = []
    for span in spans:
        said = _highlighted(span)
        if said is None or span.passage.source.id in told or len(further) >= FURTHER:
            continue
        margin = AGREEING_MARGIN if said == answer else EXTRA_MARGIN if at_odds(answer, said) else None
        if margin is not None and span.score >= spans[0].score - margin:
            further.append(span)
            told.add(span.passage.source.id)
    return further


def _highlighted(span: AnswerSpan) -> Value | None:
    if span.highlight is None:
        return None
    start, end = (offset - span.passage.chunk.start for offset in span.highlight)
    return value_of(span.passage.text[start:end])


def _citations(spans: Sequence[AnswerSpan], document_of: DocumentOf, first: int = 1) -> tuple[Citation, ...]:
    return tuple(citation(number, span, document_of) for number, span in enumerate(spans, start=first))


def _repeats(span: AnswerSpan, other: AnswerSpan) -> bool:
    """Whether two quotes are the same words, or share some of the same document."""
    if span.text.casefold().split() == other.text.casefold().split():
        return True
    same_document = span.passage.source.id == other.passage.source.id
    return same_document and span.start < other.end and other.start < span.end


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
