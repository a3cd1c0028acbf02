"""Answers as JSON: what ``--json`` prints and a kept conversation holds, and the schema of both.

The models stand at the edge only; within docquote the types of ``rag.schema`` are used.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, ValidationError, field_serializer

from rag.schema import (
    Answer,
    Candidate,
    Chunk,
    Citation,
    Group,
    Narrowing,
    Outcome,
    Passage,
    Scores,
    Source,
    Words,
    date_from_iso,
)

DateJson = Annotated[
    date,
    BeforeValidator(lambda value: date_from_iso(value) if isinstance(value, str) else value),
    PlainSerializer(lambda day: day.isoformat(), return_type=str, when_used="json"),
]
"""A date in ISO form, without the day where that is a ``Month``: "2024-01"."""


class JsonModel(BaseModel):
    """What goes in or out as JSON: of these types exactly, and never changed. Keys that it does not know are passed
    over, so that what a newer docquote wrote can be read."""

    model_config = ConfigDict(strict=True, frozen=True, from_attributes=True)


class CitationJson(JsonModel):
    """A ``Citation`` under the names of its attributes; dates in ISO form, spans as two-item lists."""

    number: int
    document: str
    document_id: str
    path: str
    title: str
    date: DateJson | None
    page: int | None
    heading: str | None
    start: int
    end: int
    quote: str
    highlight: tuple[int, int] | None
    place: str = ""
    header: Words | None = None
    lead: Words | None = None
    recognised: int | None = None


class CandidateJson(JsonModel):
    """A ``Candidate`` under the names of its attributes."""

    title: str
    document: str
    document_id: str
    date: DateJson | None
    question: str = ""


class SourceJson(JsonModel):
    """A ``Source`` under the names of its attributes."""

    id: str
    name: str
    path: str
    title: str
    date: DateJson | None
    media_type: str
    sha256: str
    pages: int | None = None
    author: str = ""


class PassageJson(JsonModel):
    """A ``Passage`` under the names of its attributes."""

    chunk: Chunk
    source: SourceJson
    text: str
    rank: int
    scores: Scores


class AnswerJson(JsonModel):
    """An ``Answer`` under the names of its attributes, without what was read.

    What has a default may be missing in answers that were kept before it was added.
    """

    question: str
    interpreted_as: str
    found: bool
    outcome: Outcome | None = None
    confidence: float
    text: str = ""
    citations: tuple[CitationJson, ...]
    nearest: tuple[CitationJson, ...]
    also: tuple[CitationJson, ...]
    missing_words: tuple[str, ...]
    groups: tuple[Group, ...] = ()
    best: int = 1
    overview: bool = False
    narrowed: Narrowing | None = None
    candidates: tuple[CandidateJson, ...] = ()
    searched: tuple[str, ...] = ()
    library: int = 0
    reply: str = ""

    @field_serializer("confidence")
    def _rounded(self, confidence: float) -> float:
        return round(confidence, 4)


class KeptAnswerJson(AnswerJson):
    """An ``Answer`` with everything that was read; what a kept answer needs to be shown again in full."""

    passages: tuple[PassageJson, ...] = ()


def answer_to_dict(answer: Answer, *, passages: bool = False) -> dict[str, Any]:
    """An answer as plain data, ready for ``json.dumps``.

    Args:
        passages: whether everything that was read goes along.
    """
    return _model(answer, passages).model_dump(mode="json")


def answer_to_json(answer: Answer, *, passages: bool = False) -> str:
    """The same as text."""
    return _model(answer, passages).model_dump_json()


def answer_from_json(text: str) -> Answer:
    """The answer that ``answer_to_json`` wrote, but for the digits that it rounded off; ``text`` is not looked at.

    Raises:
        ValueError: it is not what ``answer_to_json`` writes; says where.
    """
    try:
        read = KeptAnswerJson.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc'])) or 'answer'}: {first['msg']}") from error
    fields = dict(read) | {
        "citations": _citations(read.citations),
        "nearest": _citations(read.nearest),
        "also": _citations(read.also),
        "candidates": tuple(Candidate(**dict(one)) for one in read.candidates),
        "passages": tuple(Passage(**dict(one) | {"source": Source(**dict(one.source))}) for one in read.passages),
    }
    fields["outcome"] = read.outcome or ("found" if read.found else "not found")
    del fields["text"], fields["found"]
    return Answer(**fields)


def _model(answer: Answer, passages: bool) -> AnswerJson:
    return (KeptAnswerJson if passages else AnswerJson).model_validate(answer)


def _citations(read: tuple[CitationJson, ...]) -> tuple[Citation, ...]:
    return tuple(Citation(**dict(one)) for one in read)
