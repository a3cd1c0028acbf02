"""How far can a number be trusted? Bootstrap intervals and paired tests; the same seed gives the same numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from eval.metrics.statistic import Floats, Statistic, value_of

BOOTSTRAP_DRAWS = 2000
"""Enough for the 2.5% tails (Efron and Tibshirani, "An introduction to the bootstrap", 1993, advise 1,000 up)."""

RANDOMISATION_DRAWS = 10_000
"""Gives p-values down to 0.0001, with a standard error of 0.002 at p = 0.05."""

LEVEL = 0.95
BLOCK_NUMBERS = 4_000_000
"""Weights that are held in memory at one time (32 MB)."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and its 95% interval; all three NaN where the value is undefined."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes from one run to another, on the same questions.

    Attributes:
        difference: the second's value less the first's.
        low, high: its 95% bootstrap interval, over questions.
        p: two-sided p-value of the paired randomisation test, above 0, at most 1.
    """

    first: float
    second: float
    difference: float
    low: float
    high: float
    p: float


def intervals(statistics: Mapping[str, Statistic], questions: int, seed: int) -> dict[str, Interval]:
    """Percentile bootstrap over questions (Efron, "Bootstrap methods: another look at the jackknife", 1979).

    Draws ``questions`` of them with replacement ``BOOTSTRAP_DRAWS`` times; the interval is from the 2.5% to the
    97.5% quantile of the values. All statistics see the same draws.
    """
    drawn: dict[str, list[Floats]] = {name: [] for name in statistics}
    for weights in _blocks(BOOTSTRAP_DRAWS, questions, _drawn_with_replacement, seed):
        for name, statistic in statistics.items():
            drawn[name].append(statistic(weights))
    found: dict[str, Interval] = {}
    for name, statistic in statistics.items():
        low, high = _tails(np.concatenate(drawn[name]))
        found[name] = Interval(value_of(statistic, questions), low, high)
    return found


def paired_differences(statistics: Mapping[str, Statistic], questions: int, seed: int) -> dict[str, Difference]:
    """Bootstrap interval and randomisation test of the second run against the first.

    The randomisation test swaps, per question and by the toss of a coin, what the two runs gave; ``p`` is the
    share of ``RANDOMISATION_DRAWS`` whose difference is at least as large as the one found, with one added above
    and below (Fisher, 1935; Smucker, Allan and Carterette, "A comparison of statistical significance tests for
    information retrieval evaluation", 2007; Phipson and Smyth, 2010).

    Args:
        statistics: each over ``2 * questions`` rows: the questions of the first run, then those of the second in
            the same order.
        questions: in each run.
        seed: of both draws.
    """
    once, none = np.ones((1, questions)), np.zeros((1, questions))
    drawn: dict[str, list[Floats]] = {name: [] for name in statistics}
    swapped: dict[str, list[Floats]] = {name: [] for name in statistics}
    for weights in _blocks(BOOTSTRAP_DRAWS, questions, _drawn_with_replacement, seed):
        halves = _halves(weights, np.zeros_like(weights))
        for name, statistic in statistics.items():
            drawn[name].append(_second_less_first(statistic, *halves))
    for stays in _blocks(RANDOMISATION_DRAWS, questions, _coins, seed):
        halves = _halves(stays, 1.0 - stays)
        for name, statistic in statistics.items():
            swapped[name].append(_second_less_first(statistic, *halves))
    found: dict[str, Difference] = {}
    for name, statistic in statistics.items():
        first = float(statistic(np.hstack([once, none]))[0])
        second = float(statistic(np.hstack([none, once]))[0])
        low, high = _tails(np.concatenate(drawn[name]))
        by_chance = np.abs(np.concatenate(swapped[name]))
        known = by_chance[~np.isnan(by_chance)]
        as_large = int((known >= abs(second - first) - 1e-12).sum())
        p = (as_large + 1) / (len(known) + 1) if not math.isnan(second - first) else math.nan
        found[name] = Difference(first, second, second - first, low, high, p)
    return found


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """95% interval of a share (Wilson, "Probable inference, the law of succession, and statistical inference", 1927).

    ``(p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)`` with ``z = 1.96``; (0, 1) without trials.
    """
    if trials == 0:
        return 0.0, 1.0
    z, share = 1.959963984540054, successes / trials
    middle = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def _halves(kept: Floats, swapped: Floats) -> tuple[Floats, Floats]:
    """The weights of the first run and of the second, each over the questions of both."""
    return np.hstack([kept, swapped]), np.hstack([swapped, kept])


def _second_less_first(statistic: Statistic, first: Floats, second: Floats) -> Floats:
    return statistic(second) - statistic(first)


def _blocks(
    draws: int, questions: int, draw: Callable[[np.random.Generator, int, int], Floats], seed: int
) -> Iterator[Floats]:
    generator = np.random.default_rng(seed)
    size = max(1, min(draws, BLOCK_NUMBERS // max(questions, 1)))
    for start in range(0, draws, size):
        yield draw(generator, min(size, draws - start), questions)


def _drawn_with_replacement(generator: np.random.Generator, draws: int, questions: int) -> Floats:
    return generator.multinomial(questions, np.full(questions, 1 / questions), size=draws).astype(np.float64)


def _coins(generator: np.random.Generator, draws: int, questions: int) -> Floats:
    return generator.integers(0, 2, size=(draws, questions)).astype(np.float64)


def _tails(values: Floats) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    if not len(known):
        return math.nan, math.nan
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
