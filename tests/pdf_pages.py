"""PDFs laid out in ways that a plain text flow does not show, drawn by fpdf2 piece by piece."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Literal

import pypdfium2 as pdfium
from fpdf import FPDF
from loading_files import written

LEFT, TOP, PITCH = 20.0, 30.0, 6.0
"""Millimetres: the margin, the first line, from line to line."""


class Drawing:
    """A document of A4 pages in Helvetica, 11 points, with text put at places in millimetres."""

    def __init__(self) -> None:
        self.pdf = FPDF()
        self.pdf.set_font("helvetica", size=11)

    def page(self) -> Drawing:
        self.pdf.add_page()
        return self

    def text(self, x: float, y: float, text: str, size: float = 11) -> Drawing:
        self.pdf.set_font_size(size)
        self.pdf.text(x, y, text)
        return self

    def column(self, x: float, lines: Sequence[str], y: float = TOP, size: float = 11) -> Drawing:
        for row, line in enumerate(lines):
            self.text(x, y + PITCH * row, line, size)
        return self

    def rows(self, columns: Sequence[tuple[float, Sequence[str]]], y: float = TOP) -> Drawing:
        """Columns drawn line by line, across all of them."""
        for row, cells in enumerate(zip_longest(*(lines for _, lines in columns), fillvalue="")):
            for (x, _), cell in zip(columns, cells, strict=True):
                self.text(x, y + PITCH * row, cell)
        return self

    def bytes(self) -> bytes:
        return bytes(self.pdf.output())


def one_page(draw: Callable[[Drawing], object]) -> bytes:
    """A document of one page."""
    drawing = Drawing().page()
    draw(drawing)
    return drawing.bytes()


def turned(data: bytes, degrees: Literal[90, 180, 270]) -> bytes:
    """The same file with each of its pages turned."""
    document = pdfium.PdfDocument(data)
    for page in document:
        page.set_rotation(degrees)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def form(labels: Sequence[str], fields: Sequence[tuple[str, str, tuple[int, int, int, int]]]) -> bytes:
    """A form of one page, written by hand: labels one below the other, and text fields (name, value, rectangle)."""
    text = b"".join(
        b"BT /F1 11 Tf 50 %d Td (%s) Tj ET\n" % (740 - 40 * n, label.encode()) for n, label in enumerate(labels)
    )
    widgets = [
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(%s)/V(%s)/Rect[%d %d %d %d]/P 3 0 R>>"
        % (name.encode(), value.encode(), *at)
        for name, value, at in fields
    ]
    kids = b" ".join(b"%d 0 R" % number for number in range(6, 6 + len(widgets)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[%s]>>>>" % kids,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>/Annots[%s]>>"
        % kids,
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *widgets,
    ]
    return written(objects)
