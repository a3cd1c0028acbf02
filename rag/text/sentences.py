"""Where sentences begin and end, in exact character offsets.

sentencex finds the sentences inside a block; this module decides where blocks end: at a form feed or a blank
line, before an item of a list, and at line ends that are not mere wrapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import sentencex

from rag.schema import Span
from rag.text.english import ENGLISH
from rag.text.wrapping import ENTRY, wrapped

WINDOW = 4_000
"""Characters of a block that are looked at once; a sentence that is longer is cut there. sentencex takes time that
grows with the square of the quotation marks that are opened and not closed: minutes for one line of a megabyte."""

LONGEST_ENTRY = 400
"""Characters; an entry of a log that is no longer is one sentence, with its time."""

_ORDINARY_WORD = re.compile(rf"(?<!\S)(?:{'|'.join(ENGLISH.no_abbreviations)})\.(?=\s+[A-Z][a-z])")
"""Words that sentencex takes for abbreviations, and that end a sentence where the next word begins one."""
_NUMBERING = re.compile(r"\(?(?:\d{1,3}(?:\.\d{1,3})*|[a-zA-Z])[.)]")
_LAST_WORD = re.compile(r"(?<![^\s(\[/])([^\W\d_]+(?:\.[^\W\d_])?)\.$")
_DOTTED_NAME = re.compile(r"[^\W\d][.]\Z|[)\]][.]\Z")
_NAME_GOES_ON = re.compile(r"[A-Za-z_$]")
_WORD_AT_END = re.compile(r"(?<!\S)[(\"“'‘]*[^\W\d_]*[^\W\d_A-Z][.]\Z")
_CAPITALISED_WORD = re.compile(r"[A-Z][^\W\d_A-Z]*(?=[\s,;:]|\Z)")
_BLOCK_END = re.compile(rf"\f|\n[^\S\n]*(?:\n\s*)+|\n(?=[^\S\n]*{ENGLISH.list_marker})")
_GLUED_DATE = re.compile(r"\A\s*(?:date\s*:?\s*)\d{4}-\d{2}-\d{2}\s+", re.IGNORECASE)


def sentence_spans(text: str, *, lines_are_blocks: bool = False) -> list[Span]:
    """The sentences of a text, without the white space around them.

    Every character that is not white space is in exactly one sentence, and the spans are in order.

    Args:
        text: any text.
        lines_are_blocks: whether every line end separates (Markdown, HTML, Word, where a line is a paragraph,
            an item or a row) or lines may be wrapped sentences (plain text, PDF, pictures).

    Returns:
        Spans in characters of ``text``, none empty.
    """
    spans: list[Span] = []
    for start, end in _blocks(text, lines_are_blocks):
        spans.extend(_sentences_of_block(text, start, end))
    return spans


def lines_are_blocks(media_type: str) -> bool:
    """Whether a line end always separates in documents of this media type; see ``sentence_spans``."""
    return media_type not in ("text/plain", "application/pdf") and not media_type.startswith("image/")


def _sentences_of_block(text: str, start: int, end: int) -> Iterator[Span]:
    if end - start <= LONGEST_ENTRY and ENTRY.match(text, start, end):
        entry = _trimmed(text, start, end)
        if entry is not None and "\n" not in text[slice(*entry)]:
            yield entry
            return
    while start < end:
        window = min(start + WINDOW, end)
        bounds = [
            (start + sentence["start_index"], start + sentence["end_index"])
            for sentence in sentencex.get_sentence_boundaries(ENGLISH.code, text[start:window])
        ]
        bounds = [part for bound in _rejoined(text, bounds) for part in _parted(text, bound)]
        if window < end and len(bounds) > 1 and bounds[-1][0] > start:
            window = bounds.pop()[0]  # it may go on: the next window begins with it
        for bound in bounds:
            span = _trimmed(text, *bound)
            if span is not None:
                yield span
        start = window


def _rejoined(text: str, bounds: list[Span]) -> list[Span]:
    """The bounds of one block without those inside a sentence: after "2." and "approx.", in ".NET"."""
    joined: list[Span] = []
    for start, end in bounds:
        if joined and _goes_on(text[slice(*joined[-1])], text[start:end]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _parted(text: str, bound: Span) -> list[Span]:
    """A sentence, or two or more that sentencex left together after "in May."."""
    cuts = [match.end() for match in _ORDINARY_WORD.finditer(text, *bound)]
    return list(zip([bound[0], *cuts], [*cuts, bound[1]], strict=True))


def _goes_on(before: str, after: str) -> bool:
    if _NUMBERING.fullmatch(before.strip()):
        return True
    if before.endswith((" .", "(.")) and after[:1].isalnum():  # .NET
        return True
    if _DOTTED_NAME.search(before) and _NAME_GOES_ON.match(after):
        return not (_WORD_AT_END.search(before) and _CAPITALISED_WORD.match(after))  # a space is missing: "end.The"
    last = _LAST_WORD.search(before.rstrip())
    if last is None:
        return False
    word, first = last[1].casefold(), after.lstrip()[:1]
    return word in ENGLISH.never_last or (word in ENGLISH.seldom_last and (first.isdigit() or first.islower()))


def _blocks(text: str, every_line: bool) -> Iterator[Span]:
    start = 0
    glued = _GLUED_DATE.match(text)
    if glued:  # a date that an extraction glued to the first sentence is not part of that sentence
        yield 0, glued.end()
        start = glued.end()
    for boundary in _BLOCK_END.finditer(text, start):
        yield from _lines(text, start, boundary.end(), every_line)
        start = boundary.end()
    yield from _lines(text, start, len(text), every_line)


def _lines(text: str, start: int, end: int, every_line: bool) -> Iterator[Span]:
    """Cuts a block at those of its line ends that separate."""
    lines = text[start:end].splitlines(keepends=True) if "\n" in text[start:end] else [text[start:end]]
    block_start = position = start
    for line, goes_on in zip(lines, wrapped(lines), strict=True):
        position += len(line)
        if every_line or not goes_on:
            yield block_start, position
            block_start = position
    if block_start < end:
        yield block_start, end


def _trimmed(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if end > start else None
