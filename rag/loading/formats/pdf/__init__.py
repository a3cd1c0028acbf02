"""PDF -> text, page by page, through pdfium.

Pages are joined by a line end and a form feed (``PAGE_BREAK``), or by a space where a sentence goes on from one to the
next; it belongs to neither page's section.
"""

from __future__ import annotations

import pypdfium2 as pdfium

from rag.errors import Refused
from rag.loading.formats.pdf.page import PageReader, PageText
from rag.loading.limits import Limits
from rag.loading.parsed import REPLACEMENT, Parsed, check_length
from rag.schema import Section

PAGE_BREAK = "\n\f"

_PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
_GARBLED_SHARE = 0.05  # of meaningless characters: nearly all with fonts that have no Unicode table, else none
_PAGES_NAMED = 10


def parse(data: bytes, limits: Limits) -> Parsed:
    """Text, one section per page (labels "1", "2", ...), and the metadata's title and author.

    Words hyphenated at a line's end are kept as found. The file's creation date is not taken: it is that of the export,
    seldom of the document.

    Raises:
        Refused: damaged, protected by a password, without any text, or too long.
    """
    with open_pdf(data) as document:
        title, author = (str(document.get_metadata_value(name)) for name in ("Title", "Author"))
        pages, unreadable = _read_pages(document, limits)
    texts = [page.text for page in pages]
    if not any(text.strip() for text in texts):
        raise Refused("has no text, only images: make it searchable with OCR first (ocrmypdf, for example)")
    text, sections = _joined(pages)
    return Parsed(text, sections, title, warnings=_warnings(texts, unreadable), author=author)


def open_pdf(data: bytes) -> pdfium.PdfDocument:
    """The document, to be closed by the caller.

    Raises:
        Refused: damaged, or protected by a password.
    """
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD_ERROR:
            raise Refused("is protected by a password; save a copy without one") from error
        raise Refused("is damaged, or not a PDF file") from error


def _read_pages(document: pdfium.PdfDocument, limits: Limits) -> tuple[list[PageText], list[int]]:
    """Each page, and the numbers of those that could not be opened."""
    pages: list[PageText] = []
    unreadable: list[int] = []
    characters = 0
    reader = PageReader(document)
    for index in range(len(document)):
        try:
            page = reader.read(index)
        except pdfium.PdfiumError:
            page = PageText("", [])
            unreadable.append(index + 1)
        pages.append(page)
        characters += len(page.text) + len(PAGE_BREAK)
        check_length(characters, limits)
    return pages, unreadable


def _joined(pages: list[PageText]) -> tuple[str, tuple[Section, ...]]:
    """The text of all pages, and its sections."""
    text: list[str] = []
    sections: list[Section] = []
    start = 0
    for number, page in enumerate(pages, 1):
        if number > 1:
            text.append(_page_break(pages[number - 2], page))
            start += len(text[-1])
        sections.append(Section("page", str(number), start, start + len(page.text)))
        sections += [Section(part.kind, part.label, start + part.start, start + part.end) for part in page.parts]
        text.append(page.text)
        start += len(page.text)
    return "".join(text), tuple(sections)


def _page_break(page: PageText, after: PageText) -> str:
    """What parts two pages: a sentence that goes on overleaf is not parted."""
    first = after.text[:1]
    if not (page.is_unfinished and (first.islower() or (page.is_open and first.isalnum()))):
        return PAGE_BREAK
    return "\n" if page.text.endswith("-") else " "


def _warnings(pages: list[str], unreadable: list[int]) -> tuple[str, ...]:
    numbered = list(enumerate(pages, 1))
    blank = [number for number, page in numbered if not page.strip() and number not in unreadable]
    garbled = [number for number, page in numbered if _is_garbled(page)]
    found = (
        (unreadable, "cannot be read: the file is damaged"),
        (blank, "has no text (a scan?)"),
        (garbled, "has unreadable characters: its fonts do not say which letters they draw"),
    )
    return tuple(f"{_page_list(numbers)} {what}" for numbers, what in found if numbers)


def _is_garbled(page: str) -> bool:
    return sum(map(_meaningless, page)) > _GARBLED_SHARE * len(page)


def _meaningless(character: str) -> bool:
    return (
        character == REPLACEMENT
        or "\ue000" <= character <= "\uf8ff"
        or character >= "\U000f0000"
        or (character < " " and character not in "\n\t")
    )


def _page_list(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"page {numbers[0]}"
    named = ", ".join(map(str, numbers[:_PAGES_NAMED]))
    more = f" and {len(numbers) - _PAGES_NAMED} more" if len(numbers) > _PAGES_NAMED else ""
    return f"each of the pages {named}{more}"
