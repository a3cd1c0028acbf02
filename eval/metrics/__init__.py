"""The field's metrics, each with its formula and source; pure functions, no files and no models."""

from eval.metrics.confidence import (
    Bin,
    area_under_risk_coverage,
    auroc,
    best_thresholded,
    calibration_bins,
    calibration_error,
    right_where_refused,
    risk_coverage,
)
from eval.metrics.overlap import Needed, Place, character_overlap, citation_precision, citation_recall, supports
from eval.metrics.ranking import RANKING_MEASURES, ranking_scores
from eval.metrics.resampling import Difference, Interval, intervals, paired_differences, wilson_interval
from eval.metrics.statistic import Statistic, mean
from eval.metrics.text import best_exact_match, best_f1, exact_match, holds, matches, normalise, token_f1

__all__ = [
    "RANKING_MEASURES",
    "Bin",
    "Difference",
    "Interval",
    "Needed",
    "Place",
    "Statistic",
    "area_under_risk_coverage",
    "auroc",
    "best_exact_match",
    "best_f1",
    "best_thresholded",
    "calibration_bins",
    "calibration_error",
    "character_overlap",
    "citation_precision",
    "citation_recall",
    "exact_match",
    "holds",
    "intervals",
    "matches",
    "mean",
    "normalise",
    "paired_differences",
    "ranking_scores",
    "right_where_refused",
    "risk_coverage",
    "supports",
    "token_f1",
    "wilson_interval",
]
