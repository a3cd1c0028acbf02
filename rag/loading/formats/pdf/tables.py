"""Tables: pieces of text in the cells that lines rule, or below each other in columns that only their gaps show."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np

from rag.loading.formats.pdf.characters import Characters
from rag.loading.formats.pdf.lines import PIECE_GAP, Piece, rows_of
from rag.loading.formats.pdf.rulings import Ruling
from rag.loading.headers import are_figures
from rag.text.wrapping import LIST_ITEM

TOUCHING = 3.0
"""Points: lines that come so near to each other meet, and those that lie so near to each other are one."""
FEWEST_RULED = 2
"""Rows; a table of no more of them has lines under its header only."""
MOST_RULINGS = 1_500
"""A page with more is a drawing."""
COLUMN_GAP = 0.35
"""Of the height of type: so wide are the gaps between columns of a table without lines at least."""
ROWS_APART = 2.2
"""Times the height of type: what is further below is no row of the same table."""
FILLED = 0.6
"""So many of the cells of a table without lines hold text at least."""
LONGEST_CELL = 40
"""Characters that such a cell has in the median at most: longer ones are columns of prose."""
CONTINUED = 1.3
"""Times the height of type: a line without a cell in the first column that is no further below goes on with its row."""

_LEADER = re.compile(r"[.…·_\s]{2,}")

Cell = list[Piece]
"""What stands in a cell; empty where nothing does."""


@dataclass(slots=True)
class Table(Piece):
    """A table, in the order of reading one piece of its page; ``rows`` have equally many cells."""

    rows: list[list[Cell]]


# -- ruled ----------------------------------------------------------------------------------------------------


def ruled_tables(
    pieces: Sequence[Piece], characters: Characters, across: Sequence[Ruling], down: Sequence[Ruling]
) -> list[Piece]:
    """The pieces of a page with those in ruled tables put together to tables."""
    if len(across) + len(down) > MOST_RULINGS:
        return list(pieces)
    rest = list(pieces)
    for rows, columns, walls in _grids(across, down):
        left, top, right, bottom = columns[0], rows[0], columns[-1], rows[-1]
        inside = [p for p in rest if left < (p.left + p.right) / 2 < right and top < p.middle < bottom]
        outside = [p for p in rest if p not in inside]
        parts = [part for piece in inside for part in _cut(piece, columns, characters)]
        cells = _cells(parts, rows, columns, walls)
        if len(cells) <= FEWEST_RULED:
            cells = [line for row in cells for line in _lines_of_row(row)]
        if len(cells) < 2 or len(cells[0]) < 2:
            continue
        size = median(part.size for part in parts)
        table = Table(left, top, right, bottom, parts[0].first, parts[0].first, size, False, True, cells)
        rest = [*outside, table]
    return rest


def _grids(across: Sequence[Ruling], down: Sequence[Ruling]) -> Iterator[tuple[list[float], list[float], list[Ruling]]]:
    """Of each group of lines that meet: where its rows and its columns are parted, and its vertical lines."""
    across, down = _whole(across), _whole(down)
    lines = [*across, *down]
    group = list(range(len(lines)))

    def root(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = group[i]
        return i

    if not across or not down:
        return
    at = np.array([line.at for line in down])
    start = np.array([line.start for line in down])
    end = np.array([line.end for line in down])
    for i, line in enumerate(across):
        meets = (at >= line.start - TOUCHING) & (at <= line.end + TOUCHING)
        meets &= (start - TOUCHING <= line.at) & (line.at <= end + TOUCHING)
        for j in np.flatnonzero(meets).tolist():
            group[root(len(across) + j)] = root(i)
    for one in sorted({root(i) for i in range(len(lines))}):
        floors = [line for i, line in enumerate(across) if root(i) == one]
        walls = [line for j, line in enumerate(down) if root(len(across) + j) == one]
        if not floors or not walls:
            continue
        rows = _clustered([line.at for line in floors] + [end for line in walls for end in (line.start, line.end)])
        columns = _clustered([line.at for line in walls] + [end for line in floors for end in (line.start, line.end)])
        if len(rows) > 2 and len(columns) > 2:
            yield rows, columns, walls


def _whole(lines: Sequence[Ruling]) -> list[Ruling]:
    """Lines that were drawn piece by piece, from cell to cell, each as one."""
    places = _clustered(line.at for line in lines)
    whole: list[Ruling] = []
    of_place: dict[float, list[Ruling]] = {place: [] for place in places}
    for line in lines:
        of_place[places[bisect_right(places, line.at) - 1]].append(line)
    for place, parts in of_place.items():
        start, end = math.inf, -math.inf
        for part in sorted(parts, key=lambda part: part.start):
            if part.start > end + TOUCHING and start <= end:
                whole.append(Ruling(place, start, end))
                start = math.inf
            start, end = min(start, part.start), max(end, part.end)
        whole.append(Ruling(place, start, end))
    return whole


def _clustered(places: Iterable[float]) -> list[float]:
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > TOUCHING:
            found.append(place)
    return found


def _cut(piece: Piece, columns: Sequence[float], characters: Characters) -> list[Piece]:
    """A piece, or its parts where it reaches over the line between two columns."""
    middles = (characters.left[piece.first : piece.end] + characters.right[piece.first : piece.end]) / 2
    column = np.searchsorted(columns, middles)
    starts = [0, *(np.flatnonzero(np.diff(column)) + 1).tolist(), len(column)]
    if len(starts) == 2:
        return [piece]
    parts: list[Piece] = []
    for start, end in pairwise(starts):
        first, last = piece.first + start, piece.first + end
        left, right = float(characters.left[first:last].min()), float(characters.right[first:last].max())
        parts.append(
            Piece(left, piece.top, right, piece.bottom, first, last, piece.size, piece.is_bold, piece.is_level)
        )
    return parts


def _cells(
    parts: Sequence[Piece], rows: Sequence[float], columns: Sequence[float], walls: Sequence[Ruling]
) -> list[list[Cell]]:
    """The cells of a grid, a merged one repeated in each column that it spans; no empty rows or columns."""
    cells: list[list[Cell]] = [[[] for _ in columns[1:]] for _ in rows[1:]]
    for part in parts:
        row = int(np.clip(np.searchsorted(rows, part.middle) - 1, 0, len(rows) - 2))
        column = int(np.clip(np.searchsorted(columns, (part.left + part.right) / 2) - 1, 0, len(columns) - 2))
        cells[row][column].append(part)
    for row, (top, bottom) in enumerate(pairwise(rows)):
        first = 0
        for column in range(1, len(columns)):
            is_last = column == len(columns) - 1
            if is_last or _is_walled(walls, columns[column], top, bottom):
                merged = [part for cell in cells[row][first:column] for part in cell]
                cells[row][first:column] = [merged] * (column - first)
                first = column
    cells = [row for row in cells if any(row)]
    kept = [column for column in range(len(columns) - 1) if any(row[column] for row in cells)]
    return [[row[column] for column in kept] for row in cells]


def _lines_of_row(cells: Sequence[Cell]) -> list[list[Cell]]:
    """The rows that stand between two lines of a table that is hardly ruled: each text line, if it fills most cells."""
    lines = rows_of([piece for cell in cells for piece in cell])
    split = [[[piece for piece in line if piece in cell] for cell in cells] for line in lines]
    filled = all(sum(map(bool, line)) > len(cells) / 2 for line in split)
    return split if filled else [list(cells)]


def _is_walled(walls: Sequence[Ruling], at: float, top: float, bottom: float) -> bool:
    """Whether a vertical line at ``at`` runs down the middle of a row."""
    middle = (top + bottom) / 2
    return any(abs(wall.at - at) <= TOUCHING and wall.start <= middle <= wall.end for wall in walls)


# -- without lines --------------------------------------------------------------------------------------------


def aligned_tables(rows: Sequence[Sequence[Piece]], characters: Characters) -> list[list[Piece]]:
    """The rows of a block with those of each table that is not ruled as one row, which is the table."""
    result: list[list[Piece]] = []
    start = 0
    while start < len(rows):
        end = _run(rows, start)
        table = _table(rows[start:end], characters) if end - start > 1 else None
        if table is None:
            result.append(list(rows[start]))
            start += 1
        else:
            result.append([table])
            start = end
    return result


def _run(rows: Sequence[Sequence[Piece]], start: int) -> int:
    """Where the rows end that may be a table's together with the row ``start``."""
    end = start
    while end < len(rows):
        row = rows[end]
        if any(isinstance(piece, Table) for piece in row):
            break
        if end > start and row[0].top - rows[end - 1][0].bottom > ROWS_APART * row[0].size:
            break
        if len(row) < 2 and (end == start or not _goes_on(row[0], rows[end - 1], rows[end + 1 : end + 2])):
            break
        end += 1
    return end


