"""How the rows of a table stand in a text: each on a line of its own, its cells joined as "a | b"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.schema import Span

CELL = " | "
"""Between two cells of a row."""

_BETWEEN_CELLS = re.compile(r"(?:^| )\|(?= |$)")


def row_of(cells: Sequence[str]) -> str:
    """The line for a row's cells."""
    return CELL.join(cells)


def cells_of(row: str) -> list[str]:
    """The cells of a line, without the white space around them; empty ones at its ends included."""
    return [row[start:end] for start, end in cell_spans(row)]


def cell_spans(row: str) -> list[Span]:
    """Where the cells of ``cells_of`` stand, in characters of the line; an empty one begins where it ends."""
    borders = [match.span() for match in _BETWEEN_CELLS.finditer(row)]
    starts, ends = [0, *(end for _, end in borders)], [*(start for start, _ in borders), len(row)]
    spans: list[Span] = []
    for start, end in zip(starts, ends, strict=True):
        cell = row[start:end]
        first = start + len(cell) - len(cell.lstrip())
        spans.append((first, max(first, start + len(cell.rstrip()))))
    return spans
