"""Which line ends of a text are mere wrapping.

A program that fills lines breaks one where its next word would not have fitted, so a line that had room for that word
was ended on purpose: a heading, an item, a row, the last line of a paragraph. Rows that happen to be equally long are
told from prose by its breaks: some of them lie in the midst of a sentence, before a small letter or after a sentence
that was begun in the line; those between the rows of a log or a verse do not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.text.english import ENGLISH

NARROWEST = 30
"""Characters; what is narrower is a list or a verse rather than a column of text."""
FULL_BEFORE_SMALL, FULL_BEFORE_CAPITAL = 0.6, 0.9
"""A line is full that would, with the next line's first word, take this share of its block's longest line: in
proportional type, lines of one width differ in their number of characters, and only a small letter settles a doubt."""

LIST_ITEM = re.compile(rf"[^\S\n]*{ENGLISH.list_marker}")
"""How a line begins that is an item of a list."""

_MONTH = "|".join(spelling for spellings in ENGLISH.months for spelling in spellings)
_DAY = rf"\d{{4}}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{{2,4}}|(?:{_MONTH})[ ]+\d\d?|\d\d?/(?:{_MONTH})/\d{{4}}"
_CLOCK = r"\d\d?:\d\d(?::\d\d)?"
ENTRY = re.compile(rf"[^\S\n]*(?:[\[(<]?(?:{_DAY})[,:T]?[ ]*{_CLOCK}|[\[(<]{_CLOCK})", re.IGNORECASE)
"""How a line begins that is an entry of a log or a chat: with a date and a time, or a time in brackets."""
SPOKEN = re.compile(
    rf"[^\S\n]*(?:(?P<asks>{'|'.join(ENGLISH.question_labels)})|{'|'.join(ENGLISH.answer_labels)})[ ]?\d{{0,3}}[:.)]\s",
    re.IGNORECASE,
)
"""How a line begins that asks ("Q:", the group ``asks``) or answers ("Answer 3.") in a list of questions."""

_CELLS = re.compile(r"\S(?:[^\S\n]{3,}|\t|[^\S\n]*\|[^\S\n]*)\S")
_SENTENCE_BEGUN = re.compile(r"[.!?][\"”)]?\s+[A-Z][^.!?:;]*\Z")
_BORDER = re.compile(r"(\f|\n(?:[^\S\n]*\n)+)")


def unwrapped(text: str) -> str:
    """``text`` with a space for each line end that is mere wrapping, but after a hyphen; no character moves."""
    return "".join(map(_joined, _BORDER.split(text)))


def _joined(block: str) -> str:
    """A block, or a border between two, which has no line that goes on."""
    lines = block.split("\n")
    goes_on = wrapped(lines)
    return "".join(
        line + (" " if on and not line.endswith("-") else "\n") for line, on in zip(lines, goes_on, strict=True)
    )[:-1]


def wrapped(lines: Sequence[str]) -> list[bool]:
    """For each line of a block without blank lines, whether it goes on in the next one; the last does not."""
    lines = [line.rstrip() for line in lines]
    small = [after.lstrip()[:1].islower() for after in lines[1:]]
    hyphenated = [line.endswith("-") and goes_on for line, goes_on in zip(lines, small, strict=False)]
    widest = max(map(len, lines), default=0)
    if widest < NARROWEST:
        return [*hyphenated, False]
    full = [
        _may_go_on(line, after)
        and _length_with_next_word(line, after) > (FULL_BEFORE_SMALL if goes_on else FULL_BEFORE_CAPITAL) * widest
        for (line, after), goes_on in zip(pairwise(lines), small, strict=True)
    ]
    is_prose = any(f and (s or _SENTENCE_BEGUN.search(line)) for f, s, line in zip(full, small, lines, strict=False))
    return [*(h or (f and is_prose) for h, f in zip(hyphenated, full, strict=True)), False]


def are_lines_of_their_own(lines: Sequence[str]) -> bool:
    """Whether the lines of a paragraph whose format joins them were meant as lines: fields, an address, a verse.

    None goes on in small letters, and most had room for the next line's first word.
    """
    breaks = list(pairwise(line.strip() for line in lines))
    widest = max(map(len, lines), default=0)
    roomy = sum(_length_with_next_word(line, after) <= widest for line, after in breaks)
    return not any(after[:1].islower() for _, after in breaks) and 2 * roomy > len(breaks)


def _length_with_next_word(line: str, after: str) -> int:
    return len(line) + 1 + len((after.split(maxsplit=1) or [""])[0])


def _may_go_on(line: str, after: str) -> bool:
    if not after.strip() or line.endswith("-") or _begins(after) or _CELLS.search(line) or _CELLS.search(after):
        return False
    deeper = _indentation(after) > _indentation(line)
    return not deeper or _begins(line)


def _begins(line: str) -> bool:
    """Whether a line says by how it begins that it goes on with none."""
    return any(beginning.match(line) for beginning in (LIST_ITEM, ENTRY, SPOKEN))


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())
