"""The straight lines that a page draws, horizontal and vertical: what tables are ruled with."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from rag.loading.formats.pdf.characters import upright

THIN = 2.5
"""Points: what is thinner is a line, also where it is drawn as a filled rectangle."""
SHORTEST = 6.0
"""Points."""
MOST_OBJECTS, MOST_SEGMENTS = 4_000, 400
"""A page with more objects, and an object with more segments, is a drawing rather than a table."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A line at ``at`` (y where it is horizontal, x where it is vertical, in points) from ``start`` to ``end``."""

    at: float
    start: float
    end: float


def rulings(page: pdfium.PdfPage, turns: int) -> tuple[list[Ruling], list[Ruling]]:
    """The horizontal and the vertical lines of a page that is turned by so many quarters (``Characters.turns``)."""
    count = raw.FPDFPage_CountObjects(page)
    if count > MOST_OBJECTS:
        return [], []
    corners = [box for i in range(count) for box in _boxes(raw.FPDFPage_GetObject(page, i))]
    if not corners:
        return [], []
    boxes = zip(*(side.tolist() for side in upright(np.array(corners, dtype=np.float64), turns)), strict=True)
    across: list[Ruling] = []
    down: list[Ruling] = []
    for left, top, right, bottom in boxes:
        if bottom - top < THIN:
            across.append(Ruling((top + bottom) / 2, left, right))
        elif right - left < THIN:
            down.append(Ruling((left + right) / 2, top, bottom))
        else:
            across += [Ruling(top, left, right), Ruling(bottom, left, right)]
            down += [Ruling(left, top, bottom), Ruling(right, top, bottom)]
    return [line for line in across if line.end - line.start >= SHORTEST], [
        line for line in down if line.end - line.start >= SHORTEST
    ]


def _boxes(page_object: raw.FPDF_PAGEOBJECT) -> Iterator[tuple[float, float, float, float]]:
    """The rectangles and lines of a path, as left, bottom, right, top in the page's own directions."""
    if raw.FPDFPageObj_GetType(page_object) != raw.FPDF_PAGEOBJ_PATH:
        return
    segments = raw.FPDFPath_CountSegments(page_object)
    if segments > MOST_SEGMENTS:
        return
    points = _points(page_object, segments)
    for (x0, y0, _), (x1, y1, draws) in pairwise(points):
        if draws and (abs(x1 - x0) < THIN or abs(y1 - y0) < THIN):
            yield min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _points(page_object: raw.FPDF_PAGEOBJECT, segments: int) -> Iterator[tuple[float, float, bool]]:
    """The points of a path on the page, and whether a straight line leads to each from the one before."""
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(page_object, matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    first: tuple[float, float] | None = None
    for i in range(segments):
        segment = raw.FPDFPath_GetPathSegment(page_object, i)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        at = matrix.a * x.value + matrix.c * y.value + matrix.e, matrix.b * x.value + matrix.d * y.value + matrix.f
        kind = raw.FPDFPathSegment_GetType(segment)
        first = at if kind == raw.FPDF_SEGMENT_MOVETO or first is None else first
        yield *at, kind == raw.FPDF_SEGMENT_LINETO
        if raw.FPDFPathSegment_GetClose(segment):
            yield *first, True
