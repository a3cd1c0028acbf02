"""Footnotes: smaller lines at the foot of a column that begin with a marker."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from rag.loading.formats.pdf.lines import Line
from rag.text.raised import plain_digits

SMALLER = 0.95
"""Notes are set in type of at most this share of the height of the page's."""

_MARKER = re.compile(r"(?P<marker>[⁰¹²³⁴-⁹]+|\d{1,3}|[*†‡§]{1,3})[.)]?\s*(?=\S)")
_RAISED = re.compile(r"[⁰¹²³⁴-⁹]+|[*†‡§]+")


def notes_begin(lines: Sequence[Line], page: Sequence[Line]) -> int:
    """From which of the lines of a column on all are notes; their number, where none is.

    Args:
        lines: of the column, from top to bottom.
        page: all lines of the page, of which the markers in the text are known.
    """
    usual = median([line.size for line in page for _ in line.text] or [0.0])
    begin = len(lines)
    while begin and lines[begin - 1].size <= SMALLER * usual:
        begin -= 1
    text = "\n".join(line.text for line in page if line.size > SMALLER * usual)
    markers = set(map(plain_digits, _RAISED.findall(text)))
    while begin < len(lines) and marker_of(lines[begin].text) not in markers:
        begin += 1
    return begin


def marker_of(text: str) -> str:
    """The marker that a note begins with, its digits as plain ones; "" without."""
    found = _MARKER.match(text)
    return plain_digits(found["marker"]) if found else ""
