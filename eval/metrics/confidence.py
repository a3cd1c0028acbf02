"""Is the confidence worth something? Separation, selective risk and calibration.

Confidences are 0 to 1. Questions that share one confidence are one group: no threshold can tell them apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eval.metrics.statistic import Floats, Statistic, divide

BINS = 10
"""Bins of the reliability diagram and of the calibration error, of equal width."""


def auroc(scores: ArrayLike, positive: ArrayLike) -> Statistic:
    """Area under the ROC curve: the chance that a positive question scores above a negative one, ties half.

    ``(sum over pairs of [s+ > s-] + [s+ = s-] / 2) / (n+ n-)``, 0 to 1, 0.5 by chance (Hanley and McNeil, "The
    meaning and use of the area under a receiver operating characteristic curve", 1982). NaN without both kinds.
    """
    values, is_positive = np.asarray(scores, dtype=np.float64), np.asarray(positive, dtype=np.float64)
    order, starts = _groups(values)
    is_positive = is_positive[order]

    def statistic(weights: Floats) -> Floats:
        sorted_weights = weights[:, order]
        ups = np.add.reduceat(sorted_weights * is_positive, starts, axis=1)
        downs = np.add.reduceat(sorted_weights * (1.0 - is_positive), starts, axis=1)
        below = np.cumsum(downs, axis=1) - downs
        pairs = ups.sum(axis=1) * downs.sum(axis=1)
        return divide((ups * (below + downs / 2)).sum(axis=1), pairs)

    return statistic if len(values) else _undefined


def area_under_risk_coverage(confidence: ArrayLike, wrong: ArrayLike) -> Statistic:
    """Area under the risk-coverage curve, 0 to 1, lower is better.

    With the questions by falling confidence, the selective risk at coverage ``k / n`` is the share of wrong ones
    among the first ``k``; the area is its mean over ``k`` (Geifman and El-Yaniv, "Selective classification for
    deep neural networks", 2017; "Bias-reduced uncertainty estimation", 2019).
    """
    values, losses = np.asarray(confidence, dtype=np.float64), np.asarray(wrong, dtype=np.float64)
    order, starts = _groups(-values)
    losses = losses[order]

    def statistic(weights: Floats) -> Floats:
        sorted_weights = weights[:, order]
        counts = np.add.reduceat(sorted_weights, starts, axis=1)
        covered = np.cumsum(counts, axis=1)
        lost = np.cumsum(np.add.reduceat(sorted_weights * losses, starts, axis=1), axis=1)
        risk = np.divide(lost, covered, out=np.zeros_like(lost), where=covered != 0)
        return divide((counts * risk).sum(axis=1), covered[:, -1])

    return statistic if len(values) else _undefined


def risk_coverage(confidence: ArrayLike, wrong: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """The risk-coverage curve itself: coverage, selective risk and confidence threshold, each ``(thresholds,)``."""
    values, losses = np.asarray(confidence, dtype=np.float64), np.asarray(wrong, dtype=np.float64)
    if not len(values):
        return np.empty(0), np.empty(0), np.empty(0)
    order, starts = _groups(-values)
    ends = np.append(starts[1:], len(values))
    return ends / len(values), np.cumsum(losses[order])[ends - 1] / ends, values[order][starts]


def calibration_error(confidence: ArrayLike, right: ArrayLike) -> Statistic:
    """Expected calibration error, 0 to 1, lower is better, in ``BINS`` bins of equal width.

    ``sum over bins of (|bin| / n) |accuracy(bin) - mean confidence(bin)|`` (Naeini et al., 2015; Guo et al., "On
    calibration of modern neural networks", 2017).
    """
    values, hits = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.float64)
    member = (_bins(values)[:, None] == np.arange(BINS)).astype(np.float64)

    def statistic(weights: Floats) -> Floats:
        gaps = np.abs((weights * (hits - values)) @ member)
        return divide(gaps.sum(axis=1), weights.sum(axis=1))

    return statistic


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a reliability diagram: confidences from ``low`` to ``high``; the means are NaN where empty."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def calibration_bins(confidence: ArrayLike, right: ArrayLike) -> list[Bin]:
    """The reliability diagram behind the calibration error (DeGroot and Fienberg, 1983)."""
    values, hits = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.float64)
    bins = _bins(values)
    found: list[Bin] = []
    for number in range(BINS):
        inside = bins == number
        count = int(inside.sum())
        means = (float(values[inside].mean()), float(hits[inside].mean())) if count else (np.nan, np.nan)
        found.append(Bin(number / BINS, (number + 1) / BINS, count, *means))
    return found


def best_thresholded(confidence: ArrayLike, answered: ArrayLike, refused: ArrayLike) -> Statistic:
    """The best mean score over all thresholds below which a question is refused (Rajpurkar et al., "Know what you
    don't know: unanswerable questions for SQuAD", 2018, whose script calls it best F1).

    ``max over t of mean(answered_i if confidence_i >= t else refused_i)``; one of the thresholds refuses all.

    Args:
        confidence: per question.
        answered: the score if the question is answered, 0 to 1.
        refused: the score if it is refused, 0 to 1.
    """
    values = np.asarray(confidence, dtype=np.float64)
    gains = np.asarray(answered, dtype=np.float64) - np.asarray(refused, dtype=np.float64)
    base = np.asarray(refused, dtype=np.float64)
    order, starts = _groups(-values)
    gains = gains[order]

    def statistic(weights: Floats) -> Floats:
        steps = np.cumsum(np.add.reduceat(weights[:, order] * gains, starts, axis=1), axis=1)
        return divide(weights @ base + np.maximum(steps.max(axis=1), 0.0), weights.sum(axis=1))

    return statistic if len(values) else _undefined


def right_where_refused(confidence: ArrayLike, right: ArrayLike, unanswerable: ArrayLike, refused: float) -> Statistic:
    """Share of the answerable questions that are answered, and rightly, where so many of the unanswerable are refused.

    At the lowest threshold ``t`` with ``confidence < t`` for at least ``refused`` of the unanswerable questions,
    ``|answerable, right, confidence >= t| / |answerable|``, 0 to 1: the correct classification rate at a false
    positive rate of ``1 - refused`` (Dhamija, Günther and Boult, "Reducing network agnostophobia", 2018). NaN without
    both kinds.

    Args:
        confidence: per question.
        right: 1 where the answer that the confidence is about is right.
        unanswerable: 1 where there is none.
        refused: 0 to 1.
    """
    values, negative = np.asarray(confidence, dtype=np.float64), np.asarray(unanswerable, dtype=np.float64)
    order, starts = _groups(-values)
    negative = negative[order]
    hits = np.asarray(right, dtype=np.float64)[order] * (1.0 - negative)

    def statistic(weights: Floats) -> Floats:
        ordered = weights[:, order]
        answered = np.cumsum(np.add.reduceat(ordered * negative, starts, axis=1), axis=1)
        rightly = np.cumsum(np.add.reduceat(ordered * hits, starts, axis=1), axis=1)
        few_enough = answered <= (1.0 - refused) * answered[:, -1:] + 1e-9
        answerable = (ordered * (1.0 - negative)).sum(axis=1)
        best = np.where(few_enough, rightly, 0.0).max(axis=1)
        return divide(np.where(answered[:, -1] > 0, best, np.nan), answerable)

    return statistic if len(values) else _undefined


def _bins(confidence: Floats) -> NDArray[np.int64]:
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def _groups(keys: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """An order by rising key, and where in it each group of equal keys starts."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    return order, np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(keys) else order


def _undefined(weights: Floats) -> Floats:
    return np.full(len(weights), np.nan)
