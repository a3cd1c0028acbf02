"""Headings: the bookmarks of a document where they stand in its text, else lines in larger or bolder type."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import pypdfium2 as pdfium

from rag.loading.formats.pdf.page import PageText
from rag.loading.formats.pdf.paragraphs import is_closed
from rag.loading.formats.pdf.written import TypeLine

LARGER = 1.15
"""Times the height of the document's usual type: a heading's, unless it is bold and alone on its line."""
SAME_SIZE = 1.06
"""Types that differ by less are one level of headings."""
LONGEST = 150
"""Characters of a heading."""
MOST_SHARE = 0.25
"""If more of the characters than this look like headings, type says nothing of what is one: a poster, slides."""
MOST_BOOKMARKS = 5_000
FOUND = 0.5
"""If fewer of the bookmarks stand in the text, they are no headings."""
DEEPEST = 6

_NOT_COMPARED = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of a document's outline: its title, its level from 1, and the index of its page."""

    title: str
    level: int
    page: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading on a page, ``text[start:end]``."""

    page: int
    start: int
    end: int
    level: int


def bookmarks(document: pdfium.PdfDocument) -> list[Bookmark]:
    """The outline of a document, in its order; without what leads to no page of it."""
    return list(islice(_bookmarks(document), MOST_BOOKMARKS))


def _bookmarks(document: pdfium.PdfDocument) -> Iterator[Bookmark]:
    for bookmark in document.get_toc(max_depth=DEEPEST):
        try:
            title, target = bookmark.get_title(), bookmark.get_dest()
        except UnicodeError:
            continue
        page = target.get_index() if target is not None else None
        if page is not None and page >= 0 and title.strip():
            yield Bookmark(title, bookmark.level + 1, page)


def headings(pages: Sequence[PageText], outline: Sequence[Bookmark]) -> list[Heading]:
    """The headings of a document in the order of its text."""
    marked = _marked(pages, outline)
    return marked if marked and len(marked) >= FOUND * len(outline) else _typed(pages)


# -- bookmarks ------------------------------------------------------------------------------------------------


def _marked(pages: Sequence[PageText], outline: Sequence[Bookmark]) -> list[Heading]:
    found: list[Heading] = []
    taken: set[tuple[int, int]] = set()
    for bookmark in outline:
        lines = pages[bookmark.page].lines if bookmark.page < len(pages) else ()
        place = _place(pages[bookmark.page].text, lines, bookmark.title) if lines else None
        if place is not None and (bookmark.page, place[0]) not in taken:
            taken.add((bookmark.page, place[0]))
            found.append(Heading(bookmark.page, *place, min(bookmark.level, DEEPEST)))
    return sorted(found, key=lambda heading: (heading.page, heading.start))


def _place(text: str, lines: Sequence[TypeLine], title: str) -> tuple[int, int] | None:
    """Where the title stands on a page as one line or more; where the line has its number too, with that."""
    wanted = _compared(title)
    if not wanted:
        return None
    for first, begins in enumerate(lines):
        read = ""
        if text[begins.start : begins.end].strip().isdigit() and not wanted.isdigit():  # the page's number
            continue
        for line in lines[first : first + 4]:
            read += _compared(text[line.start : line.end])
            if read.removesuffix(wanted).isdigit() or read == wanted:
                return lines[first].start, line.end
            if len(read) > len(wanted) + 8:
                break
    return None


def _compared(text: str) -> str:
    return _NOT_COMPARED.sub("", text).casefold()


# -- type -----------------------------------------------------------------------------------------------------


def _typed(pages: Sequence[PageText]) -> list[Heading]:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size, 1)] += line.end - line.start
    if not sizes:
        return []
    usual = _median(sizes)
    found = [(number, *run) for number, page in enumerate(pages) for run in _runs(page, usual)]
    if sum(end - start for _, start, end, _, _ in found) > MOST_SHARE * sizes.total():
        return []
    levels: list[float] = []
    for size in sorted((size for *_, size, _ in found), reverse=True):
        if not levels or levels[-1] > SAME_SIZE * size:
            levels.append(size)
    return [Heading(number, start, end, min(_level(size, levels), DEEPEST)) for number, start, end, size, _ in found]


def _median(sizes: Counter[float]) -> float:
    seen = 0
    for size in sorted(sizes):
        seen += sizes[size]
        if 2 * seen >= sizes.total():
            return size
    return 0.0


def _level(size: float, levels: Sequence[float]) -> int:
    return 1 + sum(level > SAME_SIZE * size for level in levels)


def _runs(page: PageText, usual: float) -> Iterator[tuple[int, int, float, bool]]:
    """Start, end, size and boldness of lines in a heading's type that follow each other without a blank line."""
    at = 0
    lines = page.lines
    while at < len(lines):
        first = lines[at]
        end = at + 1
        while end < len(lines) and _is_one(page.text, lines[end - 1], lines[end]):
            end += 1
        text = page.text[first.start : lines[end - 1].end]
        larger = first.size >= LARGER * usual
        bold = first.is_bold and first.size * SAME_SIZE >= usual and end == at + 1 and not is_closed(text)
        alone = page.text[max(first.start - 1, 0) : first.start] in ("", "\n")
        alone = alone and page.text[lines[end - 1].end : lines[end - 1].end + 1] in ("", "\n")
        if (larger or bold) and alone and len(text) <= LONGEST and sum(map(str.isalpha, text)) > 1:
            yield first.start, lines[end - 1].end, first.size, first.is_bold
        at = end


def _is_one(text: str, line: TypeLine, after: TypeLine) -> bool:
    """Whether two lines are of one type and one block."""
    same = line.is_bold == after.is_bold and max(line.size, after.size) <= SAME_SIZE * min(line.size, after.size)
    return same and "\n\n" not in text[line.end : after.start]
