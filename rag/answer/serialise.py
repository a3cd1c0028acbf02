"""Answers as plain data for programs: what ``--json`` prints, and what a kept conversation holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from rag.schema import Answer, Candidate, Chunk, Citation, Group, Narrowing, Passage, Scores, Source


def answer_to_dict(answer: Answer, *, passages: bool = False) -> dict[str, Any]:
    """An answer under the names of its attributes; ready for ``json.dumps``.

    Args:
        answer: to be written.
        passages: whether everything that was read goes along; what a kept answer needs to be shown again in full.
    """
    fields: dict[str, Any] = {
        "question": answer.question,
        "interpreted_as": answer.interpreted_as,
        "found": answer.found,
        "confidence": round(answer.confidence, 4),
        "text": answer.text,
        "citations": [citation_to_dict(citation) for citation in answer.citations],
        "nearest": [citation_to_dict(citation) for citation in answer.nearest],
        "also": [citation_to_dict(citation) for citation in answer.also],
        "missing_words": list(answer.missing_words),
        "groups": [{"side": group.side, "numbers": list(group.numbers)} for group in answer.groups],
        "best": answer.best,
        "overview": answer.overview,
        "narrowed": _dated(asdict(answer.narrowed)) if answer.narrowed else None,
        "candidates": [_dated(asdict(candidate)) for candidate in answer.candidates],
        "searched": list(answer.searched),
        "library": answer.library,
    }
    if passages:
        fields["passages"] = [_passage_to_dict(passage) for passage in answer.passages]
    return fields


def citation_to_dict(citation: Citation) -> dict[str, Any]:
    """A citation under the names of its attributes; dates in ISO form, spans as two-item lists."""
    return {
        "number": citation.number,
        "document": citation.document,
        "document_id": citation.document_id,
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


def answer_from_dict(fields: Mapping[str, Any]) -> Answer:
    """The answer that ``answer_to_dict`` wrote, but for the digits that it rounded off; ``text`` is not looked at.

    Raises:
        KeyError, TypeError, ValueError: it is not what ``answer_to_dict`` writes.
    """
    return Answer(
        question=fields["question"],
        interpreted_as=fields["interpreted_as"],
        found=fields["found"],
        confidence=fields["confidence"],
        citations=tuple(map(citation_from_dict, fields["citations"])),
        nearest=tuple(map(citation_from_dict, fields["nearest"])),
        also=tuple(map(citation_from_dict, fields["also"])),
        missing_words=tuple(fields["missing_words"]),
        passages=tuple(map(_passage_from_dict, fields.get("passages", ()))),
        groups=tuple(Group(group["side"], tuple(group["numbers"])) for group in fields.get("groups", ())),
        best=fields.get("best", 1),
        overview=fields.get("overview", False),
        narrowed=_narrowing(fields.get("narrowed")),
        candidates=tuple(Candidate(**{**one, "date": _day(one["date"])}) for one in fields.get("candidates", ())),
        searched=tuple(fields.get("searched", ())),
        library=fields.get("library", 0),
    )


def citation_from_dict(fields: Mapping[str, Any]) -> Citation:
    """The citation that ``citation_to_dict`` wrote.

    Raises:
        KeyError, TypeError, ValueError: it is not what ``citation_to_dict`` writes.
    """
    highlight = fields["highlight"]
    parts = {**fields, "date": _day(fields["date"]), "highlight": (highlight[0], highlight[1]) if highlight else None}
    return Citation(**parts)


def _passage_to_dict(passage: Passage) -> dict[str, Any]:
    fields = asdict(passage)
    fields["source"]["date"] = passage.source.date.isoformat() if passage.source.date else None
    return fields


def _passage_from_dict(fields: Mapping[str, Any]) -> Passage:
    source = Source(**{**fields["source"], "date": _day(fields["source"]["date"])})
    return Passage(
        Chunk(**fields["chunk"]), source, text=fields["text"], rank=fields["rank"], scores=Scores(**fields["scores"])
    )


def _dated(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with dates in ISO form."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()}


def _narrowing(fields: Mapping[str, Any] | None) -> Narrowing | None:
    if fields is None:
        return None
    return Narrowing(**{**fields, "after": _day(fields["after"]), "before": _day(fields["before"])})


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
