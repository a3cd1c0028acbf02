"""A page of a PDF as a picture, with the quote's own characters boxed, from a child process with limits."""

from __future__ import annotations

import io
import random
from pathlib import Path

import matplotlib
import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
from fpdf import FPDF
from loading_files import deflated_spaces, pdf, put, raw_pdf
from PIL import Image

from rag.errors import LoadError
from rag.loading import Limits, load_file
from rag.loading.pages import MAX_SCALE, MIN_SCALE, render_page, span_on_page
from rag.loading.sandbox.draw import MAX_PIXELS, merged
from rag.loading.sandbox.tasks import Box
from rag.schema import Span

MIB = 1024 * 1024
WORDS = (
    "the roof of boat-house leaks and 4,800 crowns were set aside café naïve Ångström quoted (twice) e.g. here".split()
)


def long_text(seed: int, words: int = 220) -> str:
    chosen = random.Random(seed)
    return " ".join(chosen.choice(WORDS) for _ in range(words)).replace("were set", "were hyphen-\nated set")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return put(tmp_path, "a.pdf", pdf([long_text(1), "The quick brown fox.", long_text(2)]))


def squeezed(text: str) -> str:
    return "".join(text.split())


def text_under(path: Path, page: int, boxes: tuple[Box, ...], grid: int = 100_000) -> str:
    """The characters whose centre lies in a box, in the order of the page."""
    with pdfium.PdfDocument(path.read_bytes()) as document:
        opened = document[page - 1]
        textpage = opened.get_textpage()
        found = []
        for character in range(textpage.count_chars()):
            letter = chr(raw.FPDFText_GetUnicode(textpage, character))
            left, bottom, right, top = textpage.get_charbox(character, loose=True)
            across, down = raw.c_int(), raw.c_int()
            raw.FPDF_PageToDevice(opened, 0, 0, grid, grid, 0, (left + right) / 2, (bottom + top) / 2, across, down)
            x, y = across.value / grid, down.value / grid
            inside = any(box.left <= x <= box.right and box.top <= y <= box.bottom for box in boxes)
            if inside and not letter.isspace() and not raw.FPDFText_IsGenerated(textpage, character):
                found.append("-" if letter in "\x02\ufffe" else letter)
        return "".join(found)


def quotes(text: str, seed: int) -> list[Span]:
    chosen = random.Random(seed)
    starts = [chosen.randrange(len(text) - 1) for _ in range(12)]
    return [(start, min(len(text), start + chosen.choice([1, 5, 40, 300]))) for start in starts] + [(0, len(text))]


@pytest.mark.parametrize("page", [1, 3])
def test_the_text_under_the_boxes_is_the_quote(path: Path, page: int) -> None:
    document = load_file(path, root=path.parent)
    section = document.sections[page - 1]
    text = document.text[section.start : section.end]
    spans = quotes(text, page)
    image = render_page(path, page, spans=spans)
    assert image.pages == 3
    for (start, end), mark in zip(spans, image.marks, strict=True):
        assert mark.text == text[start:end]
        assert text_under(path, page, mark.boxes) == squeezed(text[start:end])


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_turned_and_cropped_pages(tmp_path: Path, turned: int) -> None:
    source = pdfium.PdfDocument(pdf([long_text(3, 60)]))
    source[0].set_rotation(turned)
    source[0].set_cropbox(20, 400, 595, 842)
    stream = io.BytesIO()
    source.save(stream)
    path = put(tmp_path, "a.pdf", stream.getvalue())
    text = load_file(path, root=tmp_path).text
    start = text.index("roof")
    image = render_page(path, 1, spans=[(start, start + 40)])
    assert (image.width > image.height) == (turned in (0, 180))
    [mark] = image.marks
    assert text_under(path, 1, mark.boxes) == squeezed(text[start : start + 40])


def test_the_boxes_lie_on_ink(path: Path) -> None:
    text = load_file(path, root=path.parent).text
    start = text.index("fox")
    section = load_file(path, root=path.parent).sections[1]
    image = render_page(path, 2, scale=2, spans=[(start - section.start, start - section.start + 3)])
    pixels = np.asarray(Image.open(io.BytesIO(image.png)).convert("L"))
    assert pixels.shape == (image.height, image.width)
    [box] = image.marks[0].boxes
    rows = slice(int(box.top * image.height), int(box.bottom * image.height) + 1)
    columns = slice(int(box.left * image.width), int(box.right * image.width) + 1)
    assert (pixels[rows, columns] < 100).sum() > 20
    outside = pixels.copy()
    outside[rows, columns] = 255
    assert 100 < (outside < 100).sum() < 5000  # the other words of the line


