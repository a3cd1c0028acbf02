"""How the rows of a table stand in a text: each on a line of its own, its cells joined as "a | b"."""

from __future__ import annotations

import re
from collections.abc import Sequence

CELL = " | "
"""Between two cells of a row."""

_BETWEEN_CELLS = re.compile(r"(?:^| )\|(?= |$)")


def row_of(cells: Sequence[str]) -> str:
    """The line for a row's cells."""
    return CELL.join(cells)


def cells_of(row: str) -> list[str]:
    """The cells of a line, without the white space around them; empty ones at its ends included."""
    return [cell.strip() for cell in _BETWEEN_CELLS.split(row.strip())]
