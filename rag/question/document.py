"""Questions about a whole document: which one is meant, and which of its sentences say what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.schema import AnswerSpan, Chunk, Document, Passage, Scores, Source, Span
from rag.text.chunking import count_tokens
from rag.text.sentences import lines_are_blocks, sentence_spans
from rag.text.words import STOP_WORDS, content_stems, stems_of, words

LOOKED_AT = 40_000
"""Characters of a document, from its beginning, that are looked at; some twenty pages."""
SENTENCE_WORDS = 5
"""What has fewer words is a heading or a fragment more often than a sentence."""
NAMED_SHARE = 0.75
"""A document is meant if its title has at least this share of the words that may name it, weighted by rarity."""

_ASKING = stems_of(
    "summarise summarize summary sum overview document file text report article paper page letter give tell"
    " short brief briefly main key point points finding findings message messages topic topics content"
    " contents subject gist essence recap cover covers covered deal deals say says said please need want know"
    " whole few sentences highlights tl dr"
)
"""Stems of words by which people ask for a summary; they name no document."""


def document_meant(sources: Sequence[Source], rarity: Mapping[str, float]) -> tuple[Source, float] | None:
    """The document whose title a question names, or the only one there is; None where none is meant for certain.

    Args:
        sources: the documents that may answer.
        rarity: stems of the content words of a question that asks what a document is about, to how rare each is.

    Returns:
        The document, and the share of the naming words that its title has, ``NAMED_SHARE`` to 1.
    """
    if len(sources) == 1:
        return sources[0], 1.0
    naming = {word: weight for word, weight in rarity.items() if word not in _ASKING}
    total = sum(naming.values())
    if not total:
        return None

    def named(source: Source) -> float:
        title = content_stems(f"{source.title} {source.name}")
        return sum(weight for word, weight in naming.items() if word in title) / total

    best = sorted(sources, key=named, reverse=True)[:2]
    if not best or named(best[0]) < NAMED_SHARE or (len(best) > 1 and named(best[0]) == named(best[1])):
        return None
    return best[0], named(best[0])


def overview_spans(document: Document, budget: int) -> list[AnswerSpan]:
    """The first sentence under each heading, then sentences from the beginning, as far as the budget goes; in order.

    Sentences from the beginning alone, and the most central ones (LexRank; Erkan and Radev, 2004), covered less of what
    people chose: see "Composed answers" in docs/evaluation.md.

    Args:
        document: to be told about.
        budget: the most cl100k_base tokens of all sentences together.
    """
    text = document.text[:LOOKED_AT]
    every_line = lines_are_blocks(document.source.media_type)
    sentences = [
        span for span in sentence_spans(text, lines_are_blocks=every_line) if _is_sentence(text[span[0] : span[1]])
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
