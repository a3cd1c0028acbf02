"""Calibration on synthetic pairs whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from eval.calibrate import Expectation, calibrate, fit
from rag.errors import DatasetError
from rag.reader.calibration import Calibration


def pairs(count: int, seed: int = 0, slope: float = 1.0, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Confidences, and answers that are right with probability sigmoid(slope * logit(confidence) + shift)."""
    generator = np.random.default_rng(seed)
    confidence = generator.beta(0.8, 0.8, size=count).clip(0.001, 0.999)
    z = slope * np.log(confidence / (1 - confidence)) + shift
    return confidence, generator.random(count) < 1 / (1 + np.exp(-z))


def test_an_overconfident_reader_is_put_right() -> None:
    confidence, right = pairs(4000, slope=0.5, shift=-1.0)
    slope, intercept, _ = fit(confidence, right, precision=0.5)
    assert slope == pytest.approx(0.5, abs=0.06)
    assert intercept == pytest.approx(-1.0, abs=0.12)
    _, expected = calibrate(confidence, right, 0.5, 0, {})
    assert expected.calibration_error < 0.03 < expected.calibration_error_before


def test_the_precision_that_was_asked_for_holds_on_new_questions() -> None:
    confidence, right = pairs(1000)
    calibration, expected = calibrate(confidence, right, 0.9, 0, {"file": "q.jsonl"})
    fresh, truth = pairs(4000, seed=9)
    answered = np.array([calibration.answers(value) for value in fresh])
    assert truth[answered].mean() == pytest.approx(0.9, abs=0.05)
    assert answered.mean() == pytest.approx(expected.answered / expected.questions, abs=0.05)
    assert calibration.fitted_on["pairs"] == 1000
    assert str(expected) == calibration.fitted_on["expected"]


def test_what_it_says_by_hand() -> None:
    expected = Expectation(100, 71, 66, 0.845, 0.97, 0.2, 0.05)
    assert str(expected) == "answers 71 of 100 questions, 93% of them right (95% interval 84-97%)"
    assert str(Expectation(10, 0, 0, 0.0, 1.0, 0.2, 0.05)) == "answers 0 of 10 questions"


def test_the_same_seed_gives_the_same_calibration() -> None:
    confidence, right = pairs(200)
    assert calibrate(confidence, right, 0.8, 3, {}) == calibrate(confidence, right, 0.8, 3, {})


@pytest.mark.parametrize(("count", "hits"), [(29, 15), (100, 4), (100, 97)])
def test_too_few_pairs_are_refused(count: int, hits: int) -> None:
    right = np.arange(count) < hits
    with pytest.raises(DatasetError, match="too few pairs"):
        calibrate(np.linspace(0.9, 0.1, count), right, 0.9, 0, {})


def test_a_confidence_that_misleads_is_refused() -> None:
    confidence, right = pairs(200)
    with pytest.raises(DatasetError, match="nothing to calibrate"):
        fit(confidence, ~right, 0.5)


def test_a_precision_out_of_reach_is_refused() -> None:
    confidence, right = pairs(200, slope=0.3, shift=-1.5)
    with pytest.raises(DatasetError, match="--precision"):
        fit(confidence, right, 0.99)


def test_a_calibration_in_force_is_undone_before_fitting() -> None:
    from eval.calibrate import pairs as pairs_of

    in_force = Calibration(2.0, -0.3, 0.5)
    records = [{"grades": {"confidence": in_force.apply(0.7), "candidate_right": 1.0}}]
    confidence, right = pairs_of(records, in_force)
    assert confidence.tolist() == pytest.approx([0.7])
    assert right.tolist() == [True]
