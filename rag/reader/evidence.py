"""What speaks for and against the best sentence being the answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.reader.sentence_features import FEATURES, Sentence
from rag.text.rarity import coverage
from rag.text.words import stems_of

EVIDENCE = (
    "score",
    "margin",
    "span",
    "span_share",
    "cosine",
    "passage_cosine",
    "passage_coverage",
    "library_coverage",
)
"""The names in what ``evidence`` returns."""
FAR_BEHIND = 5.0
"""A margin above this says no more than this."""


def evidence(
    sentences: Sequence[Sentence],
    features: NDArray[np.float64],
    scores: NDArray[np.float64],
    order: Sequence[int],
    rarity: dict[str, float],
    missing: float,
) -> dict[str, float]:
    """The evidence for the best sentence, under the names in ``EVIDENCE``.

    score: its log-odds. margin: how far the next sentence with other words is behind, in log-odds. span, span_share,
    cosine: as in ``sentence_features``. passage_cosine: the best of any passage. passage_coverage: the share of the
    question's words, weighted by rarity, in its passage and title. library_coverage: the share in any document.

    Args:
        sentences, features, scores: what was read, with ``FEATURES`` and the log-odds of each.
        order: the sentences' indices, the best first.
        rarity: stems of the question's words to their weights.
        missing: the weight of those that no document holds.
    """
    best = sentences[order[0]]
    behind = [scores[order[0]] - scores[i] for i in order[1:] if sentences[i].text != best.text]
    stems = stems_of(best.passage.text) | stems_of(best.passage.source.title)
    return {
        "score": float(scores[order[0]]),
        "margin": float(min((*behind, FAR_BEHIND))),
        **{name: float(features[order[0], FEATURES.index(name)]) for name in ("span", "span_share", "cosine")},
        "passage_cosine": max(sentence.passage.scores.dense or 0.0 for sentence in sentences),
        "passage_coverage": coverage(stems, rarity),
        "library_coverage": 1 - missing / (sum(rarity.values()) or 1.0),
    }
