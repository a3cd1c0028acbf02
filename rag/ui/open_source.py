"""What the source panel shows for a citation: the text or the page, whether the file still is what was indexed."""

from __future__ import annotations

from pathlib import Path

from rag.errors import DocquoteError, LoadError
from rag.history import Exchanges, Library, found_again, sha256_of
from rag.loading import DEFAULT_LIMITS, Limits
from rag.loading.pages import has_page_images, render_page, span_on_page
from rag.loading.verification import Verification, verify
from rag.schema import Citation, Document
from rag.serving.base import Answerer
from rag.ui.html.pdf_page import PdfPage
from rag.ui.html.source import check_html, empty_html, first_window, panel_html, wider_window
from rag.ui.html.why import why_html
from rag.ui.state import Key, View, resolve, siblings

SCALE = 2.5
"""Pixels per point: about 1,500 for the width of a sheet of paper, sharp at twice the panel's width."""

NO_CITATION = "This conversation has no such citation."


def open_source(
    assistant: Answerer,
    exchanges: Exchanges,
    key: Key | None,
    shown: View | None = None,
    *,
    more: object = None,
    page: object = None,
    refreshable: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[View | None, str]:
    """The source panel for a citation of this conversation, as a view and its HTML.

    Args:
        key: which citation; None or one that names nothing gives an empty panel that says so.
        shown: the view now on the page.
        more: "above" or "below" widens ``shown`` where it shows the same citation; anything else does not.
        page: the number of a page, as a string, or "text"; anything else: the quote's own page.
        refreshable: whether a changed file can be indexed again from here.
        limits: what reading the file again and drawing its page may cost.
    """
    if key is None:
        return None, empty_html()
    citation = resolve(exchanges, key)
    answer = exchanges[key.turn].answer if citation is not None else None
    if citation is None or answer is None:
        return None, empty_html(NO_CITATION)
    why = why_html(answer, citation)
    try:
        source = Library(assistant.sources()).now(citation.document_id, citation.document, sha256_of(answer, citation))
        document = assistant.document(source.id if source else citation.document_id)
    except DocquoteError as error:
        return None, empty_html(str(error))
    citation = found_again(citation, document)
    window = first_window(document.text, (citation.start, citation.end))
    if shown is not None and shown.key == key and (more == "above" or more == "below"):
        window = wider_window(document.text, shown.window, more)
    check = verify(document.source, citation.quote, limits)
    pdf_page = None if page == "text" or more else _pdf_page(document, citation, page, check, limits)
    html = panel_html(
        document,
        citation,
        key,
        len(siblings(exchanges, key)),
        window,
        pdf_page=pdf_page,
        check=check_html(check, key if refreshable else None),
        why=why,
    )
    return View(key, window, document.source.id, document.source.sha256), html


def _pdf_page(
    document: Document, citation: Citation, page: object, check: Verification, limits: Limits
) -> PdfPage | None:
    """The page of a PDF to show; None where the text is shown instead: the file changed, is gone or cannot be drawn."""
    numbers = [int(section.label) for section in document.sections if section.kind == "page"]
    if not has_page_images(document.source.media_type) or check.state != "verified" or citation.page is None:
        return None
    wanted = int(page) if isinstance(page, str) and page.isascii() and page.isdecimal() and len(page) < 6 else 0
    number = wanted if wanted in numbers else citation.page
    quote, strong = (
        span_on_page(document, number, span) or (0, 0)
        for span in ((citation.start, citation.end), citation.highlight or (0, 0))
    )
    try:
        image = render_page(Path(document.source.path), number, scale=SCALE, spans=[quote, strong], limits=limits)
    except LoadError:
        return None
    boxes, strong_boxes = (mark.boxes for mark in image.marks)
    return PdfPage(number, image.pages, image.png, image.width, image.height, boxes, strong_boxes)
