"""The source panel: the text shown is the text stored, and the marks are the quote."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ui_fake import (
    HOSTILE_DOCUMENT,
    LONG,
    LOT,
    MEMBERS,
    MINUTES,
    MINUTES_DOCUMENT,
    REPORT_DOCUMENT,
    SECRET,
    SPANNING,
    cite,
    make_document,
)

from rag.schema import Citation, Document, Section, SectionKind, Span
from rag.ui.html.source import MORE_CHARACTERS, WHOLE_CHARACTERS, first_window, panel_html, wider_window
from rag.ui.state import Key

KEY = Key(0, "cite", 1)


class Body(HTMLParser):
    """Of the document's text in a panel: all of it, what is in marks, what is strong, and what is shown."""

    def __init__(self, panel: str) -> None:
        super().__init__()
        self.inside = False
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.tags: list[str] = []
        self.text = self.marked = self.strong = self.shown = ""
        self.feed(panel)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append((tag, dict(attrs)))
        self.inside = any(attributes.get("class") == "dq-body" for _, attributes in self.open)
        if self.inside:
            self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag
        self.inside = any(attributes.get("class") == "dq-body" for _, attributes in self.open)

    def handle_data(self, data: str) -> None:
        if not self.inside:
            return
        inside = [tag for tag, _ in self.open]
        self.text += data
        self.marked += data if "mark" in inside else ""
        self.strong += data if "strong" in inside else ""
        self.shown += "" if any("hidden" in attributes for _, attributes in self.open) else data


def whole(document: Document, citation: Citation) -> Body:
    return Body(panel_html(document, citation, KEY, 1, (0, len(document.text))))


@pytest.mark.parametrize(
    ("document", "citation"),
    [
        (MINUTES_DOCUMENT, MEMBERS[0]),
        (REPORT_DOCUMENT, MEMBERS[1]),
        (MINUTES_DOCUMENT, SPANNING),
        (HOSTILE_DOCUMENT, SECRET),
    ],
    ids=["one sentence", "with pages", "over paragraphs", "hostile"],
)
def test_the_marks_are_the_quote_and_the_text_is_the_document(document: Document, citation: Citation) -> None:
    body = whole(document, citation)
    assert body.text == document.text
    assert body.marked == citation.quote == document.text[citation.start : citation.end]
    start, end = citation.highlight or (0, 0)
    assert body.strong == document.text[start:end]


SECTIONED_TEXT = st.lists(
    st.sampled_from(["# Head", "words", " ", "\t", "\n", "\n\n", "<b>", "&amp;", "é", "\f", " | ", "|"]), max_size=60
)

KINDS: tuple[SectionKind, ...] = get_args(SectionKind)
LABELS = {"page": "1", "slide": "2", "rows": "A1:B9", "lines": "1", "recognised": "80"}


@given(SECTIONED_TEXT.map("".join).filter(bool), st.data())
def test_any_text_sections_window_and_quote(text: str, data: st.DataObject) -> None:
    def span(low: int, high: int) -> Span:
        start = data.draw(st.integers(low, high))
        return start, data.draw(st.integers(start, high))

    sections = tuple(
        sorted(
            (
                Section(kind, LABELS.get(kind, "Head"), *span(0, len(text)))
                for kind in data.draw(st.lists(st.sampled_from(KINDS), max_size=8))
            ),
            key=lambda section: section.start,
        )
    )
    window = span(0, len(text))
    quote = span(*window)
    document = make_document("a.txt", "A", text, sections=sections)
    strong = span(*quote)
    citation = replace(MEMBERS[0], start=quote[0], end=quote[1], quote=text[slice(*quote)], highlight=strong)
    body = Body(panel_html(document, citation, KEY, 1, window))
    assert body.text == text[slice(*window)]
    assert body.marked == citation.quote
    assert body.strong == text[slice(*strong)]


def test_headings_are_headings_without_their_marks_and_paragraphs_are_kept() -> None:
    body = whole(MINUTES_DOCUMENT, MEMBERS[0])
    assert body.tags.count("h3") == 3
    assert body.tags.count("p") == 4
    assert "#" not in body.shown
    assert "Attendance" in body.shown


def test_a_quoted_heading_is_shown_letter_by_letter() -> None:
    body = whole(MINUTES_DOCUMENT, cite(1, MINUTES_DOCUMENT, "## Attendance"))
    assert body.marked == "## Attendance"
    assert "## Attendance" in body.shown


def laid_out(text: str, quote: str, *sections: Section) -> tuple[str, Body]:
    """The panel's HTML of a document, and what stands in it; the last word of the quote is that which answers."""
    document = make_document("a.txt", "A", text, sections=sections)
    start = text.index(quote)
    strong = (start + quote.rindex(" ") + 1, start + len(quote))
    citation = replace(MEMBERS[0], start=start, end=start + len(quote), quote=quote, highlight=strong)
    html = panel_html(document, citation, KEY, 1, (0, len(text)))
    body = Body(html)
    assert (body.text, body.marked, body.strong) == (text, quote, text[slice(*strong)])
    return html, body


