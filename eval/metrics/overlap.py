"""Do two places in documents hold the same words? The test behind citation precision and recall."""

from __future__ import annotations

from dataclasses import dataclass

SHARED = 0.5
"""Two places agree where they share at least this part of the shorter one: a sentence that brushes the gold
evidence with one word does not count, nor does one gold word too many spoil a sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """Characters ``start`` to ``end``, half-open, of the document with this name."""

    document: str
    start: int
    end: int


def supports(cited: Place, gold: Place) -> bool:
    """Whether the cited place holds the gold one or the reverse, at least by half.

    ``overlap(cited, gold) >= SHARED * min(|cited|, |gold|)``, in characters of the same document. Precision and
    recall of citations as in Gao et al., "Enabling large language models to generate text with citations", 2023,
    with the overlap of spans in place of their entailment model: quotes are verbatim, so places can be compared.
    """
    if cited.document != gold.document:
        return False
    shared = min(cited.end, gold.end) - max(cited.start, gold.start)
    return shared > 0 and shared >= SHARED * min(cited.end - cited.start, gold.end - gold.start)
