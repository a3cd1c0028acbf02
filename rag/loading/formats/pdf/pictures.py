"""Pages that hold no text, or none that can be read, are read as pictures, where text recognition is installed.

Each takes seconds, so such a page is read without those around: its running lines are not known and stay.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pypdfium2 as pdfium

from rag.loading.formats.pdf.page import PageReader, PageText, page_of
from rag.loading.formats.pdf.recognised import recognised
from rag.loading.formats.pdf.warnings import is_garbled, is_misread
from rag.loading.ocr import LONGEST_SIDE, Picture, is_installed, recognise
from rag.loading.progress import at_page

SHARPEST = 200 / 72
"""Pixels per point at which a page is drawn to be recognised: 200 to an inch."""

_WORD = re.compile(r"\w\w")


class PictureReader:
    """Reads the pages of a document, those without text as pictures.

    ``pictures`` counts the pages that were looked at so.
    """

    def __init__(self, document: pdfium.PdfDocument) -> None:
        """Of an open document."""
        self.pictures = 0
        self._document = document
        self._reader = PageReader(document)

    def read(self, index: int) -> PageText:
        """The page ``index``, from 0.

        Raises:
            pdfium.PdfiumError: it cannot be opened.
        """
        page = self._reader.read(index)
        if not is_installed() or not _shows_other_than_it_holds(page):
            return page
        self.pictures += 1
        at_page(index + 1, len(self._document))
        seen = recognised_page(_picture(self._document[index]))
        return seen if seen.text and not _shows_other_than_it_holds(seen) else page


def recognised_page(picture: Picture) -> PageText:
    """The text on the picture of a page, in the order in which it is read; none where there is no word."""
    found = recognised(recognise(picture))
    page = page_of(found.characters)
    if not _WORD.search(page.text):  # a circle is no O
        return PageText("", [])
    parts = sorted([*page.parts, *found.parts(page.origins)], key=lambda part: part.start)
    return replace(page, parts=tuple(parts), recognised=found)


def _shows_other_than_it_holds(page: PageText) -> bool:
    if not page.text.strip():
        return page.drawn != "nothing"
    return is_garbled(page.text) or is_misread(page.text)


def _picture(page: pdfium.PdfPage) -> Picture:
    scale = min(LONGEST_SIDE / max(page.get_size()), SHARPEST)
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    picture: Picture = bitmap.to_numpy()[:, :, :3].copy()
    return picture
