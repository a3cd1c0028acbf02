"""Spans that a reader found -> the quotes that a person sees, or what came nearest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answer.quotes import COMPOSED, complete, composed_spans, groups_of, overlaps, without_headings
from rag.question.kind import QuestionKind
from rag.schema import AnswerSpan, Citation, Document, DocumentOf, Group, Outcome, Reading, Span, Words
from rag.text.context import header_of, header_row, introducing_line
from rag.text.quantities import Value, at_odds, value_of

NEAREST = 3
"""Passages shown where there is no answer."""
EXTRA_MARGIN = 1.0
"""A further sentence is quoted if its score is at most this far below the best."""

AGREEING_MARGIN = 3.0
"""A sentence of another document that gives the same answer is cited beside it down to this far below the best."""
FURTHER = 8
"""Documents cited beside the answer, because they agree or are at odds with it."""


@dataclass(frozen=True, slots=True)
class Quotes:
    """The quotes of an answer, or what came nearest to one; the attributes of ``Answer`` of these names."""

    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    also: tuple[Citation, ...] = ()
    groups: tuple[Group, ...] = ()
    best: int = 1


def compose(
    reading: Reading,
    *,
    kind: QuestionKind,
    outcome: Outcome,
    quotes: int,
    answer_tokens: int,
    document_of: DocumentOf,
) -> Quotes:
    """Chooses what is quoted.

    Args:
        reading: what the reader made of the passages.
        kind: of the question.
        outcome: whether to answer (there are spans then), to show what may answer, or what came nearest.
        quotes: at most so many sentences where a few words can answer.
        answer_tokens: at most so many tokens of quotes where a few words cannot.
        document_of: looks a document up.
    """
    if outcome == "found" and kind in COMPOSED:
        return grouped([("", composed_spans(kind, reading.spans, document_of, answer_tokens))], document_of)
    spans = without_headings(reading.spans, document_of)
    if outcome == "perhaps":
        nearest = [complete(span, document_of(span.passage.source.id)) for span in _best_of_passages(spans)[:NEAREST]]
        return Quotes(nearest=_citations(nearest, document_of))
    if outcome == "not found":
        # what came nearest is no answer, so no words of it are marked as one
        nearest = [replace(span, highlight=None) for span in spans[:NEAREST]]
        return Quotes(nearest=_citations(nearest, document_of))
    quoted = [complete(span, document_of(span.passage.source.id)) for span in chosen_spans(spans, quotes)]
    return Quotes(
        citations=_citations(quoted, document_of),
        also=_citations(further_spans(spans, quoted), document_of, len(quoted) + 1),
    )


def _best_of_passages(spans: Sequence[AnswerSpan]) -> list[AnswerSpan]:
    """The best span of each passage, in the order of the spans; neighbouring passages share sentences."""
    best: list[AnswerSpan] = []
    for span in spans:
        if not any(span.passage.chunk == one.passage.chunk or overlaps(span, one) for one in best):
            best.append(span)
    return best


def grouped(sides: Sequence[tuple[str, Sequence[AnswerSpan]]], document_of: DocumentOf) -> Quotes:
    """Several quotes, by document; for a comparison, by side.

    Args:
        sides: the name of each side and its quotes in order; one without a name where it does not matter whose they
            are. At least one has a quote.
        document_of: looks a document up.
    """
    spans = [span for _, quoted in sides for span in quoted]
    citations = _citations(spans, document_of)
    groups: list[Group] = []
    for name, quoted in sides:
        first = sum(len(group.numbers) for group in groups)
        groups += groups_of(citations[first : first + len(quoted)], name)
    likeliest = max(range(len(spans)), key=lambda i: spans[i].score)
    alone = len(citations) == 1 and len(groups) == 1 and not groups[0].side
    return Quotes(citations, groups=() if alone else tuple(groups), best=1 + likeliest)


def chosen_spans(spans: Sequence[AnswerSpan], quotes: int) -> list[AnswerSpan]:
    """The sentences to quote: the best one, then those nearly as good, nothing twice, the best first."""
    chosen: list[AnswerSpan] = []
    for span in spans:
        near_enough = span.score >= spans[0].score - EXTRA_MARGIN
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
    return value_of(span.marked) if span.highlight else None


def _citations(spans: Sequence[AnswerSpan], document_of: DocumentOf, first: int = 1) -> tuple[Citation, ...]:
    return tuple(citation(number, span, document_of) for number, span in enumerate(spans, start=first))


def _repeats(span: AnswerSpan, other: AnswerSpan) -> bool:
    """Whether two quotes are the same words, or share some of the same document."""
    if span.text.casefold().split() == other.text.casefold().split():
        return True
    return overlaps(span, other)


def citation(number: int, span: AnswerSpan, document_of: DocumentOf) -> Citation:
    """The citation of a span: its quote is cut from the stored document, not from the passage.

    A table is quoted from its first row on, under the one that heads it.
    """
    document = document_of(span.passage.source.id)
    span = _below_header(span, document)
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
        recognised=document.sureness(span.start, span.end),
        place=document.place_at(span.start),
        header=_words(document, header_row(document, span.start)),
        lead=_words(document, span.lead or introducing_line(document.text, span.start)),
    )


def _below_header(span: AnswerSpan, document: Document) -> AnswerSpan:
    table = next((one for one in document.sections if one.kind == "table" and one.start == span.start), None)
    header = header_of(table) if table else None
    rows = document.text[header[1] : span.end] if header else ""
    return replace(span, start=span.end - len(rows.lstrip())) if rows.strip() else span


def _words(document: Document, span: Span | None) -> Words | None:
    return Words(*span, document.text[slice(*span)]) if span else None
