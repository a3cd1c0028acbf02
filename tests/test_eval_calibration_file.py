from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import LibraryError
from rag.reader.calibration import CALIBRATION_FILE, Calibration

IDENTITY = Calibration(slope=1.0, intercept=0.0, threshold=0.5)


def test_slope_one_and_intercept_zero_leave_a_confidence_as_it_is() -> None:
    for confidence in (0.01, 0.3, 0.5, 0.97):
        assert IDENTITY.apply(confidence) == pytest.approx(confidence)


def test_a_worked_value() -> None:
    # logit(0.8) = ln 4; 2 ln 4 - ln 2 = ln 8; sigmoid(ln 8) = 8 / 9
    calibration = Calibration(slope=2.0, intercept=-math.log(2), threshold=0.85)
    assert calibration.apply(0.8) == pytest.approx(8 / 9)
    assert calibration.answers(0.8)
    assert not calibration.answers(0.7)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 5), st.floats(-5, 5))
def test_the_order_of_answers_never_changes(low: float, high: float, slope: float, intercept: float) -> None:
    calibration = Calibration(slope, intercept, 0.5)
    low, high = sorted((low, high))
    assert 0.0 <= calibration.apply(low) <= calibration.apply(high) <= 1.0


def test_a_calibration_can_be_undone() -> None:
    calibration = Calibration(slope=1.7, intercept=0.4, threshold=0.5)
    for confidence in (0.001, 0.2, 0.5, 0.99):
        assert calibration.undo(calibration.apply(confidence)) == pytest.approx(confidence, abs=1e-6)


@given(st.floats(0, 1), st.floats(1e-3, 1e3), st.floats(-1e6, 1e6))
def test_no_confidence_overflows(confidence: float, slope: float, intercept: float) -> None:
    calibration = Calibration(slope, intercept, 0.5)
    assert 0.0 <= calibration.apply(confidence) <= 1.0
    assert 0.0 <= calibration.undo(confidence) <= 1.0


def test_saved_and_loaded_is_the_same(tmp_path: Path) -> None:
    calibration = Calibration(1.25, -0.5, 0.4, {"pairs": 100, "file": "questions.jsonl", "target": 0.9})
    assert calibration.save(tmp_path) == tmp_path / CALIBRATION_FILE
    assert Calibration.load(tmp_path) == calibration
    assert [path.name for path in tmp_path.iterdir()] == [CALIBRATION_FILE]


def test_a_folder_without_one_has_none(tmp_path: Path) -> None:
    assert Calibration.load(tmp_path) is None


@pytest.mark.parametrize(
    "content",
    [
        "not json",
        "[]",
        json.dumps({"version": 2, "slope": 1, "intercept": 0, "threshold": 0.5}),
        json.dumps({"version": 1, "slope": 1, "intercept": 0}),
        json.dumps({"version": 1, "slope": -1, "intercept": 0, "threshold": 0.5}),
        json.dumps({"version": 1, "slope": 1, "intercept": 0, "threshold": 1.5}),
        json.dumps({"version": 1, "slope": "1", "intercept": 0, "threshold": 0.5}),
        json.dumps({"version": 1, "slope": 1, "intercept": 0, "threshold": 0.5, "fitted_on": [1]}),
        json.dumps({"version": 1, "slope": 1, "intercept": 0, "threshold": 0.5, "more": 1}),
        '{"version": 1, "slope": NaN, "intercept": 0, "threshold": 0.5}',
    ],
)
def test_a_damaged_one_is_an_error_that_says_how_to_mend_it(tmp_path: Path, content: str) -> None:
    (tmp_path / CALIBRATION_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(LibraryError, match="docquote eval calibrate"):
        Calibration.load(tmp_path)


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="cannot be written"):
        IDENTITY.save(tmp_path / "absent")
