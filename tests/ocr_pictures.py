"""Pictures of text, as a scanner makes them, for the tests of text recognition."""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import matplotlib
import pytest
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
PITCH, MARGIN = 44, 40

needs_ocr = pytest.mark.skipif(
    find_spec("rapidocr") is None, reason='text recognition is not installed: pip install "docquote[ocr]"'
)


def drawn(columns: Sequence[tuple[int, Sequence[str]]], red: str = "") -> Image.Image:
    """Columns of lines, each at its x, in black on white, the words ``red`` in that colour."""
    image = Image.new("RGB", (1000, 360), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(FONT), 26)
    for x, lines in columns:
        for row, line in enumerate(lines):
            y = MARGIN + PITCH * row
            draw.text((x, y), line, font=font, fill="black")
            if red and red in line:
                draw.text((x + font.getlength(line.partition(red)[0]), y), red, font=font, fill="red")
    return image


def page(*lines: str, red: str = "") -> Image.Image:
    """One column of lines."""
    return drawn([(MARGIN, lines)], red)


def saved(image: Image.Image, kind: str, more: Sequence[Image.Image] = ()) -> bytes:
    """The bytes of a picture file of a ``kind`` of Pillow's; ``more`` are its further frames."""
    stream = io.BytesIO()
    image.save(stream, kind, **({"save_all": True, "append_images": list(more)} if more else {}))
    return stream.getvalue()


def scan(pages: Sequence[Image.Image | str]) -> bytes:
    """A PDF whose pages are pictures, or texts."""
    document = FPDF(unit="pt", format=(500, 180))
    document.set_font("helvetica", size=11)
    for one in pages:
        document.add_page()
        if isinstance(one, str):
            document.multi_cell(0, 14, one)
        else:
            document.image(one, 0, 0, 500)
    return bytes(document.output())
