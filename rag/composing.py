"""Answers of several quotes: which sentences, how far each is quoted, and in what order."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.enumerations import after_colon, counted_sentences, whole_list
from rag.router import QuestionKind
from rag.schema import AnswerSpan, Document, Span
from rag.sentences import lines_are_blocks, sentence_spans
from rag.words import STOP_WORDS, stem, words

COMPOSED: frozenset[QuestionKind] = frozenset({"why", "how", "list", "describe", "compare", "about"})
"""The kinds of questions that are answered with several quotes."""
MARGIN = 2.0
DIFFERENCE_SHARE = 0.7
RESTATED = 0.8
NEIGHBOURHOOD = 600

DocumentOf = Callable[[str], Document]
TokenCount = Callable[[str], int]

_LEANING = re.compile(
    r"(?:this|these|that|those|it|its|they|their|he|she|his|her|such|therefore|thus|however|moreover|otherwise|"
    r"for this reason|as a result|in addition|instead|the latter|the former|but|and|so)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Steps:
    """What composing does; each can be left out to see what it is worth."""

    difference: bool = True
    lists: bool = True
    colons: bool = True
    counted: bool = True
    leaning: bool = True
    joining: bool = True
    restatement: bool = True
    margin: float = MARGIN
    lam: float = DIFFERENCE_SHARE


ALL_STEPS = Steps()


def composed_spans(
    question: str,
    kind: QuestionKind,
    spans: Sequence[AnswerSpan],
    document_of: DocumentOf,
    count_tokens: TokenCount,
    budget: int,
    steps: Steps = ALL_STEPS,
) -> list[AnswerSpan]:
    asked = stems(question)
    candidates = [span for span in spans if not (steps.restatement and restates(_text(span, document_of), asked))]
    candidates = candidates or list(spans[:1])
    chosen: list[AnswerSpan] = []
    left = budget
    best = candidates[0].score
    pool = list(candidates)
    said: list[frozenset[str]] = []
    while pool:
        def worth(span: AnswerSpan) -> float:
            relevance = math.exp(span.score - best)
            if not steps.difference:
                return relevance
            return steps.lam * relevance - (1 - steps.lam) * max(
                (similarity(stems(_text(span, document_of)), other) for other in said), default=0.0)
        span = max(pool, key=worth)
        pool.remove(span)
        if span.score < best - steps.margin:
            continue
        if any(_overlaps(span, other) for other in chosen):
            continue
        if steps.difference:
            if any(similarity(stems(_text(span, document_of)), other) >= RESTATED for other in said):
                continue
        elif any(_text(span, document_of).casefold().split()==_text(o, document_of).casefold().split() for o in chosen):
            continue
        quoted = extended(span, kind, document_of(span.passage.source.id), steps)
        cost = count_tokens(_text(quoted, document_of))
        if cost > left and quoted is not span:
            quoted, cost = span, count_tokens(_text(span, document_of))
        if cost > left and chosen:
            continue
        left -= cost
        chosen = [other for other in chosen if not _overlaps(quoted, other)] + [quoted]
        said.append(stems(_text(quoted, document_of)))
    return arranged(chosen, document_of, steps)


def extended(span: AnswerSpan, kind: QuestionKind, document: Document, steps: Steps) -> AnswerSpan:
    text = document.text
    here = (span.start, span.end)
    wider: Span | None = None
    if steps.lists and kind in ("list", "how"):
        wider = whole_list(text, here)
    if wider is None and steps.colons:
        wider = whole_list(text, here) if text[here[1] - 1] == ":" else None
        wider = wider or after_colon(text, here)
    if wider is None and steps.counted:
        wider = counted_sentences(text, here)
    if wider is None and steps.leaning and _LEANING.match(text, *here):
        wider = with_sentence_before(text, here, document)
    return replace(span, start=wider[0], end=wider[1]) if wider else span


def with_sentence_before(text: str, span: Span, document: Document) -> Span | None:
    start = max(text.rfind("\n\n", max(0, span[0] - NEIGHBOURHOOD), span[0]), span[0] - NEIGHBOURHOOD, 0)
    every_line = lines_are_blocks(document.source.media_type)
    before = sentence_spans(text[start : span[0]], lines_are_blocks=every_line)
    if not before or "\n\n" in text[start + before[-1][1] : span[0]]:
        return None
    return (start + before[-1][0], span[1])


def arranged(chosen: Sequence[AnswerSpan], document_of: DocumentOf, steps: Steps) -> list[AnswerSpan]:
    """By document, that of the best quote first, and in the order of the text; neighbours become one quote."""
    first: dict[str, int] = {}
    for rank, span in enumerate(chosen):
        first.setdefault(span.passage.source.id, rank)
    ordered = sorted(chosen, key=lambda span: (first[span.passage.source.id], span.start))
    joined: list[AnswerSpan] = []
    for span in ordered:
        last = joined[-1] if joined else None
        if steps.joining and last is not None and last.passage.source.id == span.passage.source.id:
            gap = document_of(span.passage.source.id).text[last.end : span.start]
            if not gap.strip() and "\n\n" not in gap:
                joined[-1] = replace(last, end=max(last.end, span.end), score=max(last.score, span.score),
                    highlight=last.highlight if last.score >= span.score else span.highlight)
                continue
        joined.append(span)
    return joined


def restates(text: str, asked: frozenset[str]) -> bool:
    said = stems(text)
    return bool(said) and (text.rstrip().endswith("?") or len(said - asked) == 0)


def stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(text) if word not in STOP_WORDS)


def similarity(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def _overlaps(span: AnswerSpan, other: AnswerSpan) -> bool:
    return span.passage.source.id == other.passage.source.id and span.start < other.end and other.start < span.end


def _text(span: AnswerSpan, document_of: DocumentOf) -> str:
    return document_of(span.passage.source.id).text[span.start : span.end]
