"""What a passage cut out of its document no longer says: whose it is, and under what its first line stands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate, takewhile

from rag.schema import PLACES, Document, Section, Span
from rag.text.tables import CELL
from rag.text.wrapping import LIST_ITEM

TokenCounter = Callable[[Sequence[str]], list[int]]
"""How many tokens of a model each text has."""

CONTEXT_TOKENS = 32
"""The most tokens of ``embedding_context``."""
NAME_WORDS = 12
"""Words that ``reading_context`` keeps of a title or a heading."""
LEAD_IN_WORDS = 24
"""Words that it keeps, the last ones, of a line that introduces a list, and the first ones of a table's header row."""
NEAR = 4_000
"""Characters before a passage among which its lead-in is looked for."""


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
    header, introduction = header_row(document, start), introducing_line(document.text, start)
    if header is not None:
        parts.append(" ".join(document.text[slice(*header)].split()[:LEAD_IN_WORDS]))
    elif introduction is not None:
        parts.append(" ".join(document.text[slice(*introduction)].split()[-LEAD_IN_WORDS:]))
    return " ".join(part if part[-1] in ".:?!" else f"{part}." for part in parts if part)


def embedding_context(document: Document, start: int, count: TokenCounter) -> str:
    """What is put before a chunk for embedding and full-text search, and never quoted.

    That is the title, the nearest heading, those that it stands under, and the header row of the table that the chunk
    goes on with; at most ``CONTEXT_TOKENS`` of the embedding model's tokens, cut at white space.

    Args:
        document: the whole document.
        start: where the chunk begins, in characters of the document.
        count: counts the embedding model's tokens.
    """
    parts = [document.source.title]
    for heading in reversed(document.heading_path_at(start)):
        if heading.casefold() not in map(str.casefold, parts):
            parts.append(heading)
    header = header_row(document, start)
    if header is not None:
        parts.append(document.text[slice(*header)])
    words = ". ".join(parts).split()
    used = list(accumulate(count(words)))
    return " ".join(words[: bisect_right(used, CONTEXT_TOKENS)])


def outline(document: Document) -> Document:
    """The document with those of its sections alone that contexts are read off, which are quickly gone through."""
    kept = ("heading", "table", *PLACES)
    return replace(document, sections=tuple(section for section in document.sections if section.kind in kept))


def header_row(document: Document, start: int) -> Span | None:
    """The row that heads the table in which ``start`` is, below that row; None elsewhere.

    Of a document whose format tells of no table, the first of the lines around ``start`` that look like rows.
    """
    tables = [section for section in document.sections if section.kind == "table"]
    if tables:
        table = next((one for one in reversed(tables) if one.start <= start < one.end), None)
        header = header_of(table) if table else None
        return header if header and start >= header[1] else None
    line, before = _lines_around(document.text, start)
    rows = list(takewhile(lambda row: CELL in row[1], reversed(before))) if CELL in line else []
    return (rows[-1][0], rows[-1][0] + len(rows[-1][1])) if rows else None


def header_of(table: Section) -> Span | None:
    """The characters of a table's header row; None where no row heads it."""
    return (table.start, table.start + len(table.label)) if table.label else None


def introducing_line(text: str, start: int) -> Span | None:
    """The line that introduces the list in which ``start`` is: it ends in a colon; None elsewhere."""
    line, before = _lines_around(text, start)
    if not LIST_ITEM.match(line):
        return None
    blank_below = False
    for offset, above in reversed(before):
        if above.strip() and not LIST_ITEM.match(above):
            if above.rstrip().endswith(":"):
                return offset + len(above) - len(above.lstrip()), offset + len(above.rstrip())
            if blank_below:  # a paragraph, and no item that goes on
                return None
        blank_below = not above.strip()
    return None


def _lines_around(text: str, start: int) -> tuple[str, list[tuple[int, str]]]:
    """The rest of the line from ``start`` on, and the whole lines before it, each with where it begins."""
    first = max(0, start - NEAR)
    before: list[tuple[int, str]] = []
    for line in text[first:start].split("\n")[:-1]:
        before.append((first, line))
        first += len(line) + 1
    return text[start : start + NEAR].split("\n", 1)[0], before


def _first_words(name: str) -> str:
    return " ".join(name.split()[:NAME_WORDS])
