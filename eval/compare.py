"""``docquote eval compare``: what one run does better or worse than another, question by question."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from eval.grading import Record
from eval.groups import GROUPINGS, Grouping
from eval.headlines import ANSWER_METRICS, READER_METRICS, ranking_metrics
from eval.metrics import paired_differences
from eval.runs import Run, runs_in
from eval.summary import Metric, table_of, values
from rag.errors import DatasetError

DECIDING = {"answers": "right", "reader": "f1", "retrieval": "full/nDCG@10"}
"""The grade by which a question got better or worse."""

SYSTEM = "full"
"""Which row of a retrieval run is compared."""


def compare(first: Path, second: Path, seed: int) -> dict[str, Any]:
    """Paired differences of the second run from the first, on the questions that both answered.

    Returns:
        The runs' folders, how many questions they share and have alone, the ``Difference`` of each metric that both
        runs have, both values of the metrics of groups of questions, and the questions that got better and worse,
        those that changed most first.

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
                "part": metric.part,
                "label": metric.label,
                "better": metric.better,
                "percent": metric.percent,
                **asdict(found[metric.key]),
            }
            for metric in used
            if not np.isnan(found[metric.key].difference)
        },
        **(_groups(before, after) if kind == "answers" else {}),
        "decided_by": DECIDING[kind],
        "better": [change for change in changes if change["change"] > 0],
        "worse": [change for change in changes if change["change"] < 0],
    }


def compare_folders(first: Path, second: Path, seed: int) -> dict[str, Any]:
    """Compares each run in one folder with the run of the same name in another.

    Returns:
        The two folders, under "pairs" what ``compare`` says of each pair of runs by their name, and the names that
        only one of them has.

    Raises:
        DatasetError: the folders have no name in common, or a pair cannot be compared.
    """
    names = runs_in(first), runs_in(second)
    shared = [name for name in names[0] if name in names[1]]
    if not shared:
        raise DatasetError(f"{first} and {second} have no run of the same name; give two runs, or two folders of runs")
    return {
        "command": "compare",
        "first": str(first),
        "second": str(second),
        "pairs": {name: compare(first / name, second / name, seed) for name in shared},
        "unpaired": sorted(set(names[0]) ^ set(names[1])),
    }


def _groups(before: list[Record], after: list[Record]) -> dict[str, list[dict[str, Any]]]:
    """The groups of either run: how many questions each has in both, and both values of its metrics.

    A record of a run of before the kind of a question was kept gets it from the other run.
    """
    old = [{**one, "note": one.get("note") or other.get("note", "")} for one, other in zip(before, after, strict=True)]
    return {grouping.key: _compared_groups(grouping, old, after) for grouping in GROUPINGS}


def _compared_groups(grouping: Grouping, before: list[Record], after: list[Record]) -> list[dict[str, Any]]:
    first, second = dict(grouping.groups(before)), dict(grouping.groups(after))
    compared: list[dict[str, Any]] = []
    for label in dict.fromkeys([*second, *first]):
        old, new = first.get(label, []), second.get(label, [])
        metrics = grouping.metrics_of([*old, *new])
        sides = values(metrics, old), values(metrics, new)
        compared.append(
            {
                "label": label,
                "first_questions": len(old),
                "second_questions": len(new),
                "metrics": {
                    metric.key: {
                        "label": metric.label,
                        "better": metric.better,
                        "percent": metric.percent,
                        "first": sides[0].get(metric.key),
                        "second": sides[1].get(metric.key),
                    }
                    for metric in metrics
                    if metric.key in sides[0] or metric.key in sides[1]
                },
            }
        )
    return compared


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
