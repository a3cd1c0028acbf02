"""The report's charts: which plot shows which numbers, with a line that says how to read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.plots import Axis, Drawing, histogram, line_plot, percent_axis, reliability_plot

RECALL_DEPTHS = (1, 5, 10, 20, 100)


@dataclass(frozen=True, slots=True)
class Chart:
    """A plot under its heading and a line that says how to read it."""

    heading: str
    note: str
    drawing: Drawing


def answer_charts(results: Mapping[str, Any], timing: Mapping[str, Any]) -> list[Chart]:
    """Recall at k, risk and coverage, reliability, latency; a curve without points is left out."""
    curves = results["curves"]
    charts: list[Chart] = []
    if curves.get("recall_at_k"):
        charts.append(_recall_chart(curves["recall_at_k"]))
    if curves.get("risk_coverage"):
        charts.append(_risk_chart(curves["risk_coverage"], results["headline"]))
    if curves.get("reliability"):
        note = "On the diagonal, confidence means what it says; above each bar, how many questions it stands for."
        charts.append(Chart("Reliability", note, reliability_plot("Reliability diagram", curves["reliability"])))
    return [*charts, *latency_chart(timing)]


def retrieval_charts(results: Mapping[str, Any], timing: Mapping[str, Any]) -> list[Chart]:
    """Recall at k of every system, latency."""
    lines = {
        system["label"]: [(float(n), system["measures"][f"R@{k}"]["value"]) for n, k in enumerate(RECALL_DEPTHS)]
        for system in results["systems"].values()
    }
    axis = Axis("k, documents", 0, len(RECALL_DEPTHS) - 1, [(n, str(k)) for n, k in enumerate(RECALL_DEPTHS)])
    plot = line_plot("Recall at k", axis, percent_axis("relevant documents found"), lines)
    recall = [Chart("Recall", "Share of the relevant documents among the first k.", plot)] if lines else []
    return [*recall, *latency_chart(timing)]


def latency_chart(timing: Mapping[str, Any]) -> list[Chart]:
    """How long questions took; nothing where none was asked."""
    if "histogram" not in timing:
        return []
    edges = [1000 * edge for edge in timing["histogram"]["edges_seconds"]]
    lines = {"median": 1000 * timing["p50_seconds"], "95%": 1000 * timing["p95_seconds"]}
    note = "Time from question to answer, one at a time; the slowest hundredth is in the last bar."
    return [Chart("Latency", note, histogram("Latency", edges, timing["histogram"]["counts"], lines))]


def _recall_chart(curve: Sequence[Mapping[str, float]]) -> Chart:
    points = [(float(point["k"]), point["value"]) for point in curve]
    ticks = [(k, f"{k:.0f}") for k, _ in points if len(points) <= 12 or k % 5 == 0]
    axis = Axis("k, passages read", 1, max(points[-1][0], 2), ticks)
    note = "Share of the answerable questions whose answer is among the first k passages."
    return Chart("Retrieval", note, line_plot("Recall at k", axis, percent_axis("found"), {"": points}))


def _risk_chart(curve: Sequence[Mapping[str, float]], headline: Mapping[str, Any]) -> Chart:
    points = [(point["coverage"], point["risk"]) for point in curve]
    right = headline.get("right_when_answered")
    here = (headline["answered"]["value"], 1 - right["value"]) if right else None
    x, y = percent_axis("questions answered"), percent_axis("answers that are wrong")
    note = "The more questions are answered, the more answers are wrong; the ring is where docquote stands."
    return Chart("Risk and coverage", note, line_plot("Risk-coverage curve", x, y, {"": points}, here))
