"""Answers as plain data for programs: what ``--json`` prints."""

from __future__ import annotations

from typing import Any

from rag.schema import Answer, Citation


def answer_to_dict(answer: Answer) -> dict[str, Any]:
    """An answer under the names of its attributes; ready for ``json.dumps``."""
    return {
        "question": answer.question,
        "interpreted_as": answer.interpreted_as,
        "found": answer.found,
        "confidence": round(answer.confidence, 4),
        "text": answer.text,
        "citations": [citation_to_dict(citation) for citation in answer.citations],
        "nearest": [citation_to_dict(citation) for citation in answer.nearest],
        "missing_words": list(answer.missing_words),
    }


def citation_to_dict(citation: Citation) -> dict[str, Any]:
    """A citation under the names of its attributes; dates in ISO form, spans as two-item lists."""
    return {
        "number": citation.number,
        "document": citation.document,
        "path": citation.path,
        "title": citation.title,
        "date": citation.date.isoformat() if citation.date else None,
        "page": citation.page,
        "heading": citation.heading,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "highlight": list(citation.highlight) if citation.highlight else None,
    }
