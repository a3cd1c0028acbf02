"""What speaks for and against the best sentence being the answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.reader.details import Details, rarest_lacking
from rag.reader.sentence_features import LARGE, Measured
from rag.text.rarity import coverage
from rag.text.words import stems_of

BY_NETWORK = ("unit", "unit_share", "answerable", "any_answerable", "nothing", "span", "span_share")
EVIDENCE = (
    "score",
    "margin",
    *BY_NETWORK,
    "cosine",
    "passage_cosine",
    "passage_coverage",
    "library_coverage",
    "names_lacking",
    "numbers_lacking",
    "contradicted",
    "rarest_lacking",
)
"""The names in what ``evidence`` returns after the first reading."""
SECOND_EVIDENCE = (*EVIDENCE, *(LARGE + name for name in BY_NETWORK))
"""The same after the second."""
FAR_BEHIND = 5.0
"""A margin above this says no more than this."""


def evidence(question: str, measured: Measured, scores: NDArray[np.float64], order: Sequence[int]) -> dict[str, float]:
    """The evidence for the best sentence, under the names in ``EVIDENCE`` or ``SECOND_EVIDENCE``.

    score: its log-odds. margin: how far the next sentence with other words is behind, in log-odds. unit, unit_share,
    answerable, span, span_share, cosine: as in ``rag.reader.sentence_features``. any_answerable: the best of any
    passage. nothing: the share of the probability that none of the sentences answers. All of these that a network
    says, of each that has read. passage_cosine: the best of any passage. passage_coverage: the share of the question's
    words, weighted by rarity, in its passage, title and heading. library_coverage: the share in any document.
    names_lacking, numbers_lacking, contradicted, rarest_lacking: what of the question's details its passage, title and
    heading lack; see ``rag.reader.details``.

    Args:
        question: as it was read for.
        measured: of its passages.
        scores: the log-odds of each candidate.
        order: the candidates' indices, the best first.
    """
    candidates = measured.candidates
    best = candidates[order[0]]
    behind = [scores[order[0]] - scores[i] for i in order[1:] if candidates[i].text != best.text]
    text = f"{best.passage.context} {best.passage.source.title} {best.passage.text}"
    stems = stems_of(text)
    columns = dict(zip(measured.names, measured.candidate_features.T, strict=True))
    own = [name for name in columns if name.removeprefix(LARGE) in ("cosine", *BY_NETWORK)]
    return {
        "score": float(scores[order[0]]),
        "margin": float(min((*behind, FAR_BEHIND))),
        **{name: float(columns[name][order[0]]) for name in own},
        **{
            name.replace("answerable", "any_answerable"): float(columns[name].max())
            for name in own
            if "answerable" in name
        },
        **measured.nothing,
        "passage_cosine": max(sentence.passage.scores.dense or 0.0 for sentence in candidates),
        "passage_coverage": coverage(stems, measured.rarity),
        "library_coverage": 1 - measured.missing / (sum(measured.rarity.values()) or 1.0),
        **Details.of(question).lacking(text, stems),
        "rarest_lacking": rarest_lacking(measured.rarity, stems),
    }
