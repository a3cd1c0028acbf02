"""The text of a document as its format makes it up, headings, paragraphs, tables, lines of code, with the quote apart.

The text nodes of what is rendered, joined, are the window of the document's stored text; the text nodes of its marks,
joined, are the quote. Layout is added around the characters, never in place of them: line breaks that a margin stands
for, and the bars that the columns of a table stand for, are kept in a hidden span.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from rag.loading.grid import address
from rag.schema import PLACES, Citation, Document, Section, Span
from rag.text.tables import cell_spans

_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_MARKER = re.compile(r"#*[^\S\n]*")
_HEADING_LINE = re.compile(r"[^\n]*\n?(?:[^\S\n]*\n)*")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_RANGE = re.compile(r"([A-Z]+)\d+:([A-Z]+)\d+")
_MADE_OF_LINES = ("lines", "table", "code")
"""Kinds of section that are shown line by line, whatever else is in them."""


class Piece(NamedTuple):
    """Characters of a document, whether they are left out of sight, and whether they answer."""

    text: str
    hidden: bool
    strong: bool


class Run(NamedTuple):
    """Characters in their order, the quote's apart; all are ``before`` where the quote is elsewhere."""

    before: Sequence[Piece]
    quote: Sequence[Piece]
    after: Sequence[Piece]


class Row(NamedTuple):
    """A row of a table, or a line: its number in its sheet or file, "" in others; and its cells, of a line one."""

    number: str
    cells: Sequence[Run]


class Block(NamedTuple):
    """A part of a text that is shown in one way.

    Attributes:
        places: the pages, slides and the like that begin with it: "Slide 2".
        kind: what it is; "space" is what stands between the others.
        rows: of a table or of lines; else one of one run, all of it.
        letters: of the columns of a table on a sheet.
        headed: whether the first row of a table says what is in its columns.
        width: how many cells the rows of a table have; one with a single cell goes over all of them.
    """

    places: Sequence[str]
    kind: Literal["heading", "paragraph", "lines", "code", "table", "space"]
    rows: Sequence[Row]
    letters: Sequence[str] = ()
    headed: bool = False
    width: int = 1


@dataclass(frozen=True, slots=True)
class ShownText:
    """The text of a document in a window, and whether there is more of it on either side."""

    blocks: Sequence[Block]
    more_above: bool
    more_below: bool


def shown_text(document: Document, citation: Citation, window: Span) -> ShownText:
    """The text of ``window``, with the quote apart."""
    layout = _Layout(document, citation, window)
    return ShownText(
        [layout.block(*span) for span in layout.cut()],
        more_above=window[0] > 0,
        more_below=window[1] < len(document.text),
    )


