"""A whole small file of each format that is more than characters, to be damaged or to be held against limits; and what
has to hold of whatever is read."""

from __future__ import annotations

from datetime import UTC, datetime

from loading_files import (
    archive,
    book,
    open_document,
    open_document_sheet,
    outlook_message,
    pdf,
    presentation,
    word,
    workbook,
)

from rag.schema import Document

_MAIL = (
    b"From: a@example.org\nSubject: The board\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
    b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nVGhlIGJvYXJkIG1ldC4=\n--x\n"
    b'Content-Type: text/html\nContent-Disposition: attachment; filename="a.html"\n\n<p>On Tuesday.</p>\n--x--\n'
)

GOOD: dict[str, bytes] = {
    ".pdf": pdf(["The board met on Tuesday.", "It ended at noon."]),
    ".docx": word(),
    ".xlsx": workbook(),
    ".ods": open_document_sheet(
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-spanned="2">'
        "<text:p>The board met<text:s/>on <text:span>Tuesday</text:span>.</text:p></table:table-cell></table:table-row>"
    ),
    ".pptx": presentation(),
    ".odt": open_document(
        '<text:h text:outline-level="1">Board</text:h><text:p>The board met<text:s/>on '
        "<text:span>Tuesday</text:span>.</text:p>"
        '<text:list><text:list-item text:start-value="2"><text:p>noon</text:p></text:list-item></text:list>'
    ),
    ".epub": book({"one": "<h1>The board</h1><p>The board met on Tuesday.</p>"}),
    ".rtf": (
        rb"{\rtf1\ansicpg1252{\fonttbl{\f0\fcharset204 A;}}\pard\outlinelevel0 The board\par\pard It met \'e0 noon"
        rb"\u8364?.{\footnote Or not.}\par\trowd\cellx1\cellx2\pard\intbl a\cell b\cell\row"
        rb"\pard{\listtext 1.\tab}End.\par}"
    ),
    ".eml": _MAIL,
    ".mbox": b"From a Tue Mar  5 10:00:00 2024\n" + _MAIL + b"\nFrom b Wed Mar  6 10:00:00 2024\n" + _MAIL,
    ".msg": outlook_message(
        {0x1A: "IPM.Note", 0x37: "The board", 0x1000: "The board met on Tuesday."},
        datetime(2024, 3, 5, tzinfo=UTC),
        {"a.txt": b"It ended at noon."},
    ),
    ".zip": archive({"a.md": "# The board\n\nIt met on Tuesday.", "b.zip": archive({"c.txt": "It ended at noon."})}),
    ".ipynb": b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "mean(readings)", "outputs": []}]}',
    ".json": b'{"a": [{"b": 1, "c": "x"}, {"b": 2, "c": "y"}], "d": [1, [2, 3]], "e": "The board met on Tuesday."}',
    ".xml": b'<?xml version="1.0" encoding="utf-8"?><a b="c"><d>The board</d><d>met on</d><g>Tuesday<i>j</i></g></a>',
    ".yaml": b"a:\n  b: &x [1, 2]\n  c: *x\nd:\n  - e: The board met on Tuesday.\n    g: {h: i}\n",
    ".rst": b"Board\n=====\n\nIt met [1]_ *today*.\n\n- a\n\n  - b\n\n.. note:: c\n\n.. [1] d\n\n== ==\ne  f\n== ==\n",
    ".adoc": b"= Board\nA B\n\nIt *met*.footnote:[x]\n\n* a\n** b\n\n|===\n|c |d\n\n2+|e\n|===\n\n----\nf\n----\n",
    ".csv": b'a,b,c\n1,"two, three",4\n5,"six ""7""",8\n',
}
"""Each holds more than 20 characters of text."""


def assert_sound(document: Document) -> None:
    """Its text and sections are such as the rest of docquote relies on."""
    text = document.text
    assert text.strip() and "\r" not in text and "\x00" not in text
    text.encode()
    assert document.source.title.strip()
    starts = [section.start for section in document.sections]
    assert starts == sorted(starts)
    for section in document.sections:
        assert 0 <= section.start <= section.end <= len(text)
        if section.kind == "heading":
            assert " ".join(text[section.start : section.end].split()).startswith(section.label)