def _goes_on(piece: Piece, above: Sequence[Piece], below: Sequence[Sequence[Piece]]) -> bool:
    """Whether a piece alone on its line goes on with a cell above, between rows of the table."""
    within = any(cell.left - piece.size <= piece.left and piece.right <= cell.right + 2 * piece.size for cell in above)
    return within and bool(below) and len(below[0]) > 1 and piece.bottom - above[0].bottom <= CONTINUED * piece.size


def _table(rows: Sequence[Sequence[Piece]], characters: Characters) -> Table | None:
    pieces = [piece for row in rows for piece in row]
    size = median(piece.size for piece in pieces)
    cells, texts = _read(rows, COLUMN_GAP, size, characters)
    if not _figures(texts):  # nothing but the gaps says that it is a table
        cells, texts = _read(rows, PIECE_GAP, size, characters)
    count, figures = len(texts[0]), _figures(texts)
    if count < 2 or len(cells) < 2:
        return None
    lengths = [len(text) for row in texts for text in row if text]
    is_list = all(LIST_ITEM.fullmatch(f"{row[0]} ") for row in texts)
    if (
        is_list
        or len(lengths) < FILLED * count * len(cells)
        or median(lengths) > LONGEST_CELL
        or (not figures and (count == 2 or len(cells) < 3))
    ):
        return None
    left, right = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    top, bottom = min(piece.top for piece in pieces), max(piece.bottom for piece in pieces)
    return Table(left, top, right, bottom, pieces[0].first, pieces[0].first, size, False, True, cells)


