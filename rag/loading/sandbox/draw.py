"""A page of a PDF, or a picture, with boxes around the characters of given spans. Runs in the parser process.

Where the text of a page was recognised it is recognised again, to know where its characters stand: that takes seconds,
and nothing has to be stored that only a look at the page needs.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from ctypes import c_int
from functools import partial

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from rag.errors import Refused
from rag.loading.formats.pdf import open_pdf
from rag.loading.formats.pdf.lines import INSERTED
from rag.loading.formats.pdf.page import PageText
from rag.loading.formats.pdf.pictures import PictureReader, recognised_page
from rag.loading.limits import Limits
from rag.loading.progress import at_page
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
    with refusing(f"a {task.suffix} file", limits):
        return (_of_pdf if task.suffix == ".pdf" else _of_image)(data, task, limits)


def _of_image(data: bytes, task: DrawTask, limits: Limits) -> PageImage:
    from rag.loading.formats.image import frames, opened, picture  # of an extra, which may not be installed

    with opened(data, limits) as image:
        pages = frames(image, limits)
        _check_page(task.page, pages)
        pixels = picture(image, task.page, limits)
    height, width, channels = pixels.shape
    marks = _none(task.spans)
    if _has_words(task.spans):
        at_page(task.page, pages)
        stored = recognised_page(pixels)
        marks = _marks(stored, _recognised_box(stored), task.spans)
    return PageImage(_png(pixels.tobytes(), width, height, width * channels, channels), width, height, pages, marks)


def _of_pdf(data: bytes, task: DrawTask, limits: Limits) -> PageImage:
    with open_pdf(data) as document:
        pages = len(document)
        _check_page(task.page, pages)
        page = document[task.page - 1]
        width, height = page.get_size()
        scale = min(task.scale, math.sqrt(MAX_PIXELS / max(width * height, 1.0)))
        bitmap = page.render(scale=scale, rev_byteorder=True)
        marks = _none(task.spans)
        if _has_words(task.spans):
            stored = PictureReader(document).read(task.page - 1)
            page = document[task.page - 1]
            box_of = _recognised_box(stored) if stored.recognised else partial(_box, page, page.get_textpage())
            marks = _marks(stored, box_of, task.spans)
        pixels = bytes(bitmap.buffer)
        png = _png(pixels, bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels)
        return PageImage(png, bitmap.width, bitmap.height, pages, marks)


def _check_page(page: int, pages: int) -> None:
    if not 1 <= page <= pages:
        raise Refused(f"has no page {page}, only {pages}")


def _has_words(spans: Sequence[Span]) -> bool:
    return any(start < end for start, end in spans)


def _none(spans: Sequence[Span]) -> tuple[Mark, ...]:
    return tuple(Mark("", ()) for _ in spans)


def _marks(stored: PageText, box_of: Callable[[int], Box | None], spans: Sequence[Span]) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    for start, end in spans:
        inside = 0 <= start < end <= len(stored.text)
        characters = stored.origins[start:end] if inside else []
        boxes = merged(box_of(character) for character in characters if character != INSERTED)
        marks.append(Mark(stored.text[start:end] if inside else "", boxes))
    return tuple(marks)


def _recognised_box(stored: PageText) -> Callable[[int], Box | None]:
    """What gives the box of a recognised character."""
    boxes = stored.recognised.boxes.tolist() if stored.recognised else []
    return lambda character: Box(*boxes[character])


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


def _png(pixels: bytes, width: int, height: int, stride: int, channels: int) -> bytes:
    """Pixels, ``stride`` bytes to a row, as PNG (W3C, "Portable Network Graphics", third edition), its rows unfiltered.

    Pillow filters every row: a page of text is then a quarter larger (472 for 373 kB) and takes half as long again
    (92 for 61 ms of CPU at 180 dots to an inch).
    """
    if channels not in (1, 3, 4):
        raise Refused("cannot be drawn")
    rows = b"".join(b"\0" + pixels[row * stride : row * stride + width * channels] for row in range(height))
    colour_type = {1: 0, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, _COMPRESSION)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, content) for kind, content in chunks)


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