def test_a_table_is_a_table_with_the_rows_and_columns_of_its_sheet() -> None:
    text = "Rent\n\nFlat | Tenant | Rent\n1 | Ada | 900\n2 |  | 870\nAll flats are let.\n\nEnd."
    table = (6, text.index("\n\nEnd"))
    html, body = laid_out(
        text,
        "1 | Ada | 900",
        Section("sheet", "Rent", 0, table[1]),
        Section("heading", "Rent", 0, table[1], 1),
        Section("rows", "B4:D7", *table),
        Section("table", "Flat | Tenant | Rent", *table),
    )
    assert "|" not in body.shown and body.tags.count("tr") == 1 + 4 and body.tags.count("th") == 3
    assert re.findall(r'data-at="(\w+)"', html) == ["B", "C", "D", "4", "5", "6", "7"]
    assert '<td colspan="3">All flats are let.' in html
    assert body.tags.count("mark") == 3  # a cell each
    assert html.index('aria-label="Sheet"') < html.index("<h3>Rent") < html.index("<table>")


def test_a_table_that_no_row_heads_or_whose_columns_are_not_all_there_claims_neither() -> None:
    text = "Warden | Ada\nPorter | Tom"
    html, body = laid_out(text, text, Section("rows", "A1:C2", 0, len(text)), Section("table", "", 0, len(text)))
    assert "th" not in body.tags and re.findall(r'data-at="(\w+)"', html) == ["1", "2"]


def test_lines_of_a_file_are_numbered_and_code_keeps_its_lines() -> None:
    text = "import time\n\n\ndef wait():\n    # Wait for 90 seconds\n    time.sleep(90)\n"
    html, body = laid_out(
        text,
        "# Wait for 90 seconds",
        Section("lines", "1", 0, len(text)),
        Section("heading", "wait", 14, len(text), 1),
        Section("code", "", 14, len(text) - 1),
    )
    assert re.findall(r'data-at="(\d+)">', html) == ["1", "2", "3", "4", "5", "6"]
    assert "h3" not in body.tags and 'data-at="5">    <mark># Wait for' in html
    html, body = laid_out("Said.\n\na = 1\n\nb = 2\n\nMore.", "b = 2", Section("code", "python", 7, 19))
    assert body.tags.count("p") == 3
    assert '<p class="dq-code">a = 1\n\n<mark>' in html


def test_slides_and_files_are_ruled_with_their_names_and_an_empty_slide_is_one() -> None:
    text = "One is here.\n\nThree is here."
    html, _ = laid_out(
        text,
        "Three is here.",
        Section("file", "a.pptx", 0, len(text)),
        Section("slide", "1", 0, 12),
        Section("slide", "2", 12, 12),
        Section("slide", "3", 14, len(text)),
    )
    rules = re.findall(r'role="separator" aria-label="([^"]*)"', html)
    assert rules == ["File a.pptx", "Slide 1", "Slide 2", "Slide 3"]


def test_pages_are_ruled_and_numbered() -> None:
    html = panel_html(REPORT_DOCUMENT, MEMBERS[1], KEY, 1, (0, len(REPORT_DOCUMENT.text)))
    assert html.index('aria-label="Page 1"') < html.index('aria-label="Page 2"') < html.index("<mark>")


def test_the_panel_says_what_and_where() -> None:
    panel = panel_html(REPORT_DOCUMENT, MEMBERS[1], Key(0, "cite", 2), 2, (0, len(REPORT_DOCUMENT.text)))
    for words in (
        "<h2>Annual report of the rowing club</h2>",
        "<li>page 2</li>",
        "<li>report.pdf</li>",
        "Quote 2 of 2",
    ):
        assert words in panel
    dated = panel_html(MINUTES_DOCUMENT, MEMBERS[0], KEY, 1, (0, len(MINUTES)))
    assert "2 March 2021" in dated
    assert "Next" not in dated


def test_a_modest_document_is_shown_whole_and_a_long_one_around_the_quote() -> None:
    assert first_window(MINUTES, (LOT.start, LOT.end)) == (0, len(MINUTES))
    start, end = first_window(LONG, (LOT.start, LOT.end))
    assert 0 < start < LOT.start < LOT.end < end < len(LONG)
    assert LONG[start - 1] == "\n" == LONG[end - 1]
    assert end - start < WHOLE_CHARACTERS


def test_more_is_shown_until_all_of_it_is() -> None:
    window = first_window(LONG, (LOT.start, LOT.end))
    above = wider_window(LONG, window, "above")
    assert above[0] < window[0] and above[1] == window[1]
    for _ in range(len(LONG) // MORE_CHARACTERS + 1):
        window = wider_window(LONG, wider_window(LONG, window, "above"), "below")
    assert window == (0, len(LONG))


def test_one_endless_line_is_windowed_too() -> None:
    text = "x" * 200_000
    start, end = first_window(text, (100_000, 100_010))
    assert 0 < start < 100_000 and 100_010 < end < 200_000


def test_a_document_that_changed_since_the_answer_is_not_marked() -> None:
    changed = replace(MINUTES_DOCUMENT, text="x" + MINUTES)
    html = panel_html(changed, MEMBERS[0], KEY, 1, (0, len(MINUTES) + 1))
    assert "has changed since this answer" in html
    assert "<mark>" not in html
