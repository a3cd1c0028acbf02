"""The table and the picture of docs/scale.md from ``scale.json``: ``python -m benchmarks.scale_plot``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

Row = Mapping[str, Any]

FIGURES: Mapping[str, tuple[str, Callable[[Row], float]]] = {
    "build": ("seconds of CPU to store, without embedding", lambda row: row["library_cpu_s"] + row["vectors_cpu_s"]),
    "size": ("MB on disk", lambda row: row["library_mb"] + row["vectors_mb"]),
    "memory": ("MB of memory, opened and asked, but for the mapped file", lambda row: row["memory_mb"]),
    "peak": ("MB of memory at most, while the vectors' file is made", lambda row: row["saved_mb"]),
    "open": ("ms of CPU to open", lambda row: row["open_ms"]),
    "dense": ("ms of CPU, dense search (median)", lambda row: row["dense_ms"]["median"]),
    "lexical": ("ms of CPU, full-text search (median)", lambda row: row["lexical_ms"]["median"]),
    "retrieval": ("ms of CPU, retrieval without the model (median)", lambda row: row["retrieval_ms"]["median"]),
    "p95": ("ms of CPU, the same, 95th percentile", lambda row: row["retrieval_ms"]["p95"]),
}


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The slope of a straight line through the logarithms: 1 where twice the chunks cost twice as much."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def table(rows: Sequence[Row]) -> str:
    """Markdown: a line for each figure, a column for each size, and the exponent."""
    sizes = [row["chunks"] for row in rows]
    lines = [
        "| | " + " | ".join(f"{size:,}" for size in sizes) + " | exponent |",
        "|---" * (len(rows) + 2) + "|",
        "| kind of vectors' file | " + " | ".join(row["kind"] for row in rows) + " | |",
        "| recall@10 | " + " | ".join(f"{row['recall_at_10']:.3f}" for row in rows) + " | |",
    ]
    for title, figure in FIGURES.values():
        values = [figure(row) for row in rows]
        cells = " | ".join(f"{value:,.3g}" if value < 100 else f"{value:,.0f}" for value in values)
        lines.append(f"| {title} | {cells} | {exponent(sizes, values):.2f} |")
    return "\n".join(lines)


def plot(rows: Sequence[Row], path: Path) -> None:
    """Both axes logarithmic; what a question costs on the left, what the library costs on the right."""
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "scale"})
    sizes = [row["chunks"] for row in rows]
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    for axes, names, unit in zip(
        figure.subplots(1, 2),
        (("open", "dense", "lexical", "retrieval", "p95"), ("build", "size", "peak", "memory")),
        ("milliseconds of CPU", "seconds of CPU, or MB"),
        strict=True,
    ):
        for name in names:
            title, value = FIGURES[name]
            axes.plot(sizes, [value(row) for row in rows], marker="o", label=title)
        axes.set(xscale="log", yscale="log", xlabel="chunks", ylabel=unit)
        axes.grid(alpha=0.3)
        axes.set_ylim(top=20 * axes.get_ylim()[1])
        axes.legend(fontsize=8, loc="upper left")
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Reads ``scale.json`` (first argument), draws the picture (second) and prints the table."""
    rows = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    plot(rows, Path(sys.argv[2]))
    print(table(rows))


if __name__ == "__main__":
    main()
