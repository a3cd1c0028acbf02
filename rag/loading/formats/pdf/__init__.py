"""PDF -> text, page by page, through pdfium.

Pages are joined by a line end and a form feed (``PAGE_BREAK``), or by a space where a sentence goes on from one to the
next; it belongs to neither page's section.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pypdfium2 as pdfium

from rag.errors import Refused
from rag.loading.formats.pdf.outline import Bookmark, Heading, bookmarks, headings
from rag.loading.formats.pdf.page import PageText
from rag.loading.formats.pdf.pictures import PictureReader
from rag.loading.formats.pdf.warnings import reason_without_text, warnings
from rag.loading.limits import Limits
from rag.loading.parsed import Parsed, check_length
from rag.schema import Section

PAGE_BREAK = "\n\f"

_PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD


def parse(data: bytes, limits: Limits) -> Parsed:
    """Text, its pages (labels "1", "2", ...), headings, tables and notes, and the metadata's title and author.

    Words hyphenated at a line's end are kept as found. The file's creation date is not taken: it is that of the export,
    seldom of the document.

    Raises:
        Refused: damaged, protected by a password, without any text, or over the limits.
    """
    with open_pdf(data) as document:
        title, author = (str(document.get_metadata_value(name)) for name in ("Title", "Author"))
        pages, unreadable = _read_pages(document, limits)
        outline = bookmarks(document)
    if not any(page.text.strip() for page in pages):
        raise Refused(reason_without_text(pages))
    text, sections = joined(pages, outline)
    return Parsed(text, sections, title, warnings=warnings(pages, unreadable), author=author)


def open_pdf(data: bytes) -> pdfium.PdfDocument:
    """The document, to be closed by the caller.

    Raises:
        Refused: damaged, or protected by a password.
    """
    try:
        document = pdfium.PdfDocument(data)
        document.init_forms()
        return document
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD_ERROR:
            raise Refused("is protected by a password; save a copy without one") from error
        raise Refused("is damaged, or not a PDF file") from error


def _read_pages(document: pdfium.PdfDocument, limits: Limits) -> tuple[list[PageText], list[int]]:
    """Each page, and the numbers of those that could not be opened."""
    pages: list[PageText] = []
    unreadable: list[int] = []
    characters = 0
    reader = PictureReader(document)
    for index in range(len(document)):
        try:
            page = reader.read(index)
        except pdfium.PdfiumError:
            page = PageText("", [])
            unreadable.append(index + 1)
        pages.append(replace(page, origins=[], recognised=None))  # large, and of use only where a page is drawn
        characters += len(page.text) + len(PAGE_BREAK)
        check_length(characters, limits)
        if reader.pictures > limits.max_recognised_pages:
            raise Refused(f"has more than {limits.max_recognised_pages:,} pages without text; split it")
    return pages, unreadable


def joined(pages: Sequence[PageText], outline: Sequence[Bookmark] = ()) -> tuple[str, tuple[Section, ...]]:
    """The text of all pages, and its sections."""
    text, starts = _joined(pages)
    return text, _sections(pages, starts, headings(pages, outline))


def _joined(pages: Sequence[PageText]) -> tuple[str, list[int]]:
    """The text of all pages, and where each begins in it."""
    text: list[str] = []
    starts: list[int] = []
    length = 0
    for number, page in enumerate(pages):
        if number:
            text.append(_page_break(pages[number - 1], page))
            length += len(text[-1])
        starts.append(length)
        text.append(page.text)
        length += len(page.text)
    return "".join(text), starts


def _sections(pages: Sequence[PageText], starts: Sequence[int], found: Sequence[Heading]) -> tuple[Section, ...]:
    """Pages, headings up to the next one, tables and notes, in the order of their starts."""
    sections: list[Section] = []
    for number, (page, start) in enumerate(zip(pages, starts, strict=True), 1):
        sections.append(Section("page", str(number), start, start + len(page.text)))
        sections += [Section(part.kind, part.label, start + part.start, start + part.end) for part in page.parts]
    ends = [starts[heading.page] + heading.start for heading in found[1:]] + [starts[-1] + len(pages[-1].text)]
    for heading, end in zip(found, ends, strict=False):
        label = " ".join(pages[heading.page].text[heading.start : heading.end].split())
        sections.append(Section("heading", label, starts[heading.page] + heading.start, end, heading.level))
    return tuple(
        sorted(sections, key=lambda section: (section.start, section.kind != "page", section.kind != "heading"))
    )


def _page_break(page: PageText, after: PageText) -> str:
    """What parts two pages: a sentence that goes on overleaf is not parted."""
    first = after.text[:1]
    if not (page.is_unfinished and (first.islower() or (page.is_open and first.isalnum()))):
        return PAGE_BREAK
    return "\n" if page.text.endswith("-") else " "
