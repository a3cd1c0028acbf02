"""PDF -> text, page by page, through pdfium.

Pages are joined by a line end and a form feed (``PAGE_BREAK``), which belong to neither page's section.
"""

from __future__ import annotations

import pypdfium2 as pdfium

from rag.errors import Refused
from rag.loading.limits import Limits
from rag.loading.parsed import REPLACEMENT, Parsed, check_length, clean_newlines
from rag.schema import Section
from rag.text.wrapping import unwrapped

PAGE_BREAK = "\n\f"

_LINE_END_HYPHEN = "\ufffe"  # pdfium's one character for a hyphen and the line end after it
_PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
_GARBLED_SHARE = 0.05  # of meaningless characters: nearly all with fonts that have no Unicode table, else none
_PAGES_NAMED = 10


def parse(data: bytes, limits: Limits) -> Parsed:
    """Text, one section per page (labels "1", "2", ...), and the metadata's title.

    Words hyphenated at a line's end are kept as found. The file's creation date is not taken: it is that of
    the export, seldom of the document.

    Raises:
        Refused: damaged, protected by a password, without any text, or too long.
    """
    with open_pdf(data) as document:
        title = str(document.get_metadata_value("Title"))
        pages, unreadable = _page_texts(document, limits)
    if not any(page.strip() for page in pages):
        raise Refused("has no text, only images: make it searchable with OCR first (ocrmypdf, for example)")
    return Parsed(PAGE_BREAK.join(pages), _sections(pages), title, warnings=_warnings(pages, unreadable))


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


def stored_text(raw: str) -> str:
    """A page's text as it is stored, from the text that pdfium gives; a space for a line end that is mere wrapping."""
    return unwrapped(clean_newlines(raw.replace(_LINE_END_HYPHEN, "-\n")).replace("\f", "\n"))


def _page_texts(document: pdfium.PdfDocument, limits: Limits) -> tuple[list[str], list[int]]:
    """The text of each page, and the numbers of the pages that could not be opened."""
    texts: list[str] = []
    unreadable: list[int] = []
    characters = 0
    for index in range(len(document)):
        try:
            page = document[index]
            textpage = page.get_textpage()
            text = textpage.get_text_range()
            textpage.close()
            page.close()
        except pdfium.PdfiumError:
            text = ""
            unreadable.append(index + 1)
        text = stored_text(text)
        texts.append(text)
        characters += len(text) + len(PAGE_BREAK)
        check_length(characters, limits)
    return texts, unreadable


def _sections(pages: list[str]) -> tuple[Section, ...]:
    sections: list[Section] = []
    start = 0
    for number, page in enumerate(pages, 1):
        sections.append(Section("page", str(number), start, start + len(page)))
        start += len(page) + len(PAGE_BREAK)
    return tuple(sections)


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
