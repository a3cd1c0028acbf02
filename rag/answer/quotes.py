"""Answers of several quotes: which sentences, how far each is quoted, and in what order.

What each step is worth stands under "Composed answers" in docs/evaluation.md. Maximal marginal relevance (Carbonell and
Goldstein, 1998) was tried in place of leaving out what repeats: it quoted fewer relevant documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answer.lists import (
    after_colon,
    counted_sentences,
    paragraph_after,
    table_after,
    under_heading,
    whole_list,
)
from rag.logistic import logit, sigmoid
from rag.question.kind import QuestionKind
from rag.schema import AnswerSpan, Citation, Document, DocumentOf, Group, Section, Span
from rag.text.chunking import count_tokens
from rag.text.questions import ASKS
from rag.text.sentences import lines_are_blocks, sentence_spans
from rag.text.units import heading_end
from rag.text.words import content_stems

COMPOSED: frozenset[QuestionKind] = frozenset({"why", "how", "list", "describe", "compare", "about"})
"""The kinds of questions that are answered with several quotes."""
MARGIN = 2.0
"""A sentence is quoted if its log-odds are at most this far below the best one's."""
COMPARED_MARGIN = 1.5
"""The same in comparisons, where the words that name a side count for many sentences."""
REPEATED = 0.6
"""A sentence of which this share of the content words stands in one quote already is left out."""
SEVERAL: frozenset[QuestionKind] = frozenset({"why", "how", "list", "describe"})
"""The kinds for which ``several_confidence`` was fitted; about whole documents and sides, other things tell."""
SEVERAL_LOG_ODDS = 0.78
"""See "Composed answers" in docs/evaluation.md; ``python -m training.scoring.several`` fits it."""
BELOW_HEADING = 80
"""Tokens of what stands below a heading that are quoted in its place, where a few words can answer."""
LISTED: frozenset[QuestionKind] = frozenset({"list", "how"})
"""The kinds for which an item stands for its whole list."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of composing, each of which an ablation can leave out.

    Attributes:
        difference: leave out sentences that repeat a quote.
        headings: quote the paragraph under a heading in place of the heading.
        lists: quote a list whole, with the sentence that announces it.
        colons: quote what follows a sentence that ends in a colon.
        counted: quote what follows a sentence that announces a number of things.
        joining: make one quote of sentences that follow each other.
    """

    difference: bool = True
    headings: bool = True
    lists: bool = True
    colons: bool = True
    counted: bool = True
    joining: bool = True


ALL_STEPS = Steps()


def composed_spans(
    kind: QuestionKind,
    spans: Sequence[AnswerSpan],
    document_of: DocumentOf,
    budget: int,
    steps: Steps = ALL_STEPS,
) -> list[AnswerSpan]:
    """The quotes of an answer: by document, that of the best sentence first, and in the order of its text.

    Args:
        kind: of the question; one of ``COMPOSED``.
        spans: candidate sentences, the best first; not empty.
        document_of: looks a document up; a quote may go beyond the passage of its sentence.
        budget: the most cl100k_base tokens of all quotes together; the best sentence is quoted whatever its length.
        steps: what to do.

    Returns:
        At least one span; no two share a character.
    """
    margin = COMPARED_MARGIN if kind == "compare" else MARGIN
    chosen: list[AnswerSpan] = []
    for span in spans:
        if span.score < spans[0].score - margin or any(overlaps(span, other) for other in chosen):
            continue
        if any(_repeats(span, other, document_of, loosely=steps.difference) for other in chosen):
            continue
        left = budget - sum(_cost(other, document_of) for other in chosen)
        wider = _extended(span, kind, document_of(span.passage.source.id), steps, left)
        if wider is None:
            continue
        quoted = wider if _cost(wider, document_of) <= left else span
        announces = _text(quoted, document_of).endswith(":") and steps.colons  # and what it announces is too long
        if not chosen or (_cost(quoted, document_of) <= left and not announces):
            chosen = [*(other for other in chosen if not overlaps(quoted, other)), quoted]
    return joined(in_order(chosen), document_of) if steps.joining else in_order(chosen)


def several_confidence(kind: QuestionKind, confidence: float) -> float:
    """The probability that one of the quotes answers, from that of the best sentence; of other kinds as it is.

    The reader's estimate was fitted on questions of all kinds, which mostly one sentence answers.
    """
    return sigmoid(logit(confidence) + SEVERAL_LOG_ODDS) if kind in SEVERAL else confidence


def in_order(spans: Sequence[AnswerSpan]) -> list[AnswerSpan]:
    """By document, that of the first span first, and in the order of its text."""
    first: dict[str, int] = {}
    for rank, span in enumerate(spans):
        first.setdefault(span.passage.source.id, rank)
    return sorted(spans, key=lambda span: (first[span.passage.source.id], span.start))


