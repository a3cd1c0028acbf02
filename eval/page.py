"""``report.html``: one page that needs nothing else, to be read, printed and passed on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from eval.charts import answer_charts, latency_chart, retrieval_charts
from eval.grading import Record
from eval.groups import GROUPINGS
from eval.html import render
from eval.numbers import duration, number, size
from eval.report_cases import answer_cases, reader_cases, retrieval_cases

Report = Mapping[str, Any]

LEADING = ("answered_rightly", "right_when_answered", "evidence_shown", "abstention_recall", "verbatim")
"""The numbers that stand large at the top of a report on answers."""

SHOWN_MEASURES = ("nDCG@10", "RR@10", "R@1", "R@5", "R@10", "R@20", "R@100", "Success@1", "Success@5")


def page_html(report: Report, records: Sequence[Record]) -> str:
    """The page of a report, with the questions that went wrong from its records."""
    shown = {"answers": _answers, "retrieval": _retrieval, "reader": _reader}[report["command"]](report, records)
    page = render(
        f"{report['command']}.html",
        report=report,
        results=report["results"],
        timing=report["timing"],
        times=_times(report["timing"]),
        provenance=[(name, _plain(value)) for name, value in report["provenance"].items()],
        css=Markup(files("eval").joinpath("report.css").read_text(encoding="utf-8")),
        **shown,
    )
    return f"{page}\n"


def _answers(report: Report, records: Sequence[Record]) -> dict[str, Any]:
    results = report["results"]
    headline = results["headline"]
    verbatim = headline.get("verbatim", {"value": 1.0})["value"]
    return {
        "counts": f"{results['questions']:,} questions, {results.get('documents', 0):,} documents",
        "lead": _lead(results),
        "not_verbatim": number(verbatim, percent=True) if verbatim < 1.0 else "",
        "unread": report.get("unread", []),
        "leading": [headline[key] for key in LEADING if key in headline],
        "groupings": [grouping for grouping in GROUPINGS if results[grouping.key]],
        "plots": answer_charts(results, report["timing"]),
        "cases": answer_cases(results["errors"], records),
    }


def _retrieval(report: Report, records: Sequence[Record]) -> dict[str, Any]:
    results = report["results"]
    systems, unjudged = results["systems"], results.get("queries_without_judgements", 0)
    left_out = f"; {unjudged:,} queries without judgements left out" if unjudged else ""
    tests = [(systems[other]["label"], test) for other, named in results["tests"].items() for test in named.values()]
    ends = [abs(end) for _, test in tests for end in (test["low"], test["high"]) if end is not None]
    return {
        "counts": f"{results['queries']:,} queries, {results.get('documents', 0):,} documents{left_out}",
        "measures": next(({m: s["measures"][m]["label"] for m in SHOWN_MEASURES} for s in systems.values()), {}),
        "best": {m: max((s["measures"][m]["value"] for s in systems.values()), default=0.0) for m in SHOWN_MEASURES},
        "tests": tests,
        "reach": max(ends, default=1.0),
        "plots": retrieval_charts(results, report["timing"]),
        "cases": retrieval_cases(records),
    }


def _reader(report: Report, records: Sequence[Record]) -> dict[str, Any]:
    return {
        "counts": f"{report['results']['questions']:,} questions, each with its text",
        "plots": latency_chart(report["timing"]),
        "cases": reader_cases(records),
    }


def _lead(results: Mapping[str, Any]) -> str:
    """The result in a sentence."""
    headline = results["headline"]
    if "answered" not in headline:
        return "Nothing has been asked yet."
    total = results["questions"]
    answered = round(headline["answered"]["value"] * total)
    if "right_when_answered" not in headline:
        return f"docquote answered none of the {total:,} questions."
    right = headline["right_when_answered"]
    words = (
        f"docquote answered {answered:,} of {total:,} questions, {number(right['value'], percent=True)} of them rightly"
    )
    refused = headline.get("abstention_recall")
    if refused:
        words += f", and left {number(refused['value'], percent=True)} of those without an answer unanswered"
    return f"{words}."


def _times(timing: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How long what took, and how much was indexed; empty where nothing was asked."""
    if "p50_seconds" not in timing:
        return []
    times = [
        ("Latency, median", duration(timing["p50_seconds"])),
        ("Latency, 95%", duration(timing["p95_seconds"])),
        ("Latency, 99%", duration(timing["p99_seconds"])),
        ("Questions per second", f"{timing['questions_per_second']:.1f}"),
    ]
    if "index_bytes" in timing:
        times += [
            ("Index built in", duration(timing["index_build_seconds"])),
            ("Index size", size(timing["index_bytes"])),
            ("Text indexed", f"{timing['index_characters']:,} characters"),
        ]
    return times


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_plain(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "; ".join(_plain(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value)
