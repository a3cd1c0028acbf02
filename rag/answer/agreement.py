"""Which documents say the same, and which say something else: an answer's quotes grouped by the words that answer.

Two answers are the same only where nothing but case, punctuation, articles and the way a number or date is written
sets them apart. They are at odds only where both are numbers, or both are dates, that cannot both be meant, in
different documents. Whatever is in doubt is neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rag.schema import Citation
from rag.text.quantities import Value, at_odds, value_of


@dataclass(frozen=True, slots=True)
class Position:
    """What some documents say.

    Attributes:
        answer: the words that answer, as the newest of the documents writes them.
        citations: one for each document, the newest first; documents without a date come last.
    """

    answer: str
    citations: tuple[Citation, ...]


def agreement(citations: Sequence[Citation]) -> tuple[Position, ...]:
    """The answer that several documents give, and what others give in its place.

    Args:
        citations: ``(*answer.citations, *answer.also)``, or other candidate quotes, the likeliest first; the first
            one's answer is the one that others are held against. One without a highlight says nothing here.

    Returns:
        The positions, that of most documents first, then the newer first; empty where there is nothing to tell, since
        one document alone gives the answer and none is at odds with it.
    """
    if not citations or citations[0].highlight is None:
        return ()
    answer = value_of(citations[0].marked)
    groups: dict[Value, list[Citation]] = {}
    for citation in citations:
        if citation.highlight is not None:
            groups.setdefault(value_of(citation.marked), []).append(citation)
    same = groups.pop(answer)
    agreeing = {citation.document_id for citation in same}
    others: list[Position] = []
    for value, group in groups.items():
        apart = [citation for citation in group if citation.document_id not in agreeing]
        if apart and at_odds(answer, value):
            others.append(_position(apart))
    first = _position(same)
    if not others and len(first.citations) < 2:
        return ()
    return tuple(sorted([first, *others], key=_weight, reverse=True))


def _position(citations: Iterable[Citation]) -> Position:
    """Citations of one answer: the likeliest of each document, the newest document first."""
    by_document: dict[str, Citation] = {}
    for citation in citations:
        by_document.setdefault(citation.document_id, citation)
    newest_first = sorted(by_document.values(), key=lambda citation: citation.date or date.min, reverse=True)
    return Position(" ".join(newest_first[0].marked.split()), tuple(newest_first))


def _weight(position: Position) -> tuple[int, date]:
    return len(position.citations), position.citations[0].date or date.min