def _read(
    rows: Sequence[Sequence[Piece]], gap: float, size: float, characters: Characters
) -> tuple[list[list[Cell]], list[list[str]]]:
    """The cells of columns with gaps so wide between them, and their texts."""
    borders = _borders(rows, gap)
    cells = _continued([_by_column(row, borders) for row in rows], size)
    cells = [[[p for p in cell if not _LEADER.fullmatch(_text(p, characters))] for cell in row] for row in cells]
    kept = [column for column in range(len(cells[0])) if any(row[column] for row in cells)]
    cells = [[row[column] for column in kept] for row in cells if any(row)]
    return cells, [[" ".join(_text(piece, characters) for piece in cell) for cell in row] for row in cells]


def _figures(texts: Sequence[Sequence[str]]) -> list[int]:
    """The columns, but the first, that hold figures below their first row."""
    return [column for column in range(1, len(texts[0])) if are_figures([row[column] for row in texts[1:]])]


def _borders(rows: Sequence[Sequence[Piece]], gap: float) -> list[float]:
    """The middles of the stripes that no piece lies across, the outermost sides left out."""
    spans = sorted((piece.left, piece.right, piece.size) for row in rows for piece in row)
    borders: list[float] = []
    reach = spans[0][1]
    for left, right, size in spans[1:]:
        if left - reach >= gap * size:
            borders.append((left + reach) / 2)
        reach = max(reach, right)
    return borders


def _by_column(row: Sequence[Piece], borders: Sequence[float]) -> list[Cell]:
    cells: list[Cell] = [[] for _ in range(len(borders) + 1)]
    for piece in row:
        cells[int(np.searchsorted(borders, (piece.left + piece.right) / 2))].append(piece)
    return cells


def _continued(cells: Sequence[list[Cell]], size: float) -> list[list[Cell]]:
    """The rows with lines that only go on with cells of the row above put into these."""
    rows: list[list[Cell]] = []
    for row in cells:
        top = min(piece.bottom for cell in row for piece in cell)
        if rows and not row[0] and any(rows[-1][0]):
            above = max(piece.bottom for cell in rows[-1] for piece in cell)
            if top - above <= CONTINUED * size and all(
                before for before, cell in zip(rows[-1], row, strict=True) if cell
            ):
                rows[-1] = [[*before, *cell] for before, cell in zip(rows[-1], row, strict=True)]
                continue
        rows.append(row)
    return rows


def _text(piece: Piece, characters: Characters) -> str:
    return "".join(characters.letters[piece.first : piece.end])