def test_one_box_to_a_line_and_none_across_columns(tmp_path: Path) -> None:
    document = FPDF()
    document.set_font("helvetica", size=11)
    document.add_page()
    for x, lines in ((20, ["The left column", "goes on here"]), (120, ["and then right", "to its end."])):
        for row, line in enumerate(lines):
            document.text(x, 30 + 6 * row, line)
    path = put(tmp_path, "a.pdf", bytes(document.output()))
    text = load_file(path, root=tmp_path).text
    image = render_page(path, 1, spans=[(0, len(text))])
    assert len(image.marks[0].boxes) == 4


def test_letters_outside_the_basic_plane_shift_nothing(tmp_path: Path) -> None:
    document = FPDF()
    document.add_font("dejavu", fname=Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")
    document.set_font("dejavu", size=11)
    document.add_page()
    document.multi_cell(0, 6, "Let 𝔸 be a field and 𝕏 a set. The roof of ℝ leaks ﬁve times. " * 4)
    path = put(tmp_path, "a.pdf", bytes(document.output()))
    text = load_file(path, root=tmp_path).text
    assert "𝔸" in text
    start = text.rindex("The roof")
    [mark] = render_page(path, 1, spans=[(start, start + 8)]).marks
    assert mark.text == "The roof"
    assert text_under(path, 1, mark.boxes) == "Theroof"


def test_the_scale_is_bounded(path: Path) -> None:
    small, large = render_page(path, 1, scale=0), render_page(path, 1, scale=1000)
    assert abs(small.width - 595.28 * MIN_SCALE) < 2
    assert abs(large.width - 595.28 * MAX_SCALE) < 2
    assert large.png[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_poster_is_drawn_smaller(tmp_path: Path) -> None:
    document = FPDF(unit="pt", format=(14_000, 14_000))
    document.set_font("helvetica", size=500)
    document.add_page()
    document.cell(text="Poster")
    image = render_page(put(tmp_path, "a.pdf", bytes(document.output())), 1, scale=4)
    assert image.width * image.height <= MAX_PIXELS * 1.01


def test_a_span_outside_the_page_marks_nothing(path: Path) -> None:
    for span in ((0, 10**9), (-5, 3), (7, 7), (9, 3)):
        [mark] = render_page(path, 2, spans=[span]).marks
        assert (mark.text, mark.boxes) == ("", ())


def test_a_changed_file_shows_in_the_mark(path: Path) -> None:
    path.write_bytes(pdf(["The slow brown dog."]))
    [mark] = render_page(path, 1, spans=[(4, 9)]).marks
    assert mark.text == "slow "


def test_spans_of_the_document_on_its_pages(path: Path) -> None:
    document = load_file(path, root=path.parent)
    first, second, third = document.sections
    across = (first.end - 5, third.start + 7)
    assert span_on_page(document, 1, across) == (first.end - first.start - 5, first.end - first.start)
    assert span_on_page(document, 2, across) == (0, second.end - second.start)
    assert span_on_page(document, 3, across) == (0, 7)
    assert span_on_page(document, 3, (0, 5)) is None
    assert span_on_page(document, 4, across) is None


@pytest.mark.parametrize(
    ("name", "data", "page", "reason"),
    [
        ("a.txt", b"Text.", 1, "neither a PDF file nor a picture"),
        ("a.pdf", b"Not a PDF at all.", 1, "damaged, or not a PDF file"),
        ("a.pdf", b"", 1, "is empty"),
        ("a.pdf", pdf(["Secret."], password="x"), 1, "protected by a password"),
        ("a.pdf", pdf(["One."]), 2, "has no page 2, only 1"),
        ("a.pdf", pdf(["One."]), 0, "has no page 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_says_why(tmp_path: Path, name: str, data: bytes, page: int, reason: str) -> None:
    with pytest.raises(LoadError, match=reason):
        render_page(put(tmp_path, name, data), page)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"b\.pdf: no such file"):
        render_page(tmp_path / "b.pdf", 1)


def test_a_bomb_hurts_only_the_child_and_the_next_page_is_drawn(tmp_path: Path, path: Path) -> None:
    bomb = put(tmp_path, "bomb.pdf", raw_pdf(deflated_spaces(1500), "/FlateDecode/FlateDecode"))
    with pytest.raises(LoadError, match=r"bomb\.pdf: (makes its parser crash|takes longer|needs more|is damaged)"):
        render_page(bomb, 1, spans=[(0, 1)], limits=Limits(parse_seconds=20, parse_memory_bytes=600 * MIB))
    assert render_page(path, 1).pages == 3


def test_boxes_are_merged_by_line() -> None:
    left, right, below = Box(0, 0, 0.1, 0.1), Box(0.1, 0.01, 0.2, 0.1), Box(0, 0.11, 0.1, 0.21)
    assert merged([left, None, right, below]) == (Box(0, 0, 0.2, 0.1), below)
    assert merged([left, Box(0.8, 0, 0.9, 0.1)]) == (left, Box(0.8, 0, 0.9, 0.1))
    assert merged([None]) == ()
