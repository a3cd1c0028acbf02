"""One shape for every number with an interval: a function of how often each question counts.

The bootstrap draws questions with replacement, and the randomisation test swaps answers between two runs. Both
only change how often a question counts, so a metric written as a function of these weights gets its interval and
its test for nothing, vectorised over all draws.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

Statistic = Callable[[Floats], Floats]
"""From weights ``(draws, questions)``, 0 and up, to one value per draw ``(draws,)``; NaN where undefined."""


def mean(values: ArrayLike) -> Statistic:
    """The mean over the questions that have a value: ``sum(w v) / sum(w)``; NaN values do not take part."""
    column = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(column)
    filled = np.where(known, column, 0.0)

    def statistic(weights: Floats) -> Floats:
        return divide(weights @ filled, weights @ known.astype(np.float64))

    return statistic


def divide(numerator: Floats, denominator: Floats) -> Floats:
    """Element by element; NaN where the denominator is 0."""
    empty = np.full(np.broadcast(numerator, denominator).shape, np.nan)
    np.divide(numerator, denominator, out=empty, where=denominator != 0)
    return empty


def value_of(statistic: Statistic, questions: int) -> float:
    """The statistic of the questions as they are, each counted once."""
    return float(statistic(np.ones((1, questions)))[0])
