"""Measurements -> figures, ratios to docquote with their spread, and tables in Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from benchmarks.environments import DOCQUOTE, Spec
from benchmarks.results import Results, Values

Row = Callable[[str], Values]
"""Task -> what it measured, of one system in one repetition; a task that was not run raises KeyError."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a system in one repetition.

    Attributes:
        title: with its unit.
        better: which direction is.
        of: computes it; KeyError where the system was not measured so.
        digits: behind the decimal point.
        compared: whether the table of ratios has it.
    """

    title: str
    better: Literal["more", "less"]
    of: Callable[[Row], float]
    digits: int = 1
    compared: bool = True


@dataclass(frozen=True, slots=True)
class Spread:
    """The median, the least and the most of the repetitions."""

    median: float
    low: float
    high: float

    def text(self, digits: int, unit: str = "") -> str:
        """``12.3 (11.9–12.8)``; without the brackets where all repetitions are the same at these digits."""
        median, low, high = (f"{value:,.{digits}f}" for value in (self.median, self.low, self.high))
        return f"{median}{unit}" if low == high else f"{median}{unit} ({low}–{high})"


def figures(documents: int, characters: int, tokens: int) -> tuple[Figure, ...]:
    """The figures over a collection of so many documents, characters and tokens of the embedding model."""

    def a_second(amount: float) -> Callable[[Row], float]:
        return lambda row: amount / row("index")["seconds"]

    def value(task: str, name: str, factor: float = 1.0) -> Callable[[Row], float]:
        return lambda row: row(task)[name] * factor

    return (
        Figure("Indexing, documents a second", "more", a_second(documents), compared=False),
        Figure("Indexing, thousand characters a second", "more", a_second(characters / 1000)),
        Figure("Indexing, thousand tokens of the library a second", "more", a_second(tokens / 1000), 2, compared=False),
        Figure(
            "Indexing, thousand tokens read by the model a second",
            "more",
            lambda row: row("index")["tokens_read"] / 1000 / row("index")["seconds"],
            2,
        ),
        Figure("Indexing, chunks a second", "more", lambda row: row("index")["chunks"] / row("index")["seconds"]),
        Figure("Indexing, processor seconds", "less", value("index", "processor_seconds")),
        Figure("Chunks", "less", value("index", "chunks"), 0, compared=False),
        Figure(
            "Share of the chunks' tokens that the model reads, %",
            "more",
            lambda row: 100 * row("index")["tokens_read"] / row("index")["tokens_given"],
            compared=False,
        ),
        Figure("Indexing again, nothing changed, seconds", "less", value("unchanged", "seconds"), 2),
        Figure("Indexing again, 1% changed, seconds", "less", value("changed", "seconds"), 2),
        Figure("Index on disk, MB", "less", value("index", "bytes", 1e-6), 2),
        Figure("Peak memory of indexing, MB", "less", value("index", "peak_bytes", 1e-6), 0),
        Figure("Peak memory of searching, MB", "less", value("search", "peak_bytes", 1e-6), 0),
        Figure("Import and loading the model, seconds", "less", value("search", "load_seconds"), 2),
        Figure("Opening the index, ms", "less", value("search", "open_seconds", 1e3)),
        Figure("Search, median, ms", "less", value("search", "search_p50", 1e3)),
        Figure("Search, 95th percentile, ms", "less", value("search", "search_p95", 1e3)),
        Figure("Whole answer, median, ms", "less", value("search", "answer_p50", 1e3), 0, compared=False),
        Figure("Whole answer, 95th percentile, ms", "less", value("search", "answer_p95", 1e3), 0, compared=False),
        *(
            Figure(f"Answer in the first {k} passages, %", "more", value("search", f"success@{k}", 100), compared=False)
            for k in (1, 3, 10)
        ),
        Figure("Characters in ten passages", "less", value("search", "passage_characters"), 0, compared=False),
        Figure(
            "Indexing, as a multiple of the encoder alone",
            "less",
            lambda row: row("index")["seconds"] / row("index")["encoder_seconds"],
            2,
            compared=False,
        ),
        Figure(
            "The same in processor time",
            "less",
            lambda row: row("index")["processor_seconds"] / row("index")["encoder_processor_seconds"],
            2,
            compared=False,
        ),
        Figure("`docquote ask` from cold, seconds", "less", value("command", "ask_seconds"), 2, compared=False),
        Figure("`docquote chat` until the page answers, seconds", "less", value("command", "chat_seconds"), 2, False),
    )


def values_of(figure: Figure, results: Results, spec: Spec) -> dict[int, float]:
    """A figure of a system, by repetition; repetitions without it are left out.

    For a system that has no way to find changed files, indexing again is indexing.
    """
    found: dict[int, float] = {}
    for repetition in results.repetitions:

        def row(task: str, repetition: int = repetition) -> Values:
            done = task if spec.updates or task not in ("unchanged", "changed") else "index"
            values = results.values(repetition, spec.name, done)
            if values is None:
                raise KeyError(task)
            return values

        try:
            found[repetition] = figure.of(row)
        except KeyError:
            continue
    return found


def spread(values: Sequence[float]) -> Spread:
    """The spread of at least one value."""
    return Spread(statistics.median(values), min(values), max(values))


def ratios(ours: dict[int, float], theirs: dict[int, float], better: Literal["more", "less"]) -> list[float]:
    """By how much docquote is better, repetition by repetition: 2.0 is twice as good, 0.5 half as good."""
    both = sorted(ours.keys() & theirs.keys())
    return [ours[i] / theirs[i] if better == "more" else theirs[i] / ours[i] for i in both if ours[i] and theirs[i]]


def absolute_table(results: Results, listed: Sequence[Figure], systems: Sequence[Spec]) -> str:
    """Every figure of every system."""
    rows = []
    for figure in listed:
        cells = [values_of(figure, results, spec) for spec in systems]
        if any(cells):
            shown = [spread(list(cell.values())).text(figure.digits) if cell else "–" for cell in cells]
            rows.append([figure.title, *shown])
    return _markdown(["", *(spec.title for spec in systems)], rows)


def ratio_table(results: Results, listed: Sequence[Figure], systems: Sequence[Spec]) -> str:
    """By how much docquote is better than each of the others; below 1 it is worse."""
    peers = [spec for spec in systems if spec is not DOCQUOTE]
    rows = []
    for figure in listed:
        ours = values_of(figure, results, DOCQUOTE)
        cells = [ratios(ours, values_of(figure, results, peer), figure.better) for peer in peers]
        if figure.compared and any(cells):
            rows.append([figure.title, *(spread(cell).text(2, "×") if cell else "–" for cell in cells)])
    return _markdown(["docquote is better by", *(peer.title for peer in peers)], rows)


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
