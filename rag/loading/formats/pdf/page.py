"""One page as a person reads it: columns in order, without running lines, notes apart.

A page is read alike for the index and, later, to find the boxes of a quote: it depends on nothing but itself and the
running lines of the few pages around.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from rag.loading.formats.pdf.annotations import Comment, fields_and_comments
from rag.loading.formats.pdf.characters import Characters, characters, is_bold
from rag.loading.formats.pdf.fields import filled_in
from rag.loading.formats.pdf.furniture import MOST_LINES, REACH, Edge, EdgeLine, Furniture, furniture
from rag.loading.formats.pdf.lines import Line, Piece, line_of, pieces_of, rows_of
from rag.loading.formats.pdf.notes import marker_of, notes_begin
from rag.loading.formats.pdf.order import blocks
from rag.loading.formats.pdf.paragraphs import OTHER_SIZE, is_closed, separators
from rag.loading.formats.pdf.recognised import Recognised
from rag.loading.formats.pdf.rulings import Ruling, rulings
from rag.loading.formats.pdf.tables import Table, aligned_tables, ruled_tables
from rag.loading.formats.pdf.written import Part, TypeLine, Written
from rag.loading.headers import are_figures, names_columns
from rag.loading.parsed import clean_newlines

Kind = Literal["text", "pictures", "lines", "nothing"]

FULL = 0.9
"""A column whose last line takes this share of its width, and closes no sentence, goes on elsewhere."""


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of a page as it is stored.

    Attributes:
        text: of all of it.
        origins: for each character of the text, the index of the one in pdfium's text page that it stands for;
            ``INSERTED`` for white space and what else the page does not draw. Of a page that was recognised, the index
            of the one in ``recognised.characters``.
        parts: in the order of their starts.
        lines: of the running text, each with its type; a line may have been cut in two.
        drawn: what there is on it: text, else pictures, else lines, else nothing.
        is_unfinished: whether it ends with running text, and not where a sentence ends.
        is_open: whether it does so with a full line of a paragraph, so that it goes on overleaf for certain.
        recognised: where its characters stand, if they are not the file's but were recognised.
    """

    text: str
    origins: list[int]
    parts: tuple[Part, ...] = ()
    lines: tuple[TypeLine, ...] = ()
    drawn: Kind = "nothing"
    is_unfinished: bool = False
    is_open: bool = False
    recognised: Recognised | None = None


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What stands on a page, before it is put in order."""

    characters: Characters
    rows: list[list[Piece]]
    across: list[Ruling]
    down: list[Ruling]
    comments: list[Comment]
    kind: Kind
    edges: dict[Edge, list[EdgeLine]]


Element = list[Line] | Table
"""Lines of running text, or a table."""


class PageReader:
    """Reads the pages of a document; those around the last one that was read are remembered."""

    def __init__(self, document: pdfium.PdfDocument) -> None:
        """Of an open document."""
        self._document = document
        self._drawn: dict[int, _Drawn | None] = {}

    def read(self, index: int) -> PageText:
        """The page ``index``, from 0.

        Raises:
            pdfium.PdfiumError: it cannot be opened.
        """
        around = range(max(index - REACH, 0), min(index + REACH + 1, len(self._document)))
        self._drawn = {other: self._drawn[other] if other in self._drawn else self._look(other) for other in around}
        drawn = self._drawn[index]
        if drawn is None:
            raise pdfium.PdfiumError(f"page {index + 1} cannot be opened")
        near = {other: page for other, page in self._drawn.items() if page is not None}
        top = furniture(index, {other: page.edges["top"] for other, page in near.items()}, "top")
        bottom = furniture(index, {other: page.edges["bottom"] for other, page in near.items()}, "bottom")
        return _composed(drawn, top, bottom)

    def _look(self, index: int) -> _Drawn | None:
        """What a page draws; None where it cannot be opened."""
        try:
            page = self._document[index]
            textpage = page.get_textpage()
        except pdfium.PdfiumError:
            return None
        drawn = _look_at(page, textpage, self._document.formenv)
        textpage.close()
        page.close()
        return drawn


def page_of(letters: Characters) -> PageText:
    """The text of a page of which nothing is known but its characters."""
    none = Furniture(0, frozenset())
    kind: Kind = "text" if letters.letters else "nothing"
    drawn = _Drawn(letters, rows_of(pieces_of(letters)), [], [], [], kind, {"top": [], "bottom": []})
    return _composed(drawn, none, none)


def _look_at(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, form: pdfium.PdfFormEnv | None) -> _Drawn:
    drawn = characters(textpage)
    pieces = pieces_of(drawn)
    for piece in pieces:
        first, last = drawn.index[piece.first], drawn.index[piece.end - 1]
        piece.is_bold = is_bold(textpage, first) and (first == last or is_bold(textpage, last))
    fields, comments = fields_and_comments(page, form)
    drawn, pieces = filled_in(drawn, pieces, fields)
    rows = rows_of(pieces)
    kind: Kind = "text" if drawn.letters else _kind(page)
    top, bottom = _edge_lines(drawn, rows[:MOST_LINES]), _edge_lines(drawn, rows[: -MOST_LINES - 1 : -1])
    return _Drawn(drawn, rows, *rulings(page, drawn.turns), comments, kind, {"top": top, "bottom": bottom})


def _kind(page: pdfium.PdfPage) -> Kind:
    """What a page without text shows."""
    kinds = {drawn.type for drawn in page.get_objects(max_depth=4)}
    if raw.FPDF_PAGEOBJ_IMAGE in kinds:
        return "pictures"
    return "lines" if kinds & {raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING} else "nothing"


def _edge_lines(drawn: Characters, rows: Sequence[Sequence[Piece]]) -> list[EdgeLine]:
    """The lines at one end of a page, from the edge inwards."""
    lines = [line_of(drawn, row) for row in rows]
    gaps = [abs(after.middle - line.middle) - max(line.size, after.size) for line, after in pairwise(lines)]
    return [EdgeLine(line.text, line.top, gap, line.size) for line, gap in zip(lines, [*gaps, math.inf], strict=False)]


def _composed(drawn: _Drawn, top: Furniture, bottom: Furniture) -> PageText:
    """The text of a page: running lines that are kept, its columns, notes."""
    rows, letters = drawn.rows, drawn.characters
    above, below = top.count, bottom.count
    if above + below >= len(rows):  # nothing else stands on the page
        above = below = 0
    pieces = [piece for row in rows[above : len(rows) - below] for piece in row]
    pieces = ruled_tables(pieces, letters, drawn.across, drawn.down)
    columns = [_elements(block, letters) for block in blocks(pieces, letters)]
    body, notes = _without_notes(columns)
    written, is_open = _body(body, letters)

    apart = _notes(notes)
    for comment in drawn.comments:
        told = f"{comment.author}: {comment.text}" if comment.author else comment.text
        apart.add_text(clean_newlines(told), "note", comment.author)
    for i in sorted(bottom.kept, reverse=True):
        if i < below:
            apart.add([line_of(letters, rows[-i - 1])], "\n\n")
    text, begins_open = Written(), "".join(written.text[:1])[:1].islower()
    for i in sorted(top.kept):
        if i < above:
            (apart if begins_open else text).add([line_of(letters, rows[i])], "\n")
    is_unfinished = bool(body) and isinstance(body[-1], list) and not is_closed(written.text[-1])
    last = Written()
    if is_open and apart.length:  # what goes on overleaf is not parted from that
        written, last = written.cut_before_end()
    for part in (written, apart, last):
        text.append(part, "\n\n")
    if apart.length and not last.length:
        is_unfinished = is_open = False
    whole = clean_newlines("".join(text.text))
    return PageText(whole, text.origins, tuple(text.parts), tuple(text.lines), drawn.kind, is_unfinished, is_open)


def _elements(block: Sequence[Piece], letters: Characters) -> list[Element]:
    """The tables of a block, and the lines between them."""
    found: list[Element] = []
    for row in aligned_tables(rows_of(block), letters):
        words = [piece for piece in row if not isinstance(piece, Table)]
        if words:
            if not found or isinstance(found[-1], Table):
                found.append([])
            lines = found[-1]
            assert isinstance(lines, list)
            lines.append(line_of(letters, words))
        found += [piece for piece in row if isinstance(piece, Table)]
    return found


def _without_notes(columns: Sequence[Sequence[Element]]) -> tuple[list[Element], list[Line]]:
    """What stands in all columns, and the notes at their feet."""
    every = [line for column in columns for lines in column if isinstance(lines, list) for line in lines]
    body: list[Element] = []
    notes: list[Line] = []
    for column in columns:
        body += column[:-1]
        last = column[-1]
        if isinstance(last, list):
            begin = notes_begin(last, every)
            last, notes = last[:begin], notes + last[begin:]
        if last:
            body.append(last)
    return body, notes


def _body(elements: Sequence[Element], letters: Characters) -> tuple[Written, bool]:
    """The running text and the tables, and whether they end in the midst of a sentence."""
    body = Written()
    is_open = False
    last: Line | None = None
    for element in elements:
        if isinstance(element, Table):
            _add_table(element, letters, body)
            is_open, last = False, None
            continue
        goes_on = last is not None and (is_open or element[0].text[:1].islower()) and _may_go_on(last, element[0])
        body.add(element, ("\n" if body.text[-1].endswith("-") else " ") if goes_on else "\n\n")
        is_open, last = _is_open(element), element[-1]
    return body, is_open


def _may_go_on(line: Line, after: Line) -> bool:
    """Whether the last line of a column may go on in the first one of the next: no sentence ends, and no heading."""
    resized = max(line.size, after.size) > OTHER_SIZE * min(line.size, after.size)
    return not resized and line.is_bold == after.is_bold and not is_closed(line.text)


def _add_table(table: Table, letters: Characters, body: Written) -> None:
    rows = [[[line_of(letters, row) for row in rows_of(cell)] for cell in cells] for cells in table.rows]
    texts = [[" ".join(line.text for line in cell) for cell in cells] for cells in rows]
    bold = [all(piece.is_bold for cell in cells for piece in cell) for cells in table.rows]
    of_figures = are_figures([row[1] for row in texts[1:]])
    heads = names_columns(texts, of_two=of_figures, stands_out=bold[0] and not all(bold))
    body.add_table(rows, has_header=heads)


def _is_open(lines: Sequence[Line]) -> bool:
    """Whether a column ends in the midst of a sentence: with a full line of a paragraph."""
    if is_closed(lines[-1].text) or lines[-1].right < FULL * max(line.right for line in lines):
        return False
    return len(lines) > 1 and (separators(lines)[-1] == " " or lines[-2].text.endswith("-"))


def _notes(lines: Sequence[Line]) -> Written:
    """Each note from its marker on."""
    notes = Written()
    starts = [i for i, line in enumerate(lines) if marker_of(line.text)]
    for start, end in pairwise([*starts, len(lines)]):
        notes.add(lines[start:end], "\n\n", "note", marker_of(lines[start].text))
    return notes
