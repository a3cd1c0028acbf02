"""How the page says things: places, dates, confidence, an answer as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import PurePath

from rag.composing import by_side, framed
from rag.schema import Answer, Citation, Source

CONFIDENCE_WORDS = (
    (0.85, "Very likely the answer"),
    (0.60, "Likely the answer"),
    (0.40, "Possibly the answer"),
    (0.0, "A weak match: check the source"),
)
"""Lower bounds of the estimated probability that the first quote answers, and how a person would say it."""


def library_name(sources: Sequence[Source]) -> str:
    """The folder that holds all sources, which is what people call their library."""
    roots = {source.path.removesuffix(source.name).rstrip("/\\") for source in sources}
    return PurePath(roots.pop()).name or "Library" if len(roots) == 1 else "Library"


def place(citation: Citation) -> str:
    """Where a quote stands, for people: title, page, heading, date."""
    parts = [citation.title, place_within(citation), day(citation.date) if citation.date else ""]
    return " · ".join(part for part in parts if part)


def place_within(citation: Citation) -> str:
    """Where in its document a quote stands: page and heading, as far as it has them."""
    page = "" if citation.page is None else f"page {citation.page}"
    heading = "" if citation.heading == citation.title else citation.heading
    return " · ".join(part for part in (page, heading) if part)


def plain_text(answer: Answer) -> str:
    """An answer to paste elsewhere: the question, the quotes, and where each stands."""
    citations = (*answer.citations, *answer.also)
    quotes = [f"“{citation.quote}” [{citation.number}]" for citation in (() if answer.groups else citations)]
    for side, groups in by_side(answer.groups):
        quotes += [f"{side}:"] if side else []
        for group in groups:
            frame, quoted = framed(group, citations)
            quotes += [frame, *(f"“{citation.quote}” [{citation.number}]" for citation in quoted)]
    places = [f"[{c.number}] {place(c)} ({c.document})" for c in citations]
    return "\n\n".join([answer.question, *quotes, "\n".join(places)])


def confidence_words(confidence: float) -> str:
    """The estimated probability (0 to 1) in words and as a percentage."""
    words = next(words for bound, words in CONFIDENCE_WORDS if confidence >= bound)
    return f"{words} ({percent(confidence)})"


def day(value: date) -> str:
    """A date as people write it: 2 March 2021."""
    return f"{value.day} {value:%B} {value.year}"


def percent(probability: float) -> str:
    """A probability, 0 to 1, as a whole percentage."""
    return f"{round(100 * probability)}%"


def count(number: int, thing: str) -> str:
    """``2 documents``, ``1 document``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
