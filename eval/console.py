"""The results as tables on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from eval.numbers import duration, interval, number, p_value, signed
from rag.cli.console import plain

CHANGES_SHOWN = 10
SHOWN_MEASURES = ("nDCG@10", "RR@10", "R@5", "R@10", "R@100")
LEAST_WIDTH = 100
"""Columns that the tables need; a pipe, which has no width of its own, gets them too."""

out = Console(highlight=False, width=max(Console().width, LEAST_WIDTH))
err = Console(stderr=True, highlight=False)


def print_report(report: Mapping[str, Any]) -> None:
    """The headline of a report of any command."""
    results = report["results"]
    if report["command"] == "answers":
        _print_headline(f"{report['name']}: {results['questions']:,} questions", results["headline"])
        _print_errors(results["errors"])
    elif report["command"] == "reader":
        for group in results["groups"]:
            _print_headline(f"{group['label']}: {group['questions']:,} questions", group["metrics"])
    else:
        _print_systems(report["name"], results)
    timing = report["timing"]
    if "p50_seconds" in timing:
        out.print(
            f"latency {duration(timing['p50_seconds'])} median, {duration(timing['p95_seconds'])} at 95%, "
            f"{timing['questions_per_second']:.1f} questions per second"
        )


def print_comparison(comparison: Mapping[str, Any]) -> None:
    """The table of differences, and the questions that changed most."""
    table = _table(f"{comparison['second']} against {comparison['first']}, {comparison['questions']:,} questions")
    for name in ("first", "second", "difference", "95% interval", "p"):
        table.add_column(name, justify="right")
    for entry in comparison["metrics"].values():
        percent = entry["percent"]
        table.add_row(
            entry["label"],
            number(entry["first"], percent=percent),
            number(entry["second"], percent=percent),
            signed(entry["difference"], percent=percent),
            f"{signed(entry['low'], percent=percent)} to {signed(entry['high'], percent=percent)}",
            p_value(entry["p"]),
        )
    out.print(table)
    alone = comparison["only_first"] + comparison["only_second"]
    if alone:
        out.print(f"{alone:,} questions are in one of the runs only and were left out")
    for side in ("better", "worse"):
        _print_changes(side, comparison[side])


def print_findings(findings: Sequence[Mapping[str, str]]) -> None:
    """What a check found, a line each."""
    for finding in findings:
        name, problem, value = (plain(finding[key]) for key in ("id", "problem", "value"))
        out.print(f"[bold]{name}[/] {finding['field']}: {problem}: {value}")


def _table(title: str) -> Table:
    table = Table(title=plain(title), title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("")
    return table


def _print_headline(title: str, entries: Mapping[str, Mapping[str, Any]]) -> None:
    table = _table(title)
    for name in ("value", "95% interval", "questions"):
        table.add_column(name, justify="right")
    for entry in entries.values():
        value = number(entry["value"], percent=entry["percent"])
        table.add_row(entry["label"], value, interval(entry), f"{entry['questions']:,}")
    out.print(table)


def _print_errors(errors: Mapping[str, Sequence[str]]) -> None:
    told = ", ".join(f"{len(names):,} {kind}" for kind, names in errors.items() if names)
    out.print(f"wrong: {told or 'none'}")


def _print_systems(name: str, results: Mapping[str, Any]) -> None:
    table = _table(f"{name}: {results['queries']:,} queries, {results['documents']:,} documents")
    for measure in SHOWN_MEASURES:
        table.add_column(measure.replace("RR@", "MRR@"), justify="right")
    for system in results["systems"].values():
        cells = [system["measures"][measure] for measure in SHOWN_MEASURES]
        table.add_row(system["label"], *(f"{cell['value']:.3f}" for cell in cells))
        table.add_row("", *(f"[dim]{interval(cell)}[/]" for cell in cells))
    out.print(table)
    for other, tests in results["tests"].items():
        test = tests["nDCG@10"]
        label = plain(results["systems"][other]["label"])
        difference, low, high = (signed(test[key], percent=False) for key in ("difference", "low", "high"))
        out.print(f"fused less {label}: nDCG@10 {difference} ({low} to {high}), p {p_value(test['p'])}")


def _print_changes(side: str, changes: Sequence[Mapping[str, Any]]) -> None:
    out.print(f"[bold]{len(changes):,} {side}[/]")
    for change in changes[:CHANGES_SHOWN]:
        out.print(f"  {plain(change['id'])}  {plain(change['question'])}")
        out.print(f"    [dim]first: {plain(change['first_said'][:200])}[/]")
        out.print(f"    [dim]second: {plain(change['second_said'][:200])}[/]")
    if len(changes) > CHANGES_SHOWN:
        out.print(f"  and {len(changes) - CHANGES_SHOWN:,} more; see --json")
