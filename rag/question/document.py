"""Which document a question means that asks what a whole one is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.schema import Source
from rag.text.words import content_stems, stems_of

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
