"""Judges one answer against what is known to be right. Pure: an answer goes in, a record comes out."""

from __future__ import annotations

from typing import Any, Literal, get_args

from eval.dataset import Question
from eval.gold import Gold
from eval.metrics import Place, best_exact_match, best_f1, holds, matches
from rag.schema import Answer, Citation, Passage

ErrorKind = Literal[
    "not retrieved",
    "retrieved but not read",
    "read but the wrong span",
    "refused wrongly",
    "answered what it should have refused",
]
ERROR_KINDS: tuple[ErrorKind, ...] = get_args(ErrorKind)

Record = dict[str, Any]
"""What is kept of one question: a line of ``run.jsonl``. Grades are numbers, null where they do not apply."""


def grade(question: Question, gold: Gold, answer: Answer, verbatim: list[bool], seconds: float) -> Record:
    """What was asked, what came back, and how good it was.

    The first quote is the likeliest one, wherever it stands in the answer. The *candidate* is the first quote, or for
    a refused question the nearest passage that would have been quoted: it says what a lower threshold would have done,
    and is what confidence is about.

    Args:
        question: with the gold answer.
        gold: where its evidence stands.
        answer: what docquote said.
        verbatim: for each citation, whether its quote is what the document has there.
        seconds: that the answer took.
    """
    quotes = tuple(sorted(answer.citations, key=lambda quote: quote.number != answer.best))  # the likeliest first
    candidate = next(iter(quotes or answer.nearest), None)
    candidate_right = candidate is not None and _is_right(candidate, question, gold)
    right = not answer.found if question.unanswerable else answer.found and candidate_right
    holding = [not question.unanswerable and _passage_holds(passage, question, gold) for passage in answer.passages]
    kind = None if right else _error_kind(question, answer, holding)
    asked = not question.unanswerable
    located = asked and bool(gold.needed)
    said = _short(quotes[0]) if quotes else ""
    return {
        "id": question.id,
        "question": question.question,
        "interpreted_as": answer.interpreted_as,
        "answers": list(question.answers),
        "evidence": list(question.evidence),
        "documents": list(question.documents),
        "error": kind,
        "grades": {
            "found": answer.found,
            "confidence": answer.confidence,
            "unanswerable": question.unanswerable,
            "follow_up": bool(question.history),
            "right": float(right),
            "candidate_right": float(candidate_right),
            "exact_match": best_exact_match(said, question.answers) if question.answers else None,
            "f1": best_f1(said, question.answers) if question.answers else None,
            "answer_in_quotes": _any_holds(quotes, question) if question.answers else None,
            "answer_in_first_quote": _any_holds(quotes[:1], question) if question.answers else None,
            "passage_reciprocal_rank": _reciprocal_rank(holding) if asked else None,
            "citation_precision": _precision(quotes, gold) if located and quotes else None,
            "citation_recall": _recall(quotes, gold) if located else None,
            "verbatim": sum(verbatim) / len(verbatim) if verbatim else None,
        },
        "citations": [_citation(citation) for citation in quotes],
        "nearest": [_citation(citation) for citation in answer.nearest],
        "passages": [
            _passage(passage, holds_answer, with_text=kind is not None)
            for passage, holds_answer in zip(answer.passages, holding, strict=True)
        ],
        "seconds": seconds,
    }


def _is_right(citation: Citation, question: Question, gold: Gold) -> bool:
    """Whether a quote says a gold answer, in a document that may, or stands on gold evidence."""
    if gold.supported(Place(citation.document, citation.start, citation.end)):
        return True
    if question.documents and citation.document not in question.documents:
        return False
    return any(matches(citation.quote, answer) for answer in question.answers)


def _passage_holds(passage: Passage, question: Question, gold: Gold) -> bool:
    """Whether a right answer could be quoted from the passage."""
    if gold.supported(Place(passage.source.name, passage.chunk.start, passage.chunk.end)):
        return True
    if question.documents and passage.source.name not in question.documents:
        return False
    return any(holds(passage.text, answer) for answer in question.answers)


def _error_kind(question: Question, answer: Answer, holding: list[bool]) -> ErrorKind:
    if question.unanswerable:
        return "answered what it should have refused"
    if not any(holding):
        return "not retrieved"
    first = answer.likeliest
    if not answer.found or first is None:
        return "refused wrongly"
    from_holding = any(
        holds_answer and _contains(passage, first)
        for passage, holds_answer in zip(answer.passages, holding, strict=True)
    )
    return "read but the wrong span" if from_holding else "retrieved but not read"


def _contains(passage: Passage, citation: Citation) -> bool:
    chunk = passage.chunk
    return chunk.document_id == citation.document_id and chunk.start <= citation.start < chunk.end


def _reciprocal_rank(holding: list[bool]) -> float:
    """1 over the rank of the first passage that holds the answer, 0 where none does."""
    return 1.0 / (holding.index(True) + 1) if True in holding else 0.0


def _any_holds(citations: tuple[Citation, ...], question: Question) -> float:
    return float(any(holds(citation.quote, answer) for citation in citations for answer in question.answers))


def _precision(citations: tuple[Citation, ...], gold: Gold) -> float:
    hits = sum(gold.supported(Place(cited.document, cited.start, cited.end)) for cited in citations)
    return hits / len(citations)


def _recall(citations: tuple[Citation, ...], gold: Gold) -> float:
    places = [Place(cited.document, cited.start, cited.end) for cited in citations]
    found = sum(any(Gold((piece,), ()).supported(place) for place in places) for piece in gold.needed)
    return found / len(gold.needed)


def _short(citation: Citation) -> str:
    """The words that answer: the highlight, or the quote where there is none."""
    return citation.marked or citation.quote


def _citation(citation: Citation) -> Record:
    return {
        "document": citation.document,
        "page": citation.page,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "highlight": list(citation.highlight) if citation.highlight else None,
    }


def _passage(passage: Passage, holds_answer: bool, *, with_text: bool) -> Record:
    """Where a passage is; its text only where somebody will want to read it."""
    place: Record = {
        "document": passage.source.name,
        "start": passage.chunk.start,
        "end": passage.chunk.end,
        "holds_answer": holds_answer,
    }
    return {**place, "text": passage.text} if with_text else place
