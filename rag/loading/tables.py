"""Tables of formats whose cells may be merged: rows of equal length, and which of them heads the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rag.errors import Refused
from rag.loading.builder import TextBuilder
from rag.loading.headers import names_columns

MOST_COLUMNS = 1000
"""That one cell may span, as in HTML."""
MOST_CELLS = 5_000_000
"""Of one table, a merged cell counted as often as it is repeated."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as its format has it.

    Attributes:
        text: of it; None where it goes on from the cell above.
        columns, rows: that it spans, from 1.
    """

    text: str | None
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A row as its format has it.

    Attributes:
        cells: from the first column on.
        heads: whether the format says that it heads the columns.
    """

    cells: Sequence[Cell]
    heads: bool = False


def write_table(rows: Sequence[Row], builder: TextBuilder, *, may_head: bool = True) -> None:
    """Writes a table; a merged cell is repeated in each row and column that it spans, unless it is all of its row.

    Several rows that head the columns become one: "Rent 2023" for "Rent" above "2023". Such a row of one cell stands
    above the table.

    Args:
        rows: from the top.
        builder: that is written to.
        may_head: whether the first row may head the others where the format does not say that one does.

    Raises:
        Refused: it has more than ``MOST_CELLS``.
    """
    texts = _filled(rows)
    alone = [len(row.cells) == 1 and len(set(cells)) == 1 for row, cells in zip(rows, texts, strict=True)]
    first = 0
    while first + 1 < len(rows) and rows[first].heads and alone[first]:
        builder.gap(2)
        builder.add(" ".join(texts[first][0].split()))
        builder.gap(1)
        first += 1
    body = next((at for at in range(first, len(rows)) if not rows[at].heads), len(rows))
    builder.begin_table()
    if body > first:
        columns = zip_longest(*texts[first:body], fillvalue="")
        builder.add_row([" ".join(dict.fromkeys(filter(None, column))) for column in columns], header=True)
    for at in range(body, len(rows)):
        heads = at == body == first and may_head and names_columns(texts[at:])
        builder.add_row(texts[at][:1] if alone[at] else texts[at], header=heads)
    builder.end_table()


def _filled(rows: Sequence[Row]) -> list[list[str]]:
    """The text of each row's cells, those included that cells of other rows and columns reach into."""
    filled: list[list[str]] = []
    reaching: dict[int, list[tuple[range, str]]] = {}  # by row: the columns that a cell from above takes in it
    cells = 0
    for y, row in enumerate(rows):
        texts = {x: text for columns, text in reaching.pop(y, ()) for x in columns}
        x = 0
        for cell in row.cells:
            while x in texts:
                x += 1
            text = cell.text
            if text is None:
                text = filled[-1][x] if filled and x < len(filled[-1]) else ""
            across = range(x, x + min(max(cell.columns, 1), MOST_COLUMNS))
            below = range(y + 1, min(y + max(cell.rows, 1), len(rows)))
            cells += len(across) * (1 + len(below))
            if cells > MOST_CELLS:
                raise Refused(f"has a table of more than {MOST_CELLS:,} cells")
            texts |= dict.fromkeys(across, text)
            for at in below:
                reaching.setdefault(at, []).append((across, text))
            x = across.stop
        filled.append([texts.get(at, "") for at in range(max(texts, default=-1) + 1)])
    return filled
