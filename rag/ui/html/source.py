"""The source panel: a document around a quote as HTML. Pure."""

from __future__ import annotations

from typing import Literal

from markupsafe import Markup

from rag.answer.phrases import day, place_and_heading, recognition_words
from rag.loading.pages import has_page_images
from rag.loading.verification import Verification
from rag.schema import Citation, Document, Span
from rag.ui.html.document_text import shown_text
from rag.ui.html.pdf_page import PdfPage
from rag.ui.html.render import render
from rag.ui.state import Key

WHOLE_CHARACTERS = 60_000
"""Documents up to this length are shown whole: a browser lays this much out in well under 100 ms."""

AROUND_CHARACTERS = 15_000
"""How much of a longer document is shown on either side of the quote."""

MORE_CHARACTERS = 30_000
"""How much "show more" adds."""

_CHECKED = {
    "verified": ("Verified", "the file was read again just now"),
    "changed": ("Changed since indexing", ""),
    "gone": ("File is gone", "it is no longer where it was indexed"),
    "unreadable": ("Cannot be checked", ""),
}
"""What is said of each state of a file: a label, and what it means."""


def empty_html(message: str = "Choose a numbered quote to read it in its document.") -> str:
    """The panel before anything is opened, or why it shows nothing."""
    return render("source_empty.html", message=message)


def check_html(check: Verification, key: Key | None) -> str:
    """Whether the file still is what was indexed, with a button to index it again where ``key`` is given."""
    label, detail = _CHECKED[check.state]
    if check.state == "changed" and check.quote_found is not None:
        detail = f"the quote is {'still' if check.quote_found else 'no longer'} in it"
    again = key if check.state == "changed" else None
    return render("source_check.html", state=check.state, label=label, detail=detail or check.reason, again=again)


def panel_html(
    document: Document,
    citation: Citation,
    key: Key,
    count: int,
    window: Span,
    *,
    pdf_page: PdfPage | None = None,
    check: str = "",
    why: str = "",
) -> str:
    """The document with the quote marked.

    Args:
        count: how many quotes (or nearest passages) the answer has, for next and previous.
        window: the characters of the document to show; contains the quote.
        pdf_page: the page to show in place of the text.
        check: HTML that says whether the file still is what was indexed.
        why: HTML that says why the passage was read.
    """
    if document.text[citation.start : citation.end] != citation.quote:
        return empty_html(f"{citation.title} has changed since this answer was given. Please ask again.")
    facts = [
        *place_and_heading(citation),
        day(citation.date) if citation.date is not None else "",
        citation.document,
        recognition_words(citation),
    ]
    return render(
        "source.html",
        key=key,
        count=count,
        noun="Quote" if key.kind == "cite" else "Passage",
        steps=[_step("Previous", key, -1, count), _step("Next", key, 1, count)] if count > 1 else [],
        citation=citation,
        facts=[fact for fact in facts if fact],
        check=Markup(check),
        why=Markup(why),
        pdf_page=pdf_page,
        text=None if pdf_page else shown_text(document, citation, window),
        has_pages=has_page_images(document.source.media_type) and citation.page is not None,
    )


def _step(label: str, key: Key, step: int, count: int) -> tuple[str, Key, bool]:
    target = Key(key.turn, key.kind, key.number + step)
    return label, target, 1 <= target.number <= count


def first_window(text: str, quote: Span) -> Span:
    """The part of a document to show around a quote: all of a modest one, else whole lines around the quote."""
    if len(text) <= WHOLE_CHARACTERS:
        return 0, len(text)
    return _line_start(text, quote[0] - AROUND_CHARACTERS, quote[0]), _line_end(
        text, quote[1] + AROUND_CHARACTERS, quote[1]
    )


def wider_window(text: str, window: Span, direction: Literal["above", "below"]) -> Span:
    """``window`` with more of the text on one side."""
    start, end = window
    if direction == "above":
        return _line_start(text, start - MORE_CHARACTERS, start), end
    return start, _line_end(text, end + MORE_CHARACTERS, end)


def _line_start(text: str, wanted: int, latest: int) -> int:
    """The first start of a line in ``wanted``..``latest``, or ``wanted`` where the line is that long."""
    if wanted <= 0:
        return 0
    newline = text.find("\n", wanted, latest)
    return wanted if newline < 0 else newline + 1


def _line_end(text: str, wanted: int, earliest: int) -> int:
    if wanted >= len(text):
        return len(text)
    newline = text.rfind("\n", earliest, wanted)
    return wanted if newline < 0 else newline + 1
