"""Judges one answer against what is known to be right. Pure: an answer goes in, a record comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

from eval.dataset import Question
from eval.gold import Gold
from eval.metrics import (
    Place,
    best_exact_match,
    best_f1,
    character_overlap,
    citation_precision,
    citation_recall,
    holds,
    matches,
)
from rag.schema import Answer, AnswerSpan, Citation, Passage

ErrorKind = Literal[
    "not retrieved",
    "retrieved but not read",
    "read but the wrong span",
    "only perhaps",
    "refused wrongly",
    "answered what it should have refused",
]
ERROR_KINDS: tuple[ErrorKind, ...] = get_args(ErrorKind)

EVIDENCE_GRADES = (
    "citation_precision",
    "citation_recall",
    "evidence_coverage",
    "evidence_precision",
    "evidence_in_first_quote",
    "evidence_in_first_passage_shown",
    "evidence_shown",
    "evidence_in_best_passage",
    "evidence_in_passages",
)
"""How much of the gold evidence is where, 0 to 1: shares of its pieces, and ``evidence_coverage`` of its characters;
the precisions are of what was quoted."""

Record = dict[str, Any]
"""What is kept of one question: a line of ``run.jsonl``. Grades are numbers, null where they do not apply."""


def grade(
    question: Question,
    gold: Gold,
    answer: Answer,
    *,
    ranked: Sequence[AnswerSpan] | None,
    texts: Mapping[str, str],
    verbatim: Sequence[bool],
    seconds: float,
) -> Record:
    """What was asked, what came back, and how good it was.

    The first quote is the likeliest one, wherever it stands in the answer. The *candidate* is the first quote, or for
    a question that was not answered the nearest sentence: it says what a lower threshold would have done, and is what
    confidence is about. *Shown* are the quotes of an answer; at *perhaps* the nearest sentences and the passages that
    they stand in; and nothing where the answer was not found.

    Args:
        question: with the gold answer.
        gold: where its evidence stands.
        answer: what docquote said.
        ranked: the reader's sentences, the best first; None where the answer is not of one reading: then its quotes.
        texts: document name to stored text.
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
    sentences = quotes or answer.nearest if ranked is None else ranked
    said = _short(quotes[0]) if quotes else ""
    return {
        "id": question.id,
        "note": question.note,
        "question": question.question,
        "interpreted_as": answer.interpreted_as,
        "answers": list(question.answers),
        "evidence": list(question.evidence),
        "documents": list(question.documents),
        "outcome": answer.outcome,
        "error": kind,
        "grades": {
            "found": answer.found,
            "perhaps": answer.outcome == "perhaps",
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
            "sentence_success_1": _success(sentences[:1], question, gold) if asked else None,
            "sentence_success_3": _success(sentences[:3], question, gold) if asked else None,
            **dict.fromkeys(EVIDENCE_GRADES),
            **(_evidence_grades(answer, quotes, gold, texts) if asked and gold.needed else {}),
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


def _evidence_grades(
    answer: Answer, quotes: Sequence[Citation], gold: Gold, texts: Mapping[str, str]
) -> dict[str, float | None]:
    """How much of the gold evidence is in what; see ``EVIDENCE_GRADES``. Nothing is quoted where nothing was found."""
    perhaps = answer.outcome == "perhaps"
    cited = [_place(quote) for quote in quotes]
    said = [_place(nearest) for nearest in answer.nearest] if perhaps else cited
    opened = [_place(_around(nearest, answer.passages)) for nearest in answer.nearest] if perhaps else []
    passages = [_place(passage) for passage in answer.passages]
    coverage, precision = character_overlap(said, gold.needed, texts) if said else (None, None)

    def recall(places: Sequence[Place]) -> float:
        return citation_recall(places, gold.needed)

    return {
        "citation_precision": citation_precision(cited, gold.needed) if cited else None,
        "citation_recall": recall(cited),
        "evidence_coverage": coverage,
        "evidence_precision": precision,
        "evidence_in_first_quote": recall(cited[:1]),
        "evidence_in_first_passage_shown": recall(opened[:1]) if perhaps else None,
        "evidence_shown": recall([*said, *opened]),
        "evidence_in_best_passage": recall(passages[:1]),
        "evidence_in_passages": recall(passages),
    }


def _place(shown: Citation | AnswerSpan | Passage) -> Place:
    if isinstance(shown, Citation):
        return Place(shown.document, shown.start, shown.end)
    if isinstance(shown, AnswerSpan):
        return Place(shown.passage.source.name, shown.start, shown.end)
    return Place(shown.source.name, shown.chunk.start, shown.chunk.end)


def _around(nearest: Citation, passages: Sequence[Passage]) -> Citation | Passage:
    """The best passage that a sentence stands in, which is what is shown around it."""
    return next((passage for passage in passages if _contains(passage, nearest)), nearest)


def _success(sentences: Sequence[Citation | AnswerSpan], question: Question, gold: Gold) -> float:
    """Whether one of the sentences is right, 1 or 0."""
    return float(any(_is_right(sentence, question, gold) for sentence in sentences))


def _is_right(said: Citation | AnswerSpan, question: Question, gold: Gold) -> bool:
    """Whether a sentence says a gold answer, in a document that may, or stands on gold evidence."""
    place, text = _place(said), said.quote if isinstance(said, Citation) else said.text
    if gold.supported(place):
        return True
    if question.documents and place.document not in question.documents:
        return False
    return any(matches(text, answer) for answer in question.answers)


def _passage_holds(passage: Passage, question: Question, gold: Gold) -> bool:
    """Whether a right answer could be quoted from the passage."""
    if gold.supported(_place(passage)):
        return True
    if question.documents and passage.source.name not in question.documents:
        return False
    return any(holds(passage.text, answer) for answer in question.answers)


def _error_kind(question: Question, answer: Answer, holding: list[bool]) -> ErrorKind:
    if question.unanswerable:
        return "answered what it should have refused"
    if not any(holding):
        return "not retrieved"
    if answer.outcome == "perhaps":
        return "only perhaps"
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
