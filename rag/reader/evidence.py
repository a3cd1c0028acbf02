"""What speaks for and against the best sentence being the answer."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.reader.details import Details, rarest_lacking
from rag.reader.sentence_features import FEATURES, SCORE_LIMIT
from rag.reader.spans.finder import Findings, Sentence
from rag.text.rarity import coverage
from rag.text.words import stems_of

EVIDENCE = (
    "score",
    "margin",
    "unit",
    "unit_share",
    "answerable",
    "any_answerable",
    "nothing",
    "span",
    "span_share",
    "cosine",
    "passage_cosine",
    "passage_coverage",
    "library_coverage",
    "names_lacking",
    "numbers_lacking",
    "contradicted",
    "rarest_lacking",
)
"""The names in what ``evidence`` returns."""
FAR_BEHIND = 5.0
"""A margin above this says no more than this."""


def evidence(
    question: str,
    findings: Findings,
    sentences: Sequence[Sentence],
    features: NDArray[np.float64],
    scores: NDArray[np.float64],
    order: Sequence[int],
    rarity: dict[str, float],
    missing: float,
) -> dict[str, float]:
    """The evidence for the best sentence, under the names in ``EVIDENCE``.

    score: its log-odds. margin: how far the next sentence with other words is behind, in log-odds. unit, unit_share,
    answerable, span, span_share, cosine: as in ``sentence_features``. any_answerable: the best of any passage. nothing:
    the share of the probability (softmax of all sentences' scores) that none of them answers. passage_cosine: the best
    of any passage. passage_coverage: the share of the question's words, weighted by rarity, in its passage, title and
    heading. library_coverage: the share in any document. names_lacking, numbers_lacking, contradicted, rarest_lacking:
    what of the question's details its passage, title and heading lack; see ``rag.reader.details``.

    Args:
        question: as it was read for.
        findings: what the trained reader made of all passages.
        sentences, features, scores: what was measured, with ``FEATURES`` and the log-odds of each.
        order: the sentences' indices, the best first.
        rarity: stems of the question's words to their weights.
        missing: the weight of those that no document holds.
    """
    best = sentences[order[0]]
    behind = [scores[order[0]] - scores[i] for i in order[1:] if sentences[i].text != best.text]
    text = f"{best.passage.context} {best.passage.source.title} {best.passage.text}"
    stems = stems_of(text)
    own = ("unit", "unit_share", "answerable", "span", "span_share", "cosine")
    return {
        "score": float(scores[order[0]]),
        "margin": float(min((*behind, FAR_BEHIND))),
        **{name: float(features[order[0], FEATURES.index(name)]) for name in own},
        "any_answerable": float(features[:, FEATURES.index("answerable")].max()),
        "nothing": 1 / (1 + sum(math.exp(min(sentence.score, SCORE_LIMIT)) for sentence in findings.sentences)),
        "passage_cosine": max(sentence.passage.scores.dense or 0.0 for sentence in sentences),
        "passage_coverage": coverage(stems, rarity),
        "library_coverage": 1 - missing / (sum(rarity.values()) or 1.0),
        **Details.of(question).lacking(text, stems),
        "rarest_lacking": rarest_lacking(rarity, stems),
    }