def groups_of(citations: Sequence[Citation], side: str = "") -> tuple[Group, ...]:
    """Neighbouring citations of one document as a group each; one empty group where there are none."""
    groups: list[Group] = []
    last = ""
    for citation in citations:
        if groups and citation.document_id == last:
            groups[-1] = replace(groups[-1], numbers=(*groups[-1].numbers, citation.number))
        else:
            groups.append(Group(side, (citation.number,)))
        last = citation.document_id
    return tuple(groups) or (Group(side, ()),)


def overlaps(span: AnswerSpan, other: AnswerSpan) -> bool:
    """Whether two spans share a character."""
    return span.passage.source.id == other.passage.source.id and span.start < other.end and other.start < span.end


def _extended(span: AnswerSpan, kind: QuestionKind, document: Document, steps: Steps, left: int) -> AnswerSpan | None:
    """The sentence with what belongs to it; for a heading, of what it stands over as many sentences as are ``left``.

    None for a heading over nothing.
    """
    text, here = document.text, (span.start, span.end)
    ends_open = text[span.end - 1] == ":"
    if steps.headings:
        if (heading := _heading(span)) is not None:
            return _below(span, heading, document, left)
        wider = None if span.lead else under_heading(text, here)
        if wider is not None:
            return replace(span, start=wider[0], end=_within(document, wider, left), highlight=None)
    wider = None
    if steps.lists and (ends_open or kind in LISTED):
        wider = whole_list(text, here)
    if wider is None and steps.colons and ends_open:
        wider = table_after(document, here) or after_colon(text, here)
    if wider is None and steps.counted:
        wider = counted_sentences(text, here)
    return replace(span, start=wider[0], end=wider[1]) if wider else span


def complete(span: AnswerSpan, document: Document) -> AnswerSpan:
    """A sentence that ends in a colon with the list, table or line that it announces; any other as it is."""
    text, here = document.text, (span.start, span.end)
    if text[span.end - 1] != ":":
        return span
    wider = whole_list(text, here) or table_after(document, here) or after_colon(text, here)
    return replace(span, end=wider[1]) if wider else span


def without_headings(spans: Sequence[AnswerSpan], document_of: DocumentOf) -> list[AnswerSpan]:
    """The spans with what stands below a heading in place of the heading; without those over nothing, unless all are.

    Only what a format tells to be a heading is taken for one.
    """
    found: list[AnswerSpan] = []
    for span in spans:
        heading = _heading(span)
        below = _below(span, heading, document_of(span.passage.source.id), BELOW_HEADING) if heading else span
        if below is not None:
            found.append(below)
    return found or list(spans)


def _heading(span: AnswerSpan) -> Section | None:
    """The heading that a span is, as far as the structure of its document tells."""
    return next((one for one in span.passage.sections if one.kind == "heading" and one.start == span.start), None)


def _below(span: AnswerSpan, heading: Section, document: Document, tokens: int) -> AnswerSpan | None:
    """As many tokens of the paragraph, list or table below a heading; None where another heading follows, or nothing.

    A heading that asks leads to it.
    """
    text, end = document.text, heading_end(document.text, heading)
    if not text[end : heading.end].strip():
        return None
    below = paragraph_after(text, end)
    if below is None:
        return None
    lead = (heading.start, end) if text[end - 1] in ASKS else None
    return replace(span, start=below[0], end=_within(document, below, tokens), highlight=None, lead=lead)


def _within(document: Document, span: Span, tokens: int) -> int:
    """The end of the last of a span's sentences that are within so many tokens; of the first in any case."""
    text = document.text
    if count_tokens(text[slice(*span)]) <= tokens:
        return span[1]
    every_line = lines_are_blocks(document.source.media_type)
    ends = [span[0] + end for _, end in sentence_spans(text[slice(*span)], lines_are_blocks=every_line)]
    return max((end for end in ends if count_tokens(text[span[0] : end]) <= tokens), default=ends[0])


def joined(spans: Sequence[AnswerSpan], document_of: DocumentOf) -> list[AnswerSpan]:
    """Spans in order, with those that nothing but white space parts as one, unless a paragraph ends there."""
    found: list[AnswerSpan] = []
    for span in spans:
        last = found[-1] if found else None
        if last is not None and last.passage.source.id == span.passage.source.id:
            between = document_of(span.passage.source.id).text[last.end : span.start]
            if not between.strip() and "\n\n" not in between:
                better = max(last, span, key=lambda one: one.score)
                found[-1] = replace(better, start=last.start, end=span.end, lead=last.lead)
                continue
        found.append(span)
    return found


def _repeats(span: AnswerSpan, other: AnswerSpan, document_of: DocumentOf, *, loosely: bool) -> bool:
    """Whether a quote says what another one says: in the same words, or ``loosely`` in most of them."""
    text, told = _text(span, document_of), _text(other, document_of)
    if text.casefold().split() == told.casefold().split():
        return True
    words, known = content_stems(text), content_stems(told)
    return loosely and bool(words) and len(words & known) >= REPEATED * len(words)


def _cost(span: AnswerSpan, document_of: DocumentOf) -> int:
    return count_tokens(_text(span, document_of))


def _text(span: AnswerSpan, document_of: DocumentOf) -> str:
    return document_of(span.passage.source.id).text[span.start : span.end]
