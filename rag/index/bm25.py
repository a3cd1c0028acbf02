"""BM25 as SQLite's FTS5 computes it, for the engines that compute it themselves (Robertson and Zaragoza, 2009)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

K1, B = 1.2, 0.75
"""Saturation and length normalisation, as SQLite has them."""

RARE_ROWS = 8_000
"""A chunk must hold one of the question's rarest words: so many that no more than this many chunks hold them.

Every chunk that matches is scored: in a large library a common word costs more than all the rest of a question.
Libraries below this size are searched as if it were not there; see docs/scale.md.
"""


def inverse_frequency(chunks: int, having: int) -> float:
    """The weight of a word that ``having`` of ``chunks`` hold; above 0 even where most of them do."""
    return max(math.log((chunks - having + 0.5) / (having + 0.5)), 1e-6)


def by_rarity(words: Sequence[str], frequency: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """The words that any chunk holds: the rarest, at least one, and the rest.

    Args:
        words: of a question.
        frequency: how many chunks hold each.
    """
    rare: list[str] = []
    common: list[str] = []
    rows = 0
    for word in sorted((word for word in words if frequency[word]), key=frequency.__getitem__):
        rows += frequency[word]
        (common if rare and rows > RARE_ROWS else rare).append(word)
    return rare, common
