"""``report.html``: one page that needs nothing else, to be read, printed and passed on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from eval.grading import Record
from eval.html import Html, join, table, tag
from eval.numbers import duration, interval, number, p_value, signed, size
from eval.plots import Axis, difference_mark, histogram, interval_mark, line_plot, percent_axis, reliability_plot
from eval.report_cases import answer_cases, reader_cases, retrieval_cases

Report = Mapping[str, Any]

LEADING = ("right", "right_when_answered", "answered", "abstention_recall", "verbatim")
"""The numbers that stand large at the top of a report on answers."""

SHOWN_MEASURES = ("nDCG@10", "RR@10", "R@1", "R@5", "R@10", "R@20", "R@100", "Success@1", "Success@5")
RECALL_DEPTHS = (1, 5, 10, 20, 100)


def render(report: Report, records: Sequence[Record]) -> str:
    """The page of a report, with the questions that went wrong from its records."""
    body = {"answers": _answers, "retrieval": _retrieval, "reader": _reader}[report["command"]](report, records)
    css = files("eval").joinpath("report.css").read_text(encoding="utf-8")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{report['name']}: docquote evaluation"),
        tag("style", Html(css)),
    )
    return f"<!doctype html>\n{tag('html', head, tag('body', tag('main', *body)), lang='en')}\n"


def _answers(report: Report, records: Sequence[Record]) -> list[Html]:
    results, timing = report["results"], report["timing"]
    headline = results["headline"]
    parts = [
        _title("Answers", report, f"{results['questions']:,} questions, {results.get('documents', 0):,} documents"),
        _lead(results),
        _alarms(report),
        tag("div", *(_figure(headline[key]) for key in LEADING if key in headline), class_="figures"),
        _section(
            "Headline numbers",
            "Each with its 95% interval: had other questions of the same kind been asked, it would be in this range.",
        ),
        _headline(headline),
        _section("Kinds of questions", ""),
        _groups(results["groups"]),
        _section("Curves", ""),
        tag("div", *_answer_plots(results, timing), class_="plots"),
        _section(
            "What went wrong",
            "Every wrong answer is one of five kinds; each kind points to the part of the system to look at.",
        ),
        *answer_cases(results["errors"], records),
    ]
    return [*parts, *_timing(timing), *_provenance(report)]


def _retrieval(report: Report, records: Sequence[Record]) -> list[Html]:
    results, timing = report["results"], report["timing"]
    unjudged = results.get("queries_without_judgements", 0)
    left_out = f"; {unjudged:,} queries without judgements left out" if unjudged else ""
    counts = f"{results['queries']:,} queries, {results.get('documents', 0):,} documents{left_out}"
    parts = [
        _title("Retrieval", report, counts),
        _section("Measures", "Means over the queries with their 95% intervals; the best of each column is bold."),
        _systems(results["systems"]),
        _section(
            "Is the fusion better?",
            "Fused less each other row, with a 95% interval, and a paired randomisation test on the same queries.",
        ),
        _tests(results),
        _section("Curves", ""),
        tag("div", *_retrieval_plots(results, timing), class_="plots"),
        _section("Queries without a relevant document in the first ten", "By the full retriever."),
        *retrieval_cases(records),
    ]
    return [*parts, *_timing(timing), *_provenance(report)]


def _reader(report: Report, records: Sequence[Record]) -> list[Html]:
    results, timing = report["results"], report["timing"]
    parts = [_title("Reader", report, f"{results['questions']:,} questions, each with its text")]
    for group in results["groups"]:
        parts += [_section(group["label"], f"{group['questions']:,} questions"), _headline(group["metrics"])]
    parts += [
        _section("Curves", ""),
        tag("div", _latency(timing), class_="plots"),
        _section("What went wrong", "Answerable questions whose quoted sentence does not hold the answer."),
        *reader_cases(records),
    ]
    return [*parts, *_timing(timing), *_provenance(report)]


def _title(kind: str, report: Report, counts: str) -> Html:
    return tag(
        "header",
        tag("p", f"docquote evaluation · {kind}", class_="eyebrow"),
        tag("h1", report["name"]),
        tag("p", counts),
    )


def _lead(results: Mapping[str, Any]) -> Html:
    """The result in a sentence."""
    headline = results["headline"]
    if "answered" not in headline:
        return tag("p", "Nothing has been asked yet.", class_="lead")
    total = results["questions"]
    answered = round(headline["answered"]["value"] * total)
    if "right_when_answered" not in headline:
        return tag("p", f"docquote answered none of the {total:,} questions.", class_="lead")
    right = headline["right_when_answered"]
    words = (
        f"docquote answered {answered:,} of {total:,} questions, {number(right['value'], percent=True)} of them rightly"
    )
    refused = headline.get("abstention_recall")
    if refused:
        words += f", and refused {number(refused['value'], percent=True)} of those that the documents do not answer"
    return tag("p", f"{words}.", class_="lead")


def _alarms(report: Report) -> Html:
    verbatim = report["results"]["headline"].get("verbatim", {"value": 1.0})["value"]
    alarms: list[Html] = []
    if verbatim < 1.0:
        share = number(verbatim, percent=True)
        alarms.append(
            tag("p", f"Only {share} of the quotes are verbatim. This is a defect: please report it.", class_="alarm")
        )
    unread = report.get("unread", [])
    if unread:
        names = tag("ul", *(tag("li", reason) for reason in unread))
        alarms.append(tag("div", f"{len(unread):,} files could not be read and were not asked:", names, class_="alarm"))
    return join(alarms)


def _figure(entry: Mapping[str, Any]) -> Html:
    return tag(
        "div",
        tag("b", number(entry["value"], percent=entry["percent"])),
        tag("span", entry["label"]),
        tag("span", interval(entry), class_="interval"),
        class_="figure",
    )


def _section(heading: str, note: str) -> Html:
    return join([tag("h2", heading), tag("p", note, class_="muted") if note else ""])


def _headline(entries: Mapping[str, Mapping[str, Any]]) -> Html:
    rows: list[Sequence[object] | str] = []
    part = ""
    for entry in entries.values():
        if entry["part"] != part:
            part = entry["part"]
            rows.append(part)
        rows.append(
            [
                join([entry["label"], tag("span", entry["note"], class_="note")]),
                tag("strong", number(entry["value"], percent=entry["percent"])),
                tag("span", interval(entry), class_="interval"),
                interval_mark(entry["value"], entry["low"] or 0.0, entry["high"] or 0.0),
                f"{entry['questions']:,}",
            ]
        )
    return table(["", "Value", "95% interval", "0 to 1", "Questions"], rows, numbers=(1, 2, 4))


def _groups(groups: Sequence[Mapping[str, Any]]) -> Html:
    shown: dict[str, str] = {}
    for group in groups:
        shown |= {key: entry["label"] for key, entry in group["metrics"].items()}
    rows = [
        [group["label"], f"{group['questions']:,}", *(_with_interval(group["metrics"].get(key)) for key in shown)]
        for group in groups
    ]
    return table(["", "Questions", *shown.values()], rows, numbers=range(1, len(shown) + 2))


def _with_interval(entry: Mapping[str, Any] | None, best: bool = False) -> Html:
    if entry is None:
        return Html("–")
    value = tag("span", number(entry["value"], percent=entry["percent"]), class_="best" if best else None)
    return join([value, tag("br"), tag("span", interval(entry), class_="interval")])


def _systems(systems: Mapping[str, Mapping[str, Any]]) -> Html:
    best = {
        measure: max((system["measures"][measure]["value"] for system in systems.values()), default=0.0)
        for measure in SHOWN_MEASURES
    }
    labels = next(({m: s["measures"][m]["label"] for m in SHOWN_MEASURES} for s in systems.values()), {})
    rows = [
        [
            system["label"],
            *(
                _with_interval(system["measures"][measure], system["measures"][measure]["value"] == best[measure])
                for measure in SHOWN_MEASURES
            ),
        ]
        for system in systems.values()
    ]
    return table(["", *labels.values()], rows, numbers=range(1, len(SHOWN_MEASURES) + 1))


def _tests(results: Mapping[str, Any]) -> Html:
    entries = [(other, test) for other, tests in results["tests"].items() for test in tests.values()]
    reach = max((abs(end) for _, test in entries for end in (test["low"], test["high"]) if end is not None), default=1)
    rows = [
        [
            f"Fused less {results['systems'][other]['label']}",
            test["label"],
            tag("strong", signed(test["difference"], percent=False)),
            tag(
                "span",
                f"{signed(test['low'], percent=False)} to {signed(test['high'], percent=False)}",
                class_="interval",
            ),
            difference_mark(test["difference"], test["low"], test["high"], reach or 1.0),
            p_value(test["p"]),
        ]
        for other, test in entries
    ]
    heading = ["", "Measure", "Difference", "95% interval", f"±{reach:.3f}", "p"]
    return table(heading, rows, numbers=(2, 3, 5))


def _answer_plots(results: Mapping[str, Any], timing: Mapping[str, Any]) -> list[Html]:
    curves, headline = results["curves"], results["headline"]
    plots: list[Html] = []
    if curves.get("recall_at_k"):
        points = [(float(point["k"]), float(point["value"])) for point in curves["recall_at_k"]]
        ticks = [(k, f"{k:.0f}") for k, _ in points if len(points) <= 12 or k % 5 == 0]
        plots.append(
            _plot(
                "Retrieval",
                "Share of the answerable questions whose answer is among the first k passages.",
                line_plot(
                    "Recall at k",
                    Axis("k, passages read", 1, max(points[-1][0], 2), ticks),
                    percent_axis("found"),
                    {"": points},
                ),
            )
        )
    if curves.get("risk_coverage"):
        line = [(point["coverage"], point["risk"]) for point in curves["risk_coverage"]]
        answered = headline["answered"]["value"]
        mark = (answered, 1 - headline["right_when_answered"]["value"]) if "right_when_answered" in headline else None
        plots.append(
            _plot(
                "Risk and coverage",
                "The more questions are answered, the more answers are wrong; the ring is where docquote stands.",
                line_plot(
                    "Risk-coverage curve",
                    percent_axis("questions answered"),
                    percent_axis("answers that are wrong"),
                    {"": line},
                    mark,
                ),
            )
        )
    if curves.get("reliability"):
        plots.append(
            _plot(
                "Reliability",
                "On the diagonal, confidence means what it says; above each bar, how many questions it stands for.",
                reliability_plot("Reliability diagram", curves["reliability"]),
            )
        )
    return [*plots, _latency(timing)]


def _retrieval_plots(results: Mapping[str, Any], timing: Mapping[str, Any]) -> list[Html]:
    lines = {
        system["label"]: [(float(n), system["measures"][f"R@{k}"]["value"]) for n, k in enumerate(RECALL_DEPTHS)]
        for system in results["systems"].values()
    }
    axis = Axis("k, documents", 0, len(RECALL_DEPTHS) - 1, [(n, str(k)) for n, k in enumerate(RECALL_DEPTHS)])
    plot = line_plot("Recall at k", axis, percent_axis("relevant documents found"), lines)
    recall = _plot("Recall", "Share of the relevant documents among the first k.", plot) if lines else Html("")
    return [recall, _latency(timing)]


def _latency(timing: Mapping[str, Any]) -> Html:
    if "histogram" not in timing:
        return Html("")
    edges = [1000 * edge for edge in timing["histogram"]["edges_seconds"]]
    lines = {"median": 1000 * timing["p50_seconds"], "95%": 1000 * timing["p95_seconds"]}
    note = "Time from question to answer, one at a time; the slowest hundredth is in the last bar."
    return _plot("Latency", note, histogram("Latency", edges, timing["histogram"]["counts"], lines))


def _plot(heading: str, note: str, drawing: Html) -> Html:
    return tag("figure", tag("h3", heading), tag("figcaption", note), drawing)


def _timing(timing: Mapping[str, Any]) -> list[Html]:
    if "p50_seconds" not in timing:
        return []
    rows = [
        ["Latency, median", duration(timing["p50_seconds"])],
        ["Latency, 95%", duration(timing["p95_seconds"])],
        ["Latency, 99%", duration(timing["p99_seconds"])],
        ["Questions per second", f"{timing['questions_per_second']:.1f}"],
    ]
    if "index_bytes" in timing:
        rows += [
            ["Index built in", duration(timing["index_build_seconds"])],
            ["Index size", size(timing["index_bytes"])],
            ["Text indexed", f"{timing['index_characters']:,} characters"],
        ]
    machine = timing["machine"]
    note = (
        f"{machine['processor']}, {machine['threads']} threads. These depend on the machine; all else is reproducible."
    )
    return [_section("Time and size", note), tag("div", table(["", ""], rows, numbers=(1,)), class_="narrow")]


def _provenance(report: Report) -> list[Html]:
    configuration = report["provenance"]
    rows = [[key, tag("span", _plain(value), class_="code")] for key, value in configuration.items()]
    return [
        _section(
            "How to have these numbers again", "The same data, settings, code and versions give the same results."
        ),
        tag("details", tag("summary", "Everything the results depend on"), table(["", ""], rows)),
        tag("footer", "Made by docquote. Definitions of all numbers: docs/evaluation.md."),
    ]


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_plain(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "; ".join(_plain(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value)