class _Layout:
    """How a window of a document is shown."""

    def __init__(self, document: Document, citation: Citation, window: Span) -> None:
        self._document = document
        self._text = document.text
        self._window = window
        self._quote = (citation.start, citation.end)
        self._strong = _within(citation.highlight or (0, 0), self._quote)
        self._inside = [one for one in document.sections if one.start < window[1] and one.end >= window[0]]
        self._headings = {one.start: one.label for one in self._inside if one.kind == "heading"}
        self._regions: list[Section] = []
        for one in self._inside:
            if one.kind in _MADE_OF_LINES and one.start >= (self._regions[-1].end if self._regions else 0):
                self._regions.append(one)
        self._places: dict[int, list[str]] = {}
        for one in self._inside:
            if one.kind in PLACES:
                told = "" if self._headings.get(one.start) == one.label else f" {one.label}"
                self._places.setdefault(one.start, []).append(f"{one.kind.capitalize()}{told}".rstrip())

    def cut(self) -> list[Span]:
        """The window cut where blocks begin and end; nothing of it is lost."""
        start, end = self._window
        cuts = {match.end() for match in _BLANK_LINES.finditer(self._text, start, end)}
        for at in self._headings:
            if line := _HEADING_LINE.match(self._text, at):
                cuts |= {at, line.end()}
        cuts = {cut for cut in cuts if self._region_at(cut) is None}
        cuts |= {start, end, *self._places, *(at for one in self._regions for at in (one.start, one.end))}
        return list(pairwise(sorted(cut for cut in cuts if start <= cut <= end)))

    def block(self, start: int, end: int) -> Block:
        """What ``cut`` cut out."""
        places = self._places.get(start, ())
        region = self._region_at(start)
        if region is not None and region.kind == "table":
            return self._table(places, region, start, end)
        if region is not None and region.kind == "lines":
            number = self._document.line_in(region, start)
            lines = enumerate(_lines(self._text, start, end), number)
            return Block(places, "lines", [Row(str(at), [self._run(line, self._words(*line))]) for at, line in lines])
        first, last = self._words(start, end)
        kind: Literal["heading", "paragraph", "code", "space"] = "paragraph" if first < last else "space"
        if region is not None:
            kind = "code"
        elif start in self._headings:
            kind = "heading"
            if not start <= self._quote[0] < end:
                first += len(_MARKER.match(self._text, start, end)[0])  # type: ignore[index]  # it matches ""
        return Block(places, kind, [Row("", [self._run((start, end), (first, last))])])

    def _table(self, places: Sequence[str], table: Section, start: int, end: int) -> Block:
        rows: list[Row] = []
        sheet = next((one for one in self._inside if one.kind == "rows" and one.covers(start)), None)
        number = self._document.line_in(sheet, start) if sheet else 0
        for line in _lines(self._text, start, end):
            shown = [
                (line[0] + first, line[0] + last) for first, last in cell_spans(self._text[slice(*line)].rstrip("\n"))
            ]
            borders = [line[0], *(first for first, _ in shown[1:]), line[1]]
            cells = [self._run(span, cell) for span, cell in zip(pairwise(borders), shown, strict=True)]
            rows.append(Row(str(number + len(rows)) if sheet else "", cells))
        width = Counter(len(row.cells) for row in rows).most_common(1)[0][0]
        letters = _letters(sheet.label, width) if sheet else []
        return Block(places, "table", rows, letters, bool(table.label) and start == table.start, width)

    def _region_at(self, offset: int) -> Section | None:
        at = bisect_right(self._regions, offset, key=lambda one: one.start) - 1
        return self._regions[at] if at >= 0 and offset < self._regions[at].end else None

    def _words(self, start: int, end: int) -> Span:
        """A span without the white space at its end."""
        return start, start + len(self._text[start:end].rstrip())

    def _run(self, span: Span, shown: Span) -> Run:
        """The characters of ``span``, those in ``shown`` in sight."""
        start, end = span
        quote = _within(self._quote, span)
        spans = ((start, quote[0]), quote, (quote[1], end)) if quote[0] < quote[1] else (span, quote, quote)
        return Run(*(self._pieces(one, shown) for one in spans))

    def _pieces(self, span: Span, shown: Span) -> list[Piece]:
        """The characters of ``span``, each exactly once, cut where they begin or end to be in sight or strong."""
        if span[0] == span[1]:
            return []
        strong = _within(self._strong, span)
        bounds = sorted({*span, *_within(shown, span), *strong})
        return [
            Piece(self._text[start:end], hidden=not shown[0] <= start < shown[1], strong=strong[0] <= start < strong[1])
            for start, end in pairwise(bounds)
        ]


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    return (match.span() for match in _LINE.finditer(text, start, end))


def _letters(cells: str, width: int) -> list[str]:
    """The columns of a range of cells, A, B and C of "A12:C40"; none where they are not ``width``, some being empty."""
    match = _RANGE.fullmatch(cells)
    if match is None:
        return []
    first, last = map(_column, match.groups())
    return [address(column, 1)[:-1] for column in range(first, last + 1)] if last - first + 1 == width else []


def _column(letters: str) -> int:
    """The number of a column, from 0, that ``address`` calls so."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _within(span: Span, outer: Span) -> Span:
    """``span`` cut to ``outer``; empty, at one of its ends, where they do not meet."""
    start, end = (min(max(offset, outer[0]), outer[1]) for offset in span)
    return start, end
