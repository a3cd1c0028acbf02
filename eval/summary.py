"""From the records of a run to numbers, each with its interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eval.grading import Record
from eval.metrics import Statistic, intervals, wilson_interval
from eval.metrics.statistic import Floats, value_of

Table = Mapping[str, Floats]
"""One column of numbers per grade, one number per question; NaN where a grade does not apply."""

Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A number of a report.

    Attributes:
        key: its name in ``report.json``.
        label: its name for people.
        note: what it says, in one line.
        better: which way it improves.
        over: which questions take part, ``(questions,)`` of bool.
        of: the statistic of these questions' columns.
        percent: whether people read it in percent.
        part: what of docquote it measures, as a heading.
    """

    key: str
    label: str
    note: str
    better: Better
    over: Callable[[Table], NDArray[np.bool_]]
    of: Callable[[Table], Statistic]
    percent: bool = False
    part: str = ""

    def questions(self, table: Table) -> int:
        """How many questions take part."""
        return int(self.over(table).sum())

    def statistic(self, table: Table) -> Statistic:
        """The metric as a function of how often each of all the questions counts."""
        rows = np.flatnonzero(self.over(table))
        inner = self.of({name: column[rows] for name, column in table.items()})
        return lambda weights: inner(weights.take(rows, axis=1))


def table_of(records: Sequence[Record]) -> Table:
    """The grades of records as columns; true is 1, false 0, null NaN."""
    names: dict[str, None] = {}
    for record in records:
        names |= dict.fromkeys(record["grades"])
    return {name: np.array([_number(record["grades"].get(name)) for record in records]) for name in names}


def headline(metrics: Sequence[Metric], records: Sequence[Record], seed: int) -> dict[str, dict[str, Any]]:
    """Value, 95% interval and number of questions of each metric that applies to any of the records.

    The interval is the bootstrap's. Where a share is 0 or 1 there is nothing for the bootstrap to vary, and the
    interval is Wilson's.
    """
    if not records:
        return {}
    table = table_of(records)
    used = [metric for metric in metrics if metric.questions(table)]
    found = intervals({metric.key: metric.statistic(table) for metric in used}, len(records), seed)
    entries: dict[str, dict[str, Any]] = {}
    for metric in used:
        count, (value, low, high) = metric.questions(table), astuple(found[metric.key])
        if metric.percent and value in (0.0, 1.0):
            low, high = wilson_interval(round(value * count), count)
        if not math.isnan(value):
            entries[metric.key] = {
                "part": metric.part,
                "label": metric.label,
                "note": metric.note,
                "better": metric.better,
                "percent": metric.percent,
                "questions": count,
                "value": value,
                "low": low,
                "high": high,
            }
    return entries


def values(metrics: Sequence[Metric], records: Sequence[Record]) -> dict[str, float]:
    """The value of each metric that applies to any of the records, by its key."""
    table = table_of(records)
    used = [metric for metric in metrics if metric.questions(table)]
    found = {metric.key: value_of(metric.statistic(table), len(records)) for metric in used}
    return {key: value for key, value in found.items() if not math.isnan(value)}


def _number(value: float | bool | None) -> float:
    return math.nan if value is None else float(value)
