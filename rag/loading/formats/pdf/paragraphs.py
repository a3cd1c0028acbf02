"""Which lines of a block are one paragraph: told by where they stand, as a person sees it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from rag.loading.formats.pdf.lines import Line
from rag.text.words import STOP_WORDS
from rag.text.wrapping import LIST_ITEM, NARROWEST

FULL_BEFORE_SMALL, FULL_BEFORE_CAPITAL = 0.6, 0.94
"""A line is full that would, with the next line's first word, take this share of its column's width; a small letter at
the next line's beginning leaves less doubt."""
PARAGRAPH_STEP, GAP_STEP = 1.35, 1.9
"""Times the usual step from line to line; the second before a small letter, where a formula may be in the way."""
USUAL_STEP = 1.3
"""From line to line, times the height of type, where a block has too few lines to tell."""
OTHER_SIZE = 1.12
"""Type that is so many times larger or smaller is a heading's, or a note's."""
CELL_GAP = 2.0
"""Of the height of type: a line with a wider gap is a row of something."""
INDENTED = 0.8
"""Of the height of type: so far to the right begins a paragraph."""

_SENTENCE_BEGUN = re.compile(r"[.!?][\"”)]?\s+[A-Z][^.!?:;]*\Z")
_CLOSED = re.compile(r"[.!?:;。！？][\"”’)\]⁰¹²³⁴-⁹]*\Z")
_DOTS = re.compile(r"(?:\. ?){4,}|…{2,}|_{4,}")


def is_closed(text: str) -> bool:
    """Whether a text ends where a sentence may end."""
    return bool(_CLOSED.search(text.rstrip()))


def separators(lines: Sequence[Line]) -> list[str]:
    """What stands between the lines of one block: " " where a sentence is merely wrapped, a line end, or a blank line.

    After a hyphen at a line's end there is a line end.
    """
    steps = [after.bottom - line.bottom for line, after in pairwise(lines)]
    sizes = [line.size for line in lines]
    usual = median(steps) if len(steps) >= 3 else USUAL_STEP * median(sizes or [0.0])
    usual = max(usual, min(sizes, default=0.0))
    goes_on = _wrapped(lines)
    result: list[str] = []
    for (line, after), step, on in zip(pairwise(lines), steps, goes_on, strict=True):
        resized = max(line.size, after.size) > OTHER_SIZE * min(line.size, after.size)
        small = after.text[:1].islower() and not is_closed(line.text)
        if resized or step < 0 or step > (GAP_STEP if small else PARAGRAPH_STEP) * usual:
            result.append("\n\n")
        else:
            result.append(" " if on and not line.text.endswith("-") else "\n")
    return result


def _wrapped(lines: Sequence[Line]) -> list[bool]:
    """For each line but the last, whether it goes on in the next one."""
    left, right = min((line.left for line in lines), default=0.0), max((line.right for line in lines), default=0.0)
    small = [after.text[:1].islower() for after in lines[1:]]
    full = [
        _may_go_on(line, after)
        and line.right + _first_word_width(after) - left
        > (FULL_BEFORE_SMALL if is_small else FULL_BEFORE_CAPITAL) * (right - left)
        for (line, after), is_small in zip(pairwise(lines), small, strict=True)
    ]
    is_prose = any(f and (s or _breaks_off(line.text)) for f, s, line in zip(full, small, lines, strict=False))
    hyphenated = [line.text.endswith("-") and is_small for line, is_small in zip(lines, small, strict=False)]
    return [h or (f and is_prose) for h, f in zip(hyphenated, full, strict=True)]


def _breaks_off(text: str) -> bool:
    """Whether a line ends in the midst of a sentence: one that began in it, or with a word that ends none."""
    return bool(_SENTENCE_BEGUN.search(text)) or (text.rsplit(maxsplit=1) or [""])[-1] in STOP_WORDS


def _first_word_width(line: Line) -> float:
    """Of a line's first word and the space before it, in points."""
    word = (line.text.split(maxsplit=1) or [""])[0]
    return (len(word) + 1) * line.width / max(len(line.text), 1)


def _may_go_on(line: Line, after: Line) -> bool:
    if line.is_bold != after.is_bold and len(line.text) < 2 * NARROWEST:
        return False
    if max(line.gap, after.gap) > CELL_GAP * line.size and not LIST_ITEM.match(line.text):
        return False
    if LIST_ITEM.match(after.text) or _DOTS.search(line.text) or _DOTS.search(after.text):
        return False
    return after.left - line.left <= INDENTED * line.size or LIST_ITEM.match(line.text) is not None
