"""Scans and pictures: what is recognised on them, how sure, and what is said of those that cannot be read."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder, memory_index
from loading_files import put, raw_pdf
from ocr_pictures import MARGIN, drawn, needs_ocr, page, saved, scan
from PIL import Image

from rag.answer.build import citation
from rag.answer.phrases import place, plain_text
from rag.answer.serialise import answer_from_json, answer_to_dict, answer_to_json
from rag.cli.answers import print_answer
from rag.errors import LoadError, Refused
from rag.index.ingest import update_index
from rag.loading import Limits, document_from_text, find_files, load_file
from rag.loading.formats.pdf import parse as parse_pdf
from rag.loading.pages import render_page, span_on_page
from rag.loading.registry import supports
from rag.schema import Answer, AnswerSpan, Chunk, Citation, Document, Passage, Scores, Section
from rag.text.units import document_units
from rag.ui.html.source import panel_html
from rag.ui.state import Key

LEASE = ("The deposit for flat 12 is 1,480 pounds.", "It is paid back within ten days of", "the end of the lease.")
HEATING = ("Heating is included in the rent from", "October to April.")


def loaded(folder: Path, name: str, data: bytes, limits: Limits | None = None) -> Document:
    return load_file(put(folder, name, data), root=folder, limits=limits or Limits())


@pytest.mark.usefixtures("parsed_here")
@needs_ocr
@pytest.mark.parametrize(
    ("name", "kind"), [("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.JPEG", "JPEG"), ("a.tif", "TIFF"), ("a.webp", "WEBP")]
)
def test_pictures_are_read(tmp_path: Path, name: str, kind: str) -> None:
    document = loaded(tmp_path, name, saved(page(*LEASE), kind))
    assert document.text == " ".join(LEASE)
    assert document.source.media_type == f"image/{kind.lower()}"
    assert (document.source.pages, document.place_at(50)) == (1, "page 1")


@needs_ocr
def test_frames_of_a_tiff_are_pages_and_reading_says_which_is_at_hand(tmp_path: Path) -> None:
    blank = Image.new("RGB", (1000, 360), "white")
    path = put(tmp_path, "a.tiff", saved(page(*LEASE), "TIFF", [blank, page(*HEATING)]))
    told: list[tuple[int, int]] = []
    document = load_file(path, root=tmp_path, on_page=lambda number, pages: told.append((number, pages)))
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert document.source.pages == 3
    assert document.place_at(document.text.index("Heating")) == "page 3"


@needs_ocr
def test_each_line_says_how_sure_it_is(tmp_path: Path) -> None:
    document = loaded(tmp_path, "a.png", saved(page(*LEASE), "PNG"))
    lines = [section for section in document.sections if section.kind == "recognised"]
    assert [document.text[line.start : line.end] for line in lines] == list(LEASE)
    assert all(80 <= int(line.label) <= 100 for line in lines)
    assert document.sureness(0, len(document.text)) == min(int(line.label) for line in lines)
    assert document.sureness(lines[1].start, lines[1].start + 1) == int(lines[1].label)


@needs_ocr
def test_columns_of_a_scan_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = ["The quarry was opened in", "1871 and gave work to", "forty men until the war,", "most of them from Linz."]
    right = [
        "The mill stands empty since",
        "the flood of 1954, and the",
        "wheel was sold to a museum",
        "in the next valley.",
    ]
    document = loaded(tmp_path, "a.png", saved(drawn([(MARGIN, left), (560, right)]), "PNG"))
    assert document.text.split("\n\n") == [" ".join(left), " ".join(right)]


def assert_only_red_is_marked(path: Path, document: Document, words: str) -> None:
    """The boxes of ``words`` hold the red ink of the page and little of the black."""
    start = document.text.index(words)
    number = document.page_at(start)
    assert number is not None
    span = span_on_page(document, number, (start, start + len(words)))
    assert span is not None
    image = render_page(path, number, spans=[span, (0, 0)])
    mark, none = image.marks
    assert (mark.text, none.boxes) == (words, ())
    red, green, _ = np.moveaxis(np.asarray(Image.open(io.BytesIO(image.png)).convert("RGB")).astype(int), 2, 0)
    inside = np.zeros(red.shape, bool)
    for box in mark.boxes:
        rows = slice(int(box.top * image.height), int(box.bottom * image.height) + 1)
        inside[rows, int(box.left * image.width) : int(box.right * image.width) + 1] = True
    is_red, is_black = (red > 150) & (green < 100), red < 100
    assert (is_red & inside).sum() > 0.9 * is_red.sum() > 100
    assert (is_black & inside).sum() < 0.1 * is_black.sum()


@pytest.mark.usefixtures("parsed_here")
@needs_ocr
@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_picture_is_read_and_marked_however_it_lies(tmp_path: Path, turned: int) -> None:
    image = page(*LEASE, *HEATING, red="1,480").rotate(turned, expand=True)
    path = put(tmp_path, "a.png", saved(image, "PNG"))
    document = load_file(path, root=tmp_path)
    assert document.text.startswith(" ".join(LEASE))
    assert_only_red_is_marked(path, document, "1,480")


@needs_ocr
def test_scanned_pages_of_a_pdf_are_read_between_pages_with_text(tmp_path: Path) -> None:
    path = put(tmp_path, "a.pdf", scan(["The landlord is Nils Falk.", page(*LEASE, red="1,480"), "Pets are allowed."]))
    told: list[tuple[int, int]] = []
    document = load_file(path, root=tmp_path, on_page=lambda number, pages: told.append((number, pages)))
    assert told == [(2, 3)]
    assert " ".join(LEASE) in document.text
    assert document.warnings == ()
    pages = [document.page_at(document.text.index(words)) for words in ("Falk", "1,480", "Pets")]
    assert pages == [1, 2, 3]
    at = document.text.index("Falk")
    assert document.sureness(at, at + 4) is None
    at = document.text.index("1,480")
    assert (document.sureness(at, at + 5) or 0) >= 80
    assert_only_red_is_marked(path, document, "1,480")


@pytest.fixture
def not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.loading.ocr.find_spec", lambda name: None)
    monkeypatch.setattr("rag.loading.registry._version", lambda name: "" if name == "rapidocr" else "1")


def test_without_text_recognition_a_scan_names_the_command(not_installed: None) -> None:
    with pytest.raises(Refused, match=r'only images; .*pip install "docquote\[ocr\]"'):
        parse_pdf(scan([page(*LEASE)]), Limits())
    assert parse_pdf(scan(["Text.", page(*LEASE)]), Limits()).warnings == (
        'page 2 has no text, only images (a scan?); to recognise it: pip install "docquote[ocr]"',
    )


GARBLED = b"BT /F1 12 Tf 10 100 Td (The deposit is 1,480 pounds \\001\\002\\003\\004\\005\\006\\007) Tj ET"
"""A page that draws letters, and has among its characters many that mean nothing."""


def test_without_text_recognition_garbled_text_is_told(not_installed: None) -> None:
    [warning] = parse_pdf(raw_pdf(GARBLED.hex().encode() + b">", "/ASCIIHexDecode"), Limits()).warnings
    assert "unreadable characters" in warning


@needs_ocr
def test_garbled_pages_are_read_as_they_look(tmp_path: Path) -> None:
    document = loaded(tmp_path, "a.pdf", raw_pdf(GARBLED.hex().encode() + b">", "/ASCIIHexDecode"))
    assert (document.text, document.warnings) == ("The deposit is 1,480 pounds", ())


def test_without_text_recognition_pictures_are_passed_over(tmp_path: Path, not_installed: None) -> None:
    picture = put(tmp_path, "a.png", saved(page(*LEASE), "PNG"))
    found = find_files(tmp_path)
    assert (found.files, found.unsupported) == ((), (picture,))
    with pytest.raises(LoadError, match=r'PNG files .* not installed: pip install "docquote\[ocr\]"'):
        load_file(picture, root=tmp_path)
    [support] = [one for one in supports() if ".png" in one.suffixes]
    assert support.problem == 'needs: pip install "docquote[ocr]"'


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that says it has so many pixels and holds a thousand rows of black."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(bytes((width + 1) * 1000)))
    return b"\x89PNG\r\n\x1a\n" + header + rows + chunk(b"IEND", b"")


@pytest.mark.usefixtures("parsed_here")
@needs_ocr
@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("a.png", lambda: png_of_size(9_000, 9_000), "more than 80 million pixels"),
        ("a.png", lambda: png_of_size(200_000, 200_000), "more than 80 million pixels"),
        ("a.png", lambda: saved(page(*LEASE), "PNG")[:3000], "damaged"),
        ("a.jpg", lambda: saved(page(*LEASE), "JPEG")[:3000], "damaged"),
        ("a.tif", lambda: b"The deposit is 1,480 pounds.", "damaged, or no PNG, JPEG, TIFF or WebP"),
        ("a.webp", lambda: saved(page(*LEASE), "GIF"), "damaged, or no PNG, JPEG, TIFF or WebP"),
        ("a.png", lambda: saved(Image.new("RGB", (900, 900), "navy"), "PNG"), "no text is recognised"),
    ],
)
def test_pictures_that_cannot_be_read_say_why(tmp_path: Path, name: str, make: Callable[[], bytes], words: str) -> None:
    with pytest.raises(LoadError, match=words):
        loaded(tmp_path, name, make())


@needs_ocr
def test_more_pages_than_the_limits_allow_are_refused(tmp_path: Path) -> None:
    few = Limits(max_recognised_pages=2)
    blank = Image.new("RGB", (500, 180), "white")
    with pytest.raises(LoadError, match="more than 2 pages"):
        loaded(tmp_path, "a.tif", saved(blank, "TIFF", [blank, blank]), few)
    with pytest.raises(LoadError, match="more than 2 pages without text"):
        loaded(tmp_path, "a.pdf", scan([blank, blank, blank]), few)


def recognised_answer() -> tuple[Document, Citation]:
    """A quote of two lines that were recognised, and its citation."""
    text = "The deposit is 1,480 pounds and is paid back."
    lines = (Section("page", "1", 0, 45), Section("recognised", "98", 0, 31), Section("recognised", "71", 32, 45))
    document = replace(document_from_text(text, name="lease.png"), sections=lines)
    passage = Passage(Chunk(1, document.source.id, 0, 45), document.source, text, 1, Scores(0.5), sections=lines)
    return document, citation(1, AnswerSpan(passage, 0, 45, None, 1.0), lambda _: document)


def test_a_citation_says_how_sure_text_recognition_is_of_its_worst_line() -> None:
    _, cited = recognised_answer()
    words = "read by text recognition, 71% sure"
    assert place(cited).endswith(f"page 1 · {words}")
    answer = Answer("What is the deposit?", "What is the deposit?", "found", 0.9, (cited,))
    assert words in plain_text(answer)
    assert answer_to_dict(answer)["citations"][0]["recognised"] == 71
    assert answer_from_json(answer_to_json(answer)).citations == (cited,)


def test_the_terminal_and_the_source_panel_say_so_too(capsys: pytest.CaptureFixture[str]) -> None:
    document, cited = recognised_answer()
    print_answer(Answer("What is the deposit?", "What is the deposit?", "found", 0.9, (cited,)))
    assert "read by text recognition, 71% sure" in " ".join(capsys.readouterr().out.split())
    assert "read by text recognition, 71% sure" in panel_html(document, cited, Key(0, "cite", 1), 1, (0, 45))


def test_a_recognised_line_parts_no_sentence() -> None:
    document, _ = recognised_answer()
    assert [unit.span for unit in document_units(document)] == [(0, 45)]


@needs_ocr
def test_indexing_says_which_page_of_which_file_is_read(tmp_path: Path) -> None:
    put(tmp_path / "documents", "a.tif", saved(page(*LEASE), "TIFF", [page(*HEATING)]))
    told: list[tuple[str, str]] = []

    def progress(path: Path, done: int, total: int, page: str = "") -> None:
        told.append((path.name, page))

    with closing(memory_index(tmp_path / "index")) as index:
        report = update_index(index, FakeEmbedder(), [tmp_path / "documents"], FAKE_SETTINGS, progress)
    assert report.added == ["a.tif"]
    assert ("a.tif", "page 2 of 2") in told
