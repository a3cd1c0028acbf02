"""The source panel: a document around a quote as HTML. Pure.

The text nodes of the rendered text, joined, are the window of the document's stored text; the text nodes of
its marks, joined, are the quote. Layout (paragraphs, headings, pages) is added around the characters, never
in place of them: line breaks that a margin stands for are kept in a hidden span.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from markupsafe import Markup

from rag.answer.phrases import day, place_name, recognition_words
from rag.loading.pages import has_page_images
from rag.loading.verification import Verification
from rag.schema import Citation, Document, Span
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

_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_MARKER = re.compile(r"#*[^\S\n]*")
_HEADING_LINE = re.compile(r"[^\n]*\n?(?:[^\S\n]*\n)*")


class Piece(NamedTuple):
    """Characters of a document, whether they are left out of sight, and whether they answer."""

    text: str
    hidden: bool
    strong: bool


class Block(NamedTuple):
    """A paragraph, a heading's line, or the white space between them.

    Attributes:
        page: the number of the page that begins with it; "" where none does.
        tag: the element that it is.
        before, quote, after: all its characters in order, the quote's apart; all in ``before`` where it has none.
    """

    page: str
    tag: Literal["h3", "p", "span"]
    before: Sequence[Piece]
    quote: Sequence[Piece]
    after: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class ShownText:
    """The text of a document in a window, and whether there is more of it on either side."""

    blocks: Sequence[Block]
    more_above: bool
    more_below: bool


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
        place_name(citation),
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


def shown_text(document: Document, citation: Citation, window: Span) -> ShownText:
    """The text of ``window``: paragraphs, headings and page rules, with the quote apart."""
    headings = {s.start: s.label for s in document.sections if s.kind == "heading"}
    pages = {s.start: s.label for s in document.sections if s.kind == "page"}
    blocks: list[Block] = []
    for start, end in _blocks(document, window):
        block = document.text[start:end]
        text_end = start + len(block.rstrip())
        text_start = start
        if start in headings and not start <= citation.start < end:
            text_start += len(_MARKER.match(block)[0])  # type: ignore[index]  # it matches the empty string
        quote = _within((citation.start, citation.end), (start, end))
        strong = _within(citation.highlight or (0, 0), quote)
        spans = ((start, quote[0]), quote, (quote[1], end)) if quote[0] < quote[1] else ((start, end), quote, quote)
        before, quoted, after = (_pieces(document.text, span, (text_start, text_end), strong) for span in spans)
        tag: Literal["h3", "p", "span"] = "h3" if start in headings else "p" if text_end > start else "span"
        blocks.append(Block(pages.get(start, ""), tag, before, quoted, after))
    return ShownText(blocks, more_above=window[0] > 0, more_below=window[1] < len(document.text))


def _blocks(document: Document, window: Span) -> list[Span]:
    """The window cut after blank lines, at pages and headings, and after each heading's line; nothing is lost."""
    start, end = window
    text = document.text
    cuts = {start, end, *(match.end() for match in _BLANK_LINES.finditer(text, start, end))}
    for section in document.sections:
        cuts.add(section.start)
        if section.kind == "heading" and (line := _HEADING_LINE.match(text, section.start)):
            cuts.add(line.end())
    return list(pairwise(sorted(cut for cut in cuts if start <= cut <= end)))


def _pieces(text: str, span: Span, shown: Span, strong: Span) -> list[Piece]:
    """The characters of ``span``, each exactly once, cut where they begin or end to be hidden or strong."""
    if span[0] == span[1]:
        return []
    bounds = sorted({*span, *_within(shown, span), *_within(strong, span)})
    return [
        Piece(text[start:end], hidden=not shown[0] <= start < shown[1], strong=strong[0] <= start < strong[1])
        for start, end in pairwise(bounds)
    ]


def _within(span: Span, outer: Span) -> Span:
    """``span`` cut to ``outer``; empty, at one of its ends, where they do not meet."""
    start, end = (min(max(offset, outer[0]), outer[1]) for offset in span)
    return start, end
