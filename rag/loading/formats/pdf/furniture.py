"""Running headers, footers and page numbers: what stands at the same place of the pages around.

It is looked for in the two pages before and the two after (left and right pages may differ), so that a page can be read
without all the others. A header is kept on the first page of a run and a footer on its last one, where they part no
sentence; page numbers are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

REACH = 2
"""Pages before and after."""
SAME_HEIGHT = 4.0
"""Points between the places of one running line on two pages."""
MOST_LINES = 4
"""At either end of a page."""

Edge = Literal["top", "bottom"]

_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|p\.|pg\.?|seite|s\.|página|pagina|sida|side|strona|стр\.?)\s*)?"
    r"(?:\d{1,5}|[ivxlc]{1,7})(?:\s*(?:of|/|von|de|di|av|z|из|\|)\s*\d{1,5})?\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class EdgeLine:
    """A line near the top or the bottom of a page.

    Attributes:
        text: as it stands.
        top: in points from the top of the page.
        gap: points to the next line towards the middle of the page.
        height: of the line in points.
    """

    text: str
    top: float
    gap: float
    height: float


@dataclass(frozen=True, slots=True)
class Furniture:
    """How many lines at one end of a page are running ones, from the edge inwards, and which of them are kept."""

    count: int
    kept: frozenset[int]


def furniture(number: int, pages: Mapping[int, Sequence[EdgeLine]], edge: Edge) -> Furniture:
    """Of one end of the page ``number``.

    Args:
        number: of the page.
        pages: by number, the lines of this page and its neighbours at that end, from the edge inwards.
        edge: which end.
    """
    count = 0
    kept: set[int] = set()
    for line in pages[number][:MOST_LINES]:
        same = [
            other
            for other in range(number - REACH, number + REACH + 1)
            if other != number and any(_runs_on(line, number, there, other) for there in pages.get(other, ()))
        ]
        if not same:
            break
        before = range(number - REACH, number) if edge == "top" else range(number + 1, number + REACH + 1)
        if not _PAGE_NUMBER.fullmatch(line.text) and not any(other in before for other in same):
            kept.add(count)
        count += 1
    return Furniture(count, frozenset(kept))


def _runs_on(line: EdgeLine, number: int, other: EdgeLine, other_number: int) -> bool:
    """Whether a line of one page and one of another are the same running line."""
    if abs(line.top - other.top) > SAME_HEIGHT:
        return False
    if line.text == other.text:
        return True
    numbered = bool(_PAGE_NUMBER.fullmatch(line.text) and _PAGE_NUMBER.fullmatch(other.text))
    if not numbered and min(line.gap, other.gap) < line.height:
        return False
    if _NUMBER.sub("#", line.text) != _NUMBER.sub("#", other.text):
        return numbered and not (_NUMBER.search(line.text) or _NUMBER.search(other.text))  # ii, iii
    steps = [there - here for here, there in zip(_numbers(line.text), _numbers(other.text), strict=True)]
    return other_number - number in steps and all(step in (0, other_number - number) for step in steps)


def _numbers(text: str) -> list[int]:
    return [int(digits[-9:]) for digits in _NUMBER.findall(text)]
