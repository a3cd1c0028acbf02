"""A quote of rows as a small table: each cell under what its column says."""

from __future__ import annotations

from dataclasses import dataclass

from rag.schema import Citation
from rag.text.tables import cell_spans, cells_of


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row that is quoted.

    Attributes:
        column: what the header row says over it.
        before, marked, after: its words, cut around those that answer; where none do, all are ``before``.
    """

    column: str
    before: str
    marked: str
    after: str

    @property
    def text(self) -> str:
        """All its words."""
        return self.before + self.marked + self.after


def quoted_rows(citation: Citation) -> list[list[Cell]]:
    """The cells of each row of a quote; none where it is not made up of rows that have the columns of their header."""
    if citation.header is None:
        return []
    columns = cells_of(citation.header.text)
    marked = citation.highlight or (citation.end, citation.end)
    rows: list[list[Cell]] = []
    offset = 0
    for line in citation.quote.split("\n"):
        spans = [(offset + start, offset + end) for start, end in cell_spans(line)]
        offset += len(line) + 1
        if len(spans) != len(columns):
            return []
        row: list[Cell] = []
        for column, (start, end) in zip(columns, spans, strict=True):
            first, last = (min(max(at - citation.start, start), end) for at in marked)
            if first == last:
                first = last = end
            quote = citation.quote
            row.append(Cell(column, quote[start:first], quote[first:last], quote[last:end]))
        rows.append(row)
    return rows
