"""A page of a PDF as a picture, with boxes around the characters of given spans. Runs in the parser process."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterable, Sequence
from ctypes import c_int

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from rag.errors import Refused
from rag.loading.formats.pdf import open_pdf
from rag.loading.formats.pdf.lines import INSERTED
from rag.loading.formats.pdf.page import PageReader
from rag.loading.limits import Limits
from rag.loading.registry import refusing
from rag.loading.sandbox.tasks import Box, DrawTask, Mark, PageImage
from rag.schema import Span

MAX_PIXELS = 16_000_000
"""Of one picture, some 50 MB while it is drawn; a page that would be larger is drawn at a smaller scale."""
SAME_LINE_SHARE = 0.5
"""Characters whose heights overlap by this share of the lower one stand on one line."""
SAME_BOX_GAP = 2.0
"""Characters on one line that are further apart than so many times their height stand in different columns."""

_GRID = 1_000_000  # pdfium gives places in whole pixels; this many to a page are exact enough
_COMPRESSION = 6


def draw(data: bytes, task: DrawTask, limits: Limits) -> PageImage:
    """Draw one page.

    Raises:
        Refused: the file cannot be opened or has no such page, or the page cannot be drawn.
    """
    with refusing("a PDF file", limits), open_pdf(data) as document:
        pages = len(document)
        if not 1 <= task.page <= pages:
            raise Refused(f"has no page {task.page}, only {pages}")
        page = document[task.page - 1]
        width, height = page.get_size()
        scale = min(task.scale, math.sqrt(MAX_PIXELS / max(width * height, 1.0)))
        bitmap = page.render(scale=scale, rev_byteorder=True)
        marks = _marks(document, task.page - 1, task.spans) if task.spans else ()
        return PageImage(_png(bitmap), bitmap.width, bitmap.height, pages, marks)


def _marks(document: pdfium.PdfDocument, index: int, spans: Sequence[Span]) -> tuple[Mark, ...]:
    stored = PageReader(document).read(index)
    page = document[index]
    textpage = page.get_textpage()
    marks: list[Mark] = []
    for start, end in spans:
        inside = 0 <= start < end <= len(stored.text)
        characters = stored.origins[start:end] if inside else []
        boxes = merged(_box(page, textpage, character) for character in characters if character != INSERTED)
        marks.append(Mark(stored.text[start:end] if inside else "", boxes))
    return tuple(marks)


def _box(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, character: int) -> Box | None:
    """The box of a character as tall as its font; None for white space and what is not on the page."""
    code = raw.FPDFText_GetUnicode(textpage, character)
    if raw.FPDFText_IsGenerated(textpage, character) == 1 or (code <= 0x10FFFF and chr(code).isspace()):
        return None
    left, bottom, right, top = textpage.get_charbox(character, loose=True)
    corners = [_fraction(page, x, y) for x, y in ((left, bottom), (right, top))]
    xs, ys = [min(max(x, 0.0), 1.0) for x, _ in corners], [min(max(y, 0.0), 1.0) for _, y in corners]
    box = Box(min(xs), min(ys), max(xs), max(ys))
    return box if box.right > box.left and box.bottom > box.top else None


def _fraction(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
    """A point of the page as it is drawn: turned and cropped, from the top left corner."""
    across, down = c_int(), c_int()
    raw.FPDF_PageToDevice(page, 0, 0, _GRID, _GRID, 0, x, y, across, down)
    return across.value / _GRID, down.value / _GRID


def merged(boxes: Iterable[Box | None]) -> tuple[Box, ...]:
    """Boxes of characters in reading order as one for each line; None keeps none and parts none."""
    lines: list[Box] = []
    for box in boxes:
        if box is None:
            continue
        if lines and _on_one_line(lines[-1], box):
            last = lines.pop()
            box = Box(
                min(last.left, box.left),
                min(last.top, box.top),
                max(last.right, box.right),
                max(last.bottom, box.bottom),
            )
        lines.append(box)
    return tuple(lines)


def _on_one_line(line: Box, box: Box) -> bool:
    height = min(line.bottom - line.top, box.bottom - box.top)
    overlap = min(line.bottom, box.bottom) - max(line.top, box.top)
    gap = max(box.left - line.right, line.left - box.right)
    return overlap >= SAME_LINE_SHARE * height and gap <= SAME_BOX_GAP * height


def _png(bitmap: pdfium.PdfBitmap) -> bytes:
    """A bitmap as PNG (W3C, "Portable Network Graphics", third edition), its rows unfiltered.

    Pillow filters every row: a page of text is then a quarter larger (472 for 373 kB) and takes half as long again
    (92 for 61 ms of CPU at 180 dots to an inch).
    """
    width, height, stride = bitmap.width, bitmap.height, bitmap.stride
    channels = bitmap.n_channels
    if channels not in (1, 3, 4):
        raise Refused("cannot be drawn")
    pixels = bytes(bitmap.buffer)
    rows = b"".join(b"\0" + pixels[row * stride : row * stride + width * channels] for row in range(height))
    colour_type = {1: 0, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, _COMPRESSION)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, content) for kind, content in chunks)


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
