"""Rows of cells -> headings, lines and tables: what spreadsheets and files of separated values share.

An empty row ends a table. A row with a single cell above a table is its heading. The first row of a table heads it
where it reads like one: names, no figures. A merged cell is repeated in each row and column that it spans.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from rag.loading.builder import TextBuilder
from rag.loading.headers import are_names, names_columns
from rag.text.tables import row_of

_MAX_HEADING = 120  # characters; what is longer is a remark
_MAX_COMMENTED = 200  # characters of a row that are repeated with a comment on it
_SENTENCE_END = re.compile(r"[.!?:;]$")
_GIVEN_NAME = re.compile(r"sheet ?\d*|(?:tabelle|feuil|feuille|hoja|foglio|planilha|blad|ark|list) ?\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells that are one; rows from 1, columns from 0, all inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody remarked on a cell; the row from 1, the column from 0. The author is "" where that is not known."""

    row: int
    column: int
    author: str
    text: str


@dataclass(slots=True)
class _Row:
    """A row: its number from 1, its cells with merged ones repeated, the columns that have text of their own, and
    whether a cell that begins in it spans columns."""

    number: int
    cells: list[str]
    own: list[int]
    spanned: bool = False


_Block = list[_Row]


def write_rows(rows: Iterable[tuple[int, list[str]]], builder: TextBuilder, merges: Sequence[Merge] = ()) -> None:
    """Writes a sheet.

    Args:
        rows: the number of a row, from 1 and rising, and its cells from column A; "" for an empty one. Rows without
            text may be left out.
        builder: that is written to. Each table, heading and line is in a section ``"rows"`` with the range of cells.
        merges: none of them overlap.
    """
    for block, following in _with_next(_blocks(_filled(rows, merges))):
        table = next((at for at, row in enumerate(block) if len(row.own) > 1), len(block))
        heads = table < len(block) or (following is not None and len(block) == 1)
        for depth, row in enumerate(block[:table]):
            _write_line(row, builder, level=2 + depth if heads and _is_heading(row) else 0)
        if table < len(block):
            _write_table(block[table:], builder)
        builder.gap(2)


def write_sheet(
    name: str,
    rows: Iterable[tuple[int, list[str]]],
    builder: TextBuilder,
    merges: Sequence[Merge] = (),
    comments: Sequence[Comment] = (),
) -> None:
    """Writes a sheet as ``write_rows`` does, in a section ``"sheet"`` and under its name, unless the program gave that.

    Comments come last, each with the row that it is on. A sheet without text is not written.
    """
    commented = dict.fromkeys((comment.row for comment in comments), "")
    with_text = _remembered((row for row in rows if any(map(str.strip, row[1]))), commented)
    first = next(with_text, None)
    if first is None:
        return
    builder.begin("sheet", name)
    if not _GIVEN_NAME.fullmatch(name):
        builder.begin_heading(1)
        builder.add(name)
        builder.end_heading()
    write_rows(chain([first], with_text), builder, merges)
    for comment in comments:
        _write_comment(comment, commented[comment.row], builder)
    builder.end("sheet")


def _remembered(rows: Iterable[tuple[int, list[str]]], wanted: dict[int, str]) -> Iterator[tuple[int, list[str]]]:
    """The same rows; the text of those with a number in ``wanted`` is put there."""
    for number, cells in rows:
        if number in wanted:
            wanted[number] = row_of([" ".join(cell.split()) for cell in cells if cell.strip()])
        yield number, cells


def _write_comment(comment: Comment, row: str, builder: TextBuilder) -> None:
    about = f"on “{row}”" if 0 < len(row) <= _MAX_COMMENTED else ""
    before = f"{comment.author} {about}".strip()
    text = " ".join(comment.text.split())
    builder.begin("rows", address(comment.column, comment.row))
    builder.begin("note", comment.author)
    builder.add(f"{before[:1].upper()}{before[1:]}: {text}" if before else text)
    builder.end("note")
    builder.end("rows")


def address(column: int, row: int) -> str:
    """The name of a cell, "B12": the column from 0, the row from 1."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def _filled(rows: Iterable[tuple[int, list[str]]], merges: Sequence[Merge]) -> Iterator[_Row]:
    """The rows that have text of their own, with what is merged into their other cells."""
    waiting = sorted(merges, key=lambda merge: (merge.top, merge.left), reverse=True)
    active: list[tuple[Merge, str]] = []
    for number, cells in rows:
        active = [(merge, text) for merge, text in active if merge.bottom >= number]
        words = [" ".join(cell.split()) for cell in cells]
        row = _Row(number, words, [column for column, cell in enumerate(words) if cell])
        while waiting and waiting[-1].top <= number:
            merge = waiting.pop()
            if merge.top == number and merge.left < len(row.cells) and row.cells[merge.left]:
                active.append((merge, row.cells[merge.left]))
        if not row.own:
            continue
        for merge, text in active:
            right = min(merge.right + 1, len(row.cells))
            row.spanned |= merge.top == number and right - merge.left > 1
            row.cells[merge.left : right] = [text] * max(right - merge.left, 0)
        yield row


def _blocks(rows: Iterable[_Row]) -> Iterator[_Block]:
    """Runs of rows whose numbers follow each other."""
    for _, run in groupby(enumerate(rows), key=lambda pair: pair[1].number - pair[0]):
        yield [row for _, row in run]


def _with_next(blocks: Iterable[_Block]) -> Iterator[tuple[_Block, _Block | None]]:
    before: _Block | None = None
    for block in blocks:
        if before is not None:
            yield before, block
        before = block
    if before is not None:
        yield before, None


def _is_heading(row: _Row) -> bool:
    text = row.cells[row.own[0]]
    return len(text) <= _MAX_HEADING and any(map(str.isalpha, text)) and not _SENTENCE_END.search(text)


def _write_line(row: _Row, builder: TextBuilder, level: int) -> None:
    column = row.own[0]
    builder.begin("rows", address(column, row.number))
    if level:
        builder.begin_heading(level)
        builder.add(row.cells[column])
        builder.end_heading()
    else:
        builder.add(row.cells[column])
    builder.end("rows")


def _write_table(block: _Block, builder: TextBuilder) -> None:
    width = max(len(row.cells) for row in block)
    columns = [n for n in range(width) if any(n < len(row.cells) and row.cells[n] for row in block)]
    table = [[row.cells[n] if n < len(row.cells) else "" for n in columns] for row in block]
    headers = _header_rows(block, table)
    if headers > 1:  # they become one line, which stands for the last of them
        table[:headers] = [[_joined(column) for column in zip(*table[:headers], strict=True)]]
        block = block[headers - 1 :]
    first, last = address(columns[0], block[0].number), address(columns[-1], block[-1].number)
    builder.begin("rows", f"{first}:{last}")
    builder.begin_table()
    for at, cells in enumerate(table):
        builder.add_row(cells, header=at == 0 and headers > 0)
    builder.end_table()
    builder.end("rows")


def _joined(column: Sequence[str]) -> str:
    return " ".join(dict.fromkeys(filter(None, column)))


def _header_rows(block: _Block, table: list[list[str]]) -> int:
    """How many of the first rows head the table: 0, 1, or 2 where cells of the first are merged across columns."""
    if not names_columns(table, of_two=True):
        return 0
    return 2 if len(table) > 2 and block[0].spanned and are_names(table[1], table[2:]) else 1
