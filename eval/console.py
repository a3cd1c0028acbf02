"""The results as tables on the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table

from eval.groups import GROUPINGS, measures
from eval.numbers import duration, interval, number, p_value, signed
from rag.cli.console import plain

CHANGES_SHOWN = 10
SHOWN_MEASURES = ("nDCG@10", "RR@10", "R@5", "R@10", "R@100")
LEAST_WIDTH = 120
"""Columns that the tables need; a pipe, which has no width of its own, gets them too."""
ARROW, SIGNIFICANT_MARK = "→", "*"
SIGNIFICANT = 0.05

out = Console(highlight=False, width=max(Console().width, LEAST_WIDTH))
err = Console(stderr=True, highlight=False)


def print_report(report: Mapping[str, Any]) -> None:
    """The headline of a report of any command."""
    results = report["results"]
    if report["command"] == "answers":
        _print_headline(f"{report['name']}: {results['questions']:,} questions", results["headline"])
        for grouping in GROUPINGS[1:]:
            _print_groups(grouping.label, results[grouping.key])
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
    for part, entries in groupby(comparison["metrics"].values(), key=lambda entry: entry["part"]):
        _add_part(table, part)
        for entry in entries:
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
    for grouping in GROUPINGS[1:]:
        _print_compared_groups(grouping.label, comparison.get(grouping.key, ()))
    alone = comparison["only_first"] + comparison["only_second"]
    if alone:
        out.print(f"{alone:,} questions are in one of the runs only and were left out")
    for side in ("better", "worse"):
        _print_changes(side, comparison[side])


def print_comparisons(comparisons: Mapping[str, Any]) -> None:
    """One table of several comparisons: a row for each number, a column for each pair of runs."""
    pairs: Mapping[str, Mapping[str, Any]] = comparisons["pairs"]
    table = _table(f"{comparisons['second']} against {comparisons['first']}")
    for name, pair in pairs.items():
        table.add_column(f"{plain(name)}, {pair['questions']:,}", justify="right")
    entries: dict[str, Mapping[str, Any]] = {}
    for pair in sorted(pairs.values(), key=lambda pair: -len(pair["metrics"])):  # the fullest says the order
        entries |= pair["metrics"]
    for part, keys in groupby(entries, key=lambda key: entries[key]["part"]):
        _add_part(table, part)
        for key in keys:
            cells = (_before_and_after(pair["metrics"].get(key)) for pair in pairs.values())
            table.add_row(entries[key]["label"], *cells)
    out.print(table)
    out.print(f"{SIGNIFICANT_MARK} p < {SIGNIFICANT} (paired randomisation test)")
    for name in comparisons["unpaired"]:
        out.print(f"left out, as only one of the folders has it: {plain(name)}")


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
    for part, rows in groupby(entries.values(), key=lambda entry: entry["part"]):
        _add_part(table, part)
        for entry in rows:
            value = number(entry["value"], percent=entry["percent"])
            table.add_row(entry["label"], value, interval(entry), f"{entry['questions']:,}")
    out.print(table)


def _add_part(table: Table, part: str) -> None:
    """A heading over the rows that follow; "" needs none."""
    if part:
        table.add_row(f"[bold]{part}[/]")


def _print_groups(title: str, groups: Sequence[Mapping[str, Any]]) -> None:
    """The metrics of groups of questions, without their intervals."""

    def cells(group: Mapping[str, Any], labels: Mapping[str, str]) -> list[str]:
        entries = [group["metrics"].get(key) for key in labels]
        values = [number(entry["value"], percent=entry["percent"]) if entry else "–" for entry in entries]
        return [f"{group['questions']:,}", *values]

    _print_rows(title, groups, cells)


def _print_compared_groups(title: str, groups: Sequence[Mapping[str, Any]]) -> None:
    """The numbers of groups of questions, before and after."""

    def cells(group: Mapping[str, Any], labels: Mapping[str, str]) -> list[str]:
        first, second = (group[f"{side}_questions"] for side in ("first", "second"))
        count = f"{first:,}" if first == second else f"{first:,} {ARROW} {second:,}"
        return [count, *(_before_and_after(group["metrics"].get(key)) for key in labels)]

    _print_rows(title, groups, cells)


def _print_rows(
    title: str,
    groups: Sequence[Mapping[str, Any]],
    cells: Callable[[Mapping[str, Any], Mapping[str, str]], Sequence[str]],
) -> None:
    """A row for each group: how many questions it has, and its measures; nothing where there are no groups."""
    if not groups:
        return
    table = _table(title)
    table.add_column("questions", justify="right")
    labels = measures(groups)
    for label in labels.values():
        table.add_column(label, justify="right")
    for group in groups:
        table.add_row(plain(group["label"]), *cells(group, labels))
    out.print(table)


def _before_and_after(entry: Mapping[str, Any] | None) -> str:
    """``27.0 → 51.2*``: both numbers, those of shares in percent, and a mark where they differ by more than chance."""
    if entry is None:
        return "–"
    first, second = (number(entry[side], percent=entry["percent"]).removesuffix("%") for side in ("first", "second"))
    p = entry.get("p")
    mark = SIGNIFICANT_MARK if p is not None and p < SIGNIFICANT else " " if p is not None else ""
    return f"{first} {ARROW} {second}{mark}"


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
