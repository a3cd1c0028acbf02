"""Lists in a text: the items that belong together, and the sentence that announces them."""

from __future__ import annotations

import re

from rag.schema import Document, Span
from rag.text.english import ENGLISH
from rag.text.sentences import sentence_spans
from rag.text.wrapping import LIST_ITEM

WINDOW = 6000
"""Characters looked at on either side of a sentence; a longer list is not quoted whole."""
HEADING = 150
"""Characters; a longer line is a paragraph."""
COUNTS = {word: number for word, number in ENGLISH.small_numbers.items() if 2 <= number <= 10}

_COUNTED = re.compile(rf"(?<![-\w])({'|'.join(COUNTS)})\s+(?:\w+\s+){{0,2}}\w+s\b", re.IGNORECASE)


def has_items(text: str) -> bool:
    """Whether a text has items of a list, each on a line of its own."""
    return any(LIST_ITEM.match(line) for line in text.split("\n")[1:])


def whole_list(text: str, span: Span) -> Span | None:
    """The list that a sentence announces or is an item of, with the sentence that announces it.

    Items begin with a bullet, a number or a letter; they may be wrapped and have blank lines between them.

    Args:
        text: of the whole document.
        span: a sentence, in characters of it.

    Returns:
        In characters of ``text``, without white space around it; None where there are not two items.
    """
    lines = _lines(text, max(span[0] - WINDOW, 0), min(span[1] + WINDOW, len(text)))
    here = next(i for i, (_, end) in enumerate(lines) if span[0] < end)
    item = _is_item(text, lines[here])
    if not item and not text[span[0] : span[1]].endswith(":"):
        return None
    first = _first_item(text, lines, here) if item else _next_item(text, lines, here, span)
    if first is None:
        return None
    last, count = _last_item(text, lines, first)
    if count < 2 or (last == len(lines) - 1 and lines[-1][1] < len(text)):
        return None
    start = _announcement(text, lines, first) if item else span[0]
    return _trimmed(text, (start, lines[last][1]))


def table_after(document: Document, span: Span) -> Span | None:
    """A sentence with the table that follows it at once; None where there is none, or it is long."""
    for section in document.sections:
        if section.kind == "table" and section.start >= span[1] and not document.text[span[1] : section.start].strip():
            return (span[0], section.end) if section.end - span[1] <= WINDOW else None
    return None


def after_colon(text: str, span: Span) -> Span | None:
    """A sentence that ends in a colon with the line or paragraph that it announces; None for any other."""
    if not text[span[0] : span[1]].endswith(":"):
        return None
    following = re.compile(r"\s*\S[^\n]*").match(text, span[1], min(span[1] + WINDOW, len(text)))
    return _trimmed(text, (span[0], following.end())) if following else None


def counted_sentences(text: str, span: Span) -> Span | None:
    """A sentence that announces a number of things ("There are three reasons.") with those that name them.

    They are the sentences that follow in the same paragraph, at most as many as were announced.
    """
    said = _COUNTED.search(text, *span)
    end = text.find("\n\n", span[1])
    paragraph = text[span[1] : end if end >= 0 else len(text)]
    if said is None or not paragraph.strip() or len(paragraph) > WINDOW:
        return None
    following = sentence_spans(paragraph)[: COUNTS[said[1].lower()]]
    while following and paragraph[following[-1][1] - 1] == ":":  # it announces something else
        following.pop()
    return (span[0], span[1] + following[-1][1]) if following else None


def under_heading(text: str, span: Span) -> Span | None:
    """The paragraph or list under a heading; None for a sentence that is in no heading, or with nothing under it.

    A heading is a line of its own, with blank lines around it, that does not end as a sentence does, or asks.
    """
    start, end = text.rfind("\n\n", 0, span[0]) + 1, text.find("\n\n", span[1])
    line = text[start:end].strip() if end >= 0 else ""
    if not line or len(line) > HEADING or "\n" in line or line[-1] in '.!:;,"”)':
        return None
    return paragraph_after(text, end)


def paragraph_after(text: str, end: int) -> Span | None:
    """The paragraph that begins after ``end``, with the list that it announces; None where the text is at its end."""
    paragraph = _trimmed(text, (end, _paragraph_end(text, end)))
    sentences = sentence_spans(text[slice(*paragraph)])
    if not sentences:
        return None
    listed = whole_list(text, (paragraph[0] + sentences[-1][0], paragraph[1]))
    return (paragraph[0], max(paragraph[1], listed[1])) if listed else paragraph


def _paragraph_end(text: str, start: int) -> int:
    while text[start : start + 1].isspace():
        start += 1
    end = text.find("\n\n", start)
    return end if end >= 0 else len(text)


def _is_item(text: str, line: Span) -> bool:
    return bool(LIST_ITEM.match(text, *line))


def _is_blank(text: str, line: Span) -> bool:
    return not text[line[0] : line[1]].strip()


def _next_item(text: str, lines: list[Span], here: int, span: Span) -> int | None:
    """The item that follows a sentence with a colon at once, blank lines apart."""
    while lines[here][1] < span[1]:  # a wrapped sentence ends on a later line
        here += 1
    if text[span[1] : lines[here][1]].strip():
        return None
    following = next((i for i in range(here + 1, len(lines)) if not _is_blank(text, lines[i])), None)
    return following if following is not None and _is_item(text, lines[following]) else None


def _first_item(text: str, lines: list[Span], here: int) -> int:
    first = here
    for i in range(here - 1, -1, -1):
        if _is_item(text, lines[i]):
            first = i
        elif not _is_blank(text, lines[i]) and (i == 0 or _is_blank(text, lines[i - 1])):
            break  # a paragraph of its own, and not the rest of an item
    return first


def _last_item(text: str, lines: list[Span], first: int) -> tuple[int, int]:
    """The last line of the list, and how many items it has."""
    last, count = first, 1
    for i in range(first + 1, len(lines)):
        if _is_item(text, lines[i]):
            last, count = i, count + 1
        elif not _is_blank(text, lines[i]):
            if i > last + 1:
                break
            last = i  # the rest of a wrapped item
    return last, count


def _announcement(text: str, lines: list[Span], first: int) -> int:
    """Where the sentence before the list begins, if it ends in a colon; else where the list begins."""
    before = next((i for i in range(first - 1, -1, -1) if not _is_blank(text, lines[i])), None)
    if before is None or not text[lines[before][0] : lines[before][1]].rstrip().endswith(":"):
        return lines[first][0]
    top = before
    while top > 0 and not _is_blank(text, lines[top - 1]) and not _is_item(text, lines[top - 1]):
        top -= 1
    offset = lines[top][0]
    return offset + sentence_spans(text[offset : lines[before][1]])[-1][0]


def _lines(text: str, start: int, end: int) -> list[Span]:
    spans: list[Span] = []
    for line in text[start:end].splitlines(keepends=True):
        spans.append((start, start + len(line)))
        start += len(line)
    return spans


def _trimmed(text: str, span: Span) -> Span:
    words = text[span[0] : span[1]]
    return span[0] + len(words) - len(words.lstrip()), span[0] + len(words.rstrip())
