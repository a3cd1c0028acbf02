"""``docquote eval calibrate``: what confidence means, and when to refuse, on a user's own questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.grading import Record
from eval.metrics import calibration_error, wilson_interval
from eval.metrics.statistic import Floats, value_of
from eval.runs import Run
from rag.errors import DatasetError
from rag.logistic import logit
from rag.reader.calibration import Calibration

FOLDS = 10
"""Each pair is judged by a calibration that was fitted without it (Stone, "Cross-validatory choice", 1974)."""

LEAST_PAIRS = 30
LEAST_OF_A_KIND = 5
"""Fewer right or wrong answers than this say nothing about the other side."""

COMFORTABLE_PAIRS = 100
"""Below this, the share that is right is known to no better than about ten points either way."""

REGULARISATION = 1.0
"""scikit-learn's ``C``: nothing on hundreds of pairs, and no infinite slope on a few that happen to separate."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a calibration does on questions that it was not fitted on.

    Attributes:
        questions: of the set.
        answered: of them.
        right: of the answered.
        low, high: 95% interval of the share of the answered that is right, 0 to 1.
        calibration_error_before, calibration_error: expected calibration error of the reader's own confidence,
            and of the calibrated one.
    """

    questions: int
    answered: int
    right: int
    low: float
    high: float
    calibration_error_before: float
    calibration_error: float

    def __str__(self) -> str:
        """For people: "answers 71 of 100 questions, 93% of them right (95% interval 85-97%)"."""
        if not self.answered:
            return f"answers 0 of {self.questions} questions"
        share = self.right / self.answered
        return (
            f"answers {self.answered} of {self.questions} questions, {share:.0%} of them right "
            f"(95% interval {100 * self.low:.0f}-{100 * self.high:.0f}%)"
        )


def fitted(
    run: Run, precision: float, seed: int, fitted_on: dict[str, str | int | float]
) -> tuple[Calibration, Expectation]:
    """Calibrates on all questions of a run of ``eval answers``; see ``calibrate``."""
    in_force = Calibration(**run.configuration["calibration"])
    confidence, right = pairs(list(run.records.values()), in_force)
    return calibrate(confidence, right, precision, seed, fitted_on)


def pairs(records: Sequence[Record], calibration: Calibration) -> tuple[Floats, NDArray[np.bool_]]:
    """The reader's own confidence of each question, and whether its first quote was right.

    Args:
        records: of a run of ``eval answers``.
        calibration: that was in force when the questions were asked; it is undone.
    """
    given = [float(record["grades"]["confidence"]) for record in records]
    raw = np.array([calibration.undo(value) for value in given])
    return raw, np.array([record["grades"]["candidate_right"] == 1 for record in records], dtype=bool)


def calibrate(
    confidence: Floats, right: NDArray[np.bool_], precision: float, seed: int, fitted_on: dict[str, str | int | float]
) -> tuple[Calibration, Expectation]:
    """Fits on all pairs, and says by cross-validation what to expect of new questions.

    Args:
        confidence: of the reader, 0 to 1, ``(pairs,)``.
        right: whether the answer was right, ``(pairs,)``.
        precision: the share of the answered questions that should be right, 0 to 1.
        seed: of the folds.
        fitted_on: for people, kept with the calibration.

    Raises:
        DatasetError: too few pairs, a confidence that does not rise with the share that is right, or a
            precision that no threshold reaches.
    """
    hits = int(right.sum())
    if len(right) < LEAST_PAIRS or min(hits, len(right) - hits) < LEAST_OF_A_KIND:
        raise DatasetError(
            f"too few pairs to calibrate on: {len(right)} questions, {hits} answered rightly; at least {LEAST_PAIRS} "
            f"questions are needed, with {LEAST_OF_A_KIND} right and {LEAST_OF_A_KIND} wrong among them"
        )
    expected = expectation(confidence, right, precision, seed)
    slope, intercept, threshold = fit(confidence, right, precision)
    note = {**fitted_on, "pairs": len(right), "precision": precision, "expected": str(expected)}
    return Calibration(slope, intercept, threshold, note), expected


def fit(confidence: Floats, right: NDArray[np.bool_], precision: float) -> tuple[float, float, float]:
    """Slope and intercept of the probability of being right over ``logit(confidence)`` (Platt, 1999), and a threshold.

    The threshold is the lowest calibrated probability above which the share of right answers is ``precision``,
    counting one wrong answer more than there is: the few most confident answers happen to be all right too easily.

    Raises:
        DatasetError: the slope is not above 0, or no threshold reaches the precision.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=REGULARISATION).fit(_logits(confidence)[:, None], right)
    slope, intercept = float(model.coef_[0, 0]), float(model.intercept_[0])
    if slope <= 0:
        raise DatasetError(
            "on these questions confident answers are right no more often than others, so there is nothing to "
            "calibrate; look at the errors with: docquote eval answers"
        )
    calibrated = _apply(confidence, slope, intercept)
    order = np.argsort(-calibrated, kind="stable")
    answered = np.arange(1, len(order) + 1)
    share = np.cumsum(right[order]) / (answered + 1)
    last_of_its_value = np.append(calibrated[order][1:] != calibrated[order][:-1], True)
    enough = np.flatnonzero((share >= precision) & last_of_its_value)
    if not len(enough):
        raise DatasetError(
            f"no threshold makes {precision:.0%} of the answers right on these questions: {right.mean():.0%} are right "
            f"if all are answered, {share.max():.0%} at best; ask for less with --precision, or give more questions"
        )
    return slope, intercept, float(calibrated[order][enough[-1]])


def expectation(confidence: Floats, right: NDArray[np.bool_], precision: float, seed: int) -> Expectation:
    """What the fit does on questions that it has not seen, by cross-validation in ``FOLDS`` folds.

    A fold whose other questions give no threshold answers nothing.
    """
    from sklearn.model_selection import StratifiedKFold

    calibrated, answered = confidence.copy(), np.zeros(len(right), dtype=bool)
    folds = min(FOLDS, int(right.sum()), int((~right).sum()))
    splits = StratifiedKFold(folds, shuffle=True, random_state=seed).split(confidence[:, None], right)
    for fitted, held_out in splits:
        try:
            slope, intercept, threshold = fit(confidence[fitted], right[fitted], precision)
        except DatasetError:
            continue
        calibrated[held_out] = _apply(confidence[held_out], slope, intercept)
        answered[held_out] = calibrated[held_out] >= threshold
    hits = int((right & answered).sum())
    low, high = wilson_interval(hits, int(answered.sum()))
    before, after = (value_of(calibration_error(values, right), len(right)) for values in (confidence, calibrated))
    return Expectation(len(right), int(answered.sum()), hits, low, high, before, after)


def _logits(confidence: Floats) -> Floats:
    return np.array([logit(value) for value in confidence])


def _apply(confidence: Floats, slope: float, intercept: float) -> Floats:
    calibration = Calibration(slope, intercept, 0.0)
    return np.array([calibration.apply(value) for value in confidence])
