"""What a whole document is about: which of its sentences are quoted."""

from __future__ import annotations

from dataclasses import replace

from rag.schema import AnswerSpan, Chunk, Document, Passage, Scores, Span
from rag.text.chunking import count_tokens
from rag.text.units import document_units
from rag.text.words import STOP_WORDS, words

LOOKED_AT = 40_000
"""Characters of a document, from its beginning, that are looked at; some twenty pages."""
SENTENCE_WORDS = 5
"""What has fewer words is a heading or a fragment more often than a sentence."""


def overview_spans(document: Document, budget: int) -> list[AnswerSpan]:
    """The first sentence under each heading, then sentences from the beginning, as far as the budget goes; in order.

    Sentences from the beginning alone, and the most central ones (LexRank; Erkan and Radev, 2004), covered less of what
    people chose: see "Composed answers" in docs/evaluation.md.

    Args:
        document: to be told about.
        budget: the most cl100k_base tokens of all sentences together.
    """
    text = document.text[:LOOKED_AT]
    sentences = [
        unit.span
        for unit in document_units(replace(document, text=text))
        if unit.kind in ("sentence", "item") and _is_sentence(text[unit.start : unit.end])
    ]
    under: dict[str | None, Span] = {}
    for span in sentences:
        under.setdefault(document.heading_at(span[0]), span)
    first = dict.fromkeys(under.values())
    chosen: list[Span] = []
    said: set[frozenset[str]] = set()
    for span in (*first, *(span for span in sentences if span not in first)):
        cost = count_tokens(text[span[0] : span[1]])
        key = frozenset(words(text[span[0] : span[1]])) - STOP_WORDS
        if cost > budget and span not in first:
            break  # what is short enough to fit in later is rarely what a document is about
        if cost <= budget and key not in said:
            chosen.append(span)
            said.add(key)
            budget -= cost
    passage = Passage(
        Chunk(0, document.source.id, 0, len(document.text)), document.source, document.text, 1, Scores(1.0)
    )
    return [AnswerSpan(passage, start, end, None, 0.0) for start, end in sorted(chosen)]


def _is_sentence(text: str) -> bool:
    return len(words(text)) >= SENTENCE_WORDS and text[-1] in '.!?。！？"”'
