"""What a passage cut out of its document no longer says: whose it is, and under what its first line stands."""

from __future__ import annotations

from itertools import takewhile

from rag.schema import Document
from rag.text.wrapping import LIST_ITEM

NAME_WORDS = 12
"""Words kept of a title or a heading."""
LEAD_IN_WORDS = 24
"""Words kept, the last ones, of a line that introduces a list, and the first ones of a table's header row."""
NEAR = 4_000
"""Characters before a passage among which its lead-in is looked for."""

_CELL = " | "


def reading_context(document: Document, start: int) -> str:
    """Title, nearest heading, and the line that introduces the list or heads the table that ``start`` is in.

    Args:
        document: the whole document.
        start: where the passage begins, in characters of the document.

    Returns:
        Text that is read before the passage and never quoted; its parts end with a full stop or a colon.
    """
    title, heading = document.source.title, document.heading_at(start) or ""
    parts = [_first_words(title)]
    if heading.casefold() != title.casefold():
        parts.append(_first_words(heading))
    parts.append(lead_in(document.text, start))
    return " ".join(part if part[-1] in ".:?!" else f"{part}." for part in parts if part)


def lead_in(text: str, start: int) -> str:
    """The line that introduces the list, or the header row of the table, inside which ``start`` is; "" elsewhere."""
    line = text[start : start + NEAR].split("\n", 1)[0]
    before = text[max(0, start - NEAR) : start].split("\n")[:-1]
    if _CELL in line:
        rows = list(takewhile(lambda row: _CELL in row, reversed(before)))
        return " ".join(rows[-1].split()[:LEAD_IN_WORDS]) if rows else ""
    if not LIST_ITEM.match(line):
        return ""
    blank_below = False
    for above in reversed(before):
        if above.strip() and not LIST_ITEM.match(above):
            if above.rstrip().endswith(":"):
                return " ".join(above.split()[-LEAD_IN_WORDS:])
            if blank_below:  # a paragraph, and no item that goes on
                return ""
        blank_below = not above.strip()
    return ""


def _first_words(name: str) -> str:
    return " ".join(name.split()[:NAME_WORDS])
