"""``docquote eval compare``: what one run does better or worse than another, question by question."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from eval.grading import Record
from eval.headlines import ANSWER_METRICS, READER_METRICS, ranking_metrics
from eval.metrics import paired_differences
from eval.runs import Run
from eval.summary import Metric, table_of
from rag.errors import DatasetError

DECIDING = {"answers": "right", "reader": "f1", "retrieval": "full/nDCG@10"}
"""The grade by which a question got better or worse."""

SYSTEM = "full"
"""Which row of a retrieval run is compared."""


def compare(first: Path, second: Path, seed: int) -> dict[str, Any]:
    """Paired differences of the second run from the first, on the questions that both answered.

    Returns:
        The runs' folders, how many questions they share and have alone, each metric's ``Difference``, and the
        questions that got better and worse, those that changed most first.

    Raises:
        DatasetError: a folder holds no run, the runs are of different kinds, or they share no question.
    """
    runs = Run.read(first), Run.read(second)
    kind = runs[0].kind
    if runs[1].kind != kind:
        raise DatasetError(f"{first} is a run of {kind}, {second} of {runs[1].kind}; they cannot be compared")
    shared = [name for name in runs[0].records if name in runs[1].records]
    if not shared:
        raise DatasetError(f"{first} and {second} have no question in common")
    before, after = ([run.records[name] for name in shared] for run in runs)
    table = table_of([*before, *after])
    used = [metric for metric in _metrics(kind) if metric.questions(table)]
    found = paired_differences({metric.key: metric.statistic(table) for metric in used}, len(shared), seed)
    changes = _changes(before, after, DECIDING[kind])
    return {
        "command": "compare",
        "kind": kind,
        "first": str(first),
        "second": str(second),
        "questions": len(shared),
        "only_first": len(runs[0].records) - len(shared),
        "only_second": len(runs[1].records) - len(shared),
        "metrics": {
            metric.key: {
                "label": metric.label,
                "better": metric.better,
                "percent": metric.percent,
                **asdict(found[metric.key]),
            }
            for metric in used
            if not np.isnan(found[metric.key].difference)
        },
        "decided_by": DECIDING[kind],
        "better": [change for change in changes if change["change"] > 0],
        "worse": [change for change in changes if change["change"] < 0],
    }


def _metrics(kind: str) -> tuple[Metric, ...]:
    known = {"answers": ANSWER_METRICS, "reader": READER_METRICS, "retrieval": ranking_metrics(SYSTEM)}
    if kind not in known:
        raise DatasetError(f"a run of {kind!r} cannot be compared; the kinds are {', '.join(known)}")
    return known[kind]


def _changes(before: list[Record], after: list[Record], grade: str) -> list[dict[str, Any]]:
    changes = [
        {
            "id": old["id"],
            "question": old["question"],
            "first": old["grades"][grade],
            "second": new["grades"][grade],
            "change": (new["grades"][grade] or 0.0) - (old["grades"][grade] or 0.0),
            "first_said": _said(old),
            "second_said": _said(new),
        }
        for old, new in zip(before, after, strict=True)
    ]
    return sorted((change for change in changes if change["change"]), key=lambda change: -abs(change["change"]))


def _said(record: Record) -> str:
    """What the run answered, in short; what a retrieval run ranked first."""
    if "rankings" in record:
        return next(iter(record["rankings"][SYSTEM]), "")
    if "words" in record:
        return str(record["words"])
    return record["citations"][0]["quote"] if record["citations"] else ""
