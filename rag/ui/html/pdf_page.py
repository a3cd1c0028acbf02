"""A page of a PDF as its image, with boxes over the quote."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from rag.loading.pages import Box
from rag.schema import Citation
from rag.ui.state import Key

PDF = "application/pdf"
"""The media type of documents whose pages can be shown as images."""


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page to show.

    Attributes:
        number: from 1.
        count: how many pages the document has.
        png: the image.
        width, height: of the image, in pixels.
        boxes: where the quote stands on this page, a box for each line; empty on other pages.
        strong: likewise the words of the quote that answer.
    """

    number: int
    count: int
    png: bytes
    width: int
    height: int
    boxes: Sequence[Box] = ()
    strong: Sequence[Box] = ()


def pdf_page_html(pdf_page: PdfPage, citation: Citation, key: Key) -> str:
    """The page under a bar with page and zoom buttons. Zooming is left to page.js: the image has pixels to spare."""
    boxes = "".join(_box(box, "dq-box") for box in pdf_page.boxes)
    boxes += "".join(_box(box, "dq-box dq-strong") for box in pdf_page.strong)
    name = f"Page {pdf_page.number} of {citation.title}"
    quoted = f", with the quote marked: {citation.quote}" if pdf_page.boxes else ""
    image = b64encode(pdf_page.png).decode("ascii")
    return (
        f'<div class="dq-tools" role="group" aria-label="Pages">'
        f"{_turn('‹', 'Page back', key, pdf_page.number - 1, pdf_page.number > 1)}"
        f'<span class="dq-number">Page {pdf_page.number} of {pdf_page.count}</span>'
        f"{_turn('›', 'Page forward', key, pdf_page.number + 1, pdf_page.number < pdf_page.count)}"
        f"{_back(pdf_page, citation, key)}"
        '<span class="dq-gap"></span>'
        '<button type="button" class="dq-quiet" data-zoom="-1" aria-label="Smaller">−</button>'
        '<button type="button" class="dq-quiet" data-zoom="1" aria-label="Larger">+</button>'
        f'<button type="button" class="dq-quiet" data-open="{key}" data-page="text">Text</button></div>'
        f'<div class="dq-text dq-desk" tabindex="0" role="region" aria-label="{escape(name)}">'
        f'<div class="dq-sheet"><img src="data:image/png;base64,{image}" width="{pdf_page.width}"'
        f' height="{pdf_page.height}" alt="{escape(name + quoted)}">{boxes}</div></div>'
    )


def _turn(sign: str, label: str, key: Key, target: int, possible: bool) -> str:
    return (
        f'<button type="button" class="dq-quiet" data-open="{key}" data-page="{target}"'
        f' aria-label="{label}"{"" if possible else " disabled"}>{sign}</button>'
    )


def _back(pdf_page: PdfPage, citation: Citation, key: Key) -> str:
    """On other pages, the way back to the quote."""
    if citation.page is None or pdf_page.boxes or pdf_page.number == citation.page:
        return ""
    return (
        f'<button type="button" class="dq-quiet" data-open="{key}" data-page="{citation.page}">'
        "Back to the quote</button>"
    )


def _box(box: Box, name: str) -> str:
    style = (
        f"left:{100 * box.left:.3f}%;top:{100 * box.top:.3f}%;"
        f"width:{100 * (box.right - box.left):.3f}%;height:{100 * (box.bottom - box.top):.3f}%"
    )
    return f'<span class="{name}" style="{style}"></span>'
