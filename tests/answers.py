"""Hand-made answers, for tests of what is kept, exported and counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from core_fakes import make_document

from rag.schema import Answer, Chunk, Citation, Passage, Scores, Span

LEAD = "The club met. "


def make_citation(
    quote: str,
    *,
    number: int = 1,
    name: str = "minutes.txt",
    highlight: Span | None = None,
    day: date | None = None,
    page: int | None = None,
) -> Citation:
    """A citation of a quote that stands after ``LEAD``; the highlight counts from the start of the quote."""
    source = make_document(name, LEAD + quote, day=day).source
    start = len(LEAD)
    return Citation(
        number=number,
        document=name,
        path=source.path,
        title=source.title,
        date=day,
        page=page,
        heading=None,
        start=start,
        end=start + len(quote),
        quote=quote,
        highlight=(start + highlight[0], start + highlight[1]) if highlight else None,
        document_id=source.id,
    )


def make_answer(
    question: str,
    quote: str,
    *,
    name: str = "minutes.txt",
    highlight: Span | None = None,
    day: date | None = None,
    page: int | None = None,
) -> Answer:
    """An answer of one quote, with the passage that it was read in."""
    document = make_document(name, LEAD + quote, day=day)
    chunk = Chunk(1, document.source.id, 0, len(document.text))
    return Answer(
        question=question,
        interpreted_as=question,
        outcome="found",
        confidence=0.875,
        citations=(make_citation(quote, name=name, highlight=highlight, day=day, page=page),),
        passages=(Passage(chunk, document.source, document.text, 1, Scores(0.9, 0.8, 12.5, 1, 2)),),
    )


def refusal(question: str) -> Answer:
    """What is said where the documents do not hold the answer."""
    answer = make_answer(question, "The roof leaks.", name="roof.txt")
    return replace(
        answer, outcome="not found", confidence=0.0625, citations=(), nearest=answer.citations, missing_words=("zebra",)
    )
