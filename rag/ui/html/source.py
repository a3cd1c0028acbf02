"""The source panel: a document around a quote as HTML. Pure; every string is escaped.

The text nodes of the rendered text, joined, are the window of the document's stored text; the text nodes of
its marks, joined, are the quote. Layout (paragraphs, headings, pages) is added around the characters, never
in place of them: line breaks that a margin stands for are kept in a hidden span.
"""

from __future__ import annotations

import re
from html import escape
from itertools import pairwise
from typing import Literal

from rag.answer.phrases import day
from rag.schema import Citation, Document, Span
from rag.ui.html.pdf_page import PDF, PdfPage, pdf_page_html
from rag.ui.state import Key

WHOLE_CHARACTERS = 60_000
"""Documents up to this length are shown whole: a browser lays this much out in well under 100 ms."""

AROUND_CHARACTERS = 15_000
"""How much of a longer document is shown on either side of the quote."""

MORE_CHARACTERS = 30_000
"""How much "show more" adds."""

_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_MARKER = re.compile(r"#*[^\S\n]*")
_HEADING_LINE = re.compile(r"[^\n]*\n?(?:[^\S\n]*\n)*")


def empty_html(message: str = "Choose a numbered quote to read it in its document.") -> str:
    """The panel before anything is opened, or why it shows nothing."""
    return f'<div class="dq-doc dq-empty"><p>{escape(message)}</p></div>'


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
    shown = (
        pdf_page_html(pdf_page, citation, key) if pdf_page is not None else _text_html(document, citation, key, window)
    )
    return (
        f'<article class="dq-doc" data-key="{key}" aria-label="Source">'
        f"{_header(citation, key, count, check)}{shown}{why}</article>"
    )


def _text_html(document: Document, citation: Citation, key: Key, window: Span) -> str:
    pages = ""
    if document.source.media_type == PDF and citation.page is not None:
        pages = (
            '<div class="dq-tools"><span class="dq-position">Text of the whole document</span>'
            f'<button type="button" class="dq-quiet" data-open="{key}" data-page="{citation.page}">'
            "Show the page</button></div>"
        )
    return (
        f'{pages}<div class="dq-text" tabindex="0" role="region" aria-label="{escape("Text of " + citation.title)}">'
        f"{_more('above', key) if window[0] > 0 else ''}"
        f'<div class="dq-body">{body_html(document, citation, window)}</div>'
        f"{_more('below', key) if window[1] < len(document.text) else ''}</div>"
    )


def _header(citation: Citation, key: Key, count: int, check: str) -> str:
    facts = [
        f"page {citation.page}" if citation.page is not None else "",
        day(citation.date) if citation.date is not None else "",
        citation.document,
    ]
    listed = "".join(f"<li>{escape(fact)}</li>" for fact in facts if fact)
    noun = "Quote" if key.kind == "cite" else "Passage"
    return (
        f'<header><nav aria-label="{noun}s">'
        f'<span class="dq-position" role="status">{noun} {key.number} of {count}</span>'
        f"{_steps(key, count)}"
        '<button type="button" class="dq-quiet dq-close" data-close="1">Close</button></nav>'
        f'<h2>{escape(citation.title)}</h2><ul class="dq-facts">{listed}</ul>{check}</header>'
    )


def _steps(key: Key, count: int) -> str:
    return _step("Previous", key, -1, count) + _step("Next", key, 1, count) if count > 1 else ""


def _step(label: str, key: Key, step: int, count: int) -> str:
    target = Key(key.turn, key.kind, key.number + step)
    disabled = "" if 1 <= target.number <= count else " disabled"
    return f'<button type="button" class="dq-quiet" data-open="{target}"{disabled}>{label}</button>'


def _more(direction: Literal["above", "below"], key: Key) -> str:
    return (
        f'<button type="button" class="dq-quiet dq-more" data-open="{key}" data-more="{direction}">'
        f"Show more {direction}</button>"
    )


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


def body_html(document: Document, citation: Citation, window: Span) -> str:
    """The text of ``window``: paragraphs, headings and page rules, with the quote in ``<mark>``."""
    headings = {s.start: s.label for s in document.sections if s.kind == "heading"}
    pages = {s.start: s.label for s in document.sections if s.kind == "page"}
    parts: list[str] = []
    for start, end in _blocks(document, window):
        if start in pages:
            label = escape("Page " + pages[start])
            parts.append(f'<div class="dq-page" role="separator" aria-label="{label}"></div>')
        block = document.text[start:end]
        text_end = start + len(block.rstrip())
        tag = "h3" if start in headings else "p" if text_end > start else "span"
        text_start = start
        if start in headings and not start <= citation.start < end:
            text_start += len(_MARKER.match(block)[0])  # type: ignore[index]  # it matches the empty string
        runs = _runs(document.text, (start, end), (text_start, text_end), citation)
        parts.append(f"<{tag}>{runs}</{tag}>")
    return "".join(parts)


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


def _runs(text: str, block: Span, shown: Span, citation: Citation) -> str:
    """One block: the characters outside ``shown`` hidden, the quote marked, the words that answer strong."""
    quote = _within((citation.start, citation.end), block)
    strong = _within(citation.highlight or (0, 0), quote)
    marked = _pieces(text, quote, shown, strong)
    return (
        _pieces(text, (block[0], quote[0]), shown, strong)
        + (f"<mark>{marked}</mark>" if marked else "")
        + _pieces(text, (quote[1], block[1]), shown, strong)
    )


def _pieces(text: str, span: Span, shown: Span, strong: Span) -> str:
    """The characters of ``span``, each exactly once, wrapped where they are hidden or strong."""
    bounds = sorted({*span, *_within(shown, span), *_within(strong, span)})
    parts: list[str] = []
    for start, end in pairwise(bounds):
        piece = escape(text[start:end])
        if not shown[0] <= start < shown[1]:
            piece = f"<span hidden>{piece}</span>"
        if strong[0] <= start < strong[1]:
            piece = f"<strong>{piece}</strong>"
        parts.append(piece)
    return "".join(parts)


def _within(span: Span, outer: Span) -> Span:
    """``span`` cut to ``outer``; empty, at one of its ends, where they do not meet."""
    start, end = (min(max(offset, outer[0]), outer[1]) for offset in span)
    return start, end
