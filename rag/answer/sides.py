"""What is said about one side of a comparison, among the candidate sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.question.comparison import Side
from rag.schema import AnswerSpan, Document, DocumentOf
from rag.text.words import stems_of

NAMED_BONUS = 1.0
"""In log-odds: what it counts that a sentence names its side itself."""
PARAGRAPH = 2000
"""Characters on either side of a sentence in which the ends of its paragraph are looked for."""


def spans_about(side: Side, other: Side, spans: Sequence[AnswerSpan], document_of: DocumentOf) -> list[AnswerSpan]:
    """Those of the candidate sentences that are about one side, the best first.

    A sentence is about a side if its paragraph, heading or title has all the words that name this side and not the
    other one, and unless the sentence itself names the other side alone; one that names the side itself counts more.
    No words are marked: what answers is that the sentence tells of the side.
    """
    own, others = side.stems - other.stems, other.stems - side.stems
    found: list[AnswerSpan] = []
    for span in spans:
        document = document_of(span.passage.source.id)
        said = stems_of(document.text[span.start : span.end])
        if not own <= stems_of(surroundings(document, span)) or (others <= said and not own <= said):
            continue
        found.append(replace(span, score=span.score + NAMED_BONUS * (own <= said), highlight=None))
    return sorted(found, key=lambda span: -span.score)


def surroundings(document: Document, span: AnswerSpan) -> str:
    """The title, the heading and the paragraph of a sentence."""
    return f"{document.source.title}\n{document.heading_at(span.start) or ''}\n{_paragraph(document.text, span)}"


def _paragraph(text: str, span: AnswerSpan) -> str:
    first, last = max(span.start - PARAGRAPH, 0), span.end + PARAGRAPH
    start, end = text.rfind("\n\n", first, span.start), text.find("\n\n", span.end, last)
    return text[start if start >= 0 else first : end if end >= 0 else last]
