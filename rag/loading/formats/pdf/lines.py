"""Characters into pieces of lines, and pieces into lines of text that know which characters they were made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rag.loading.formats.pdf.characters import LINE_END_HYPHEN, Characters, Floats
from rag.text.raised import raised

PIECE_GAP = 0.75
"""Of the height of a line: what is further apart are two pieces, of which columns and tables are put together."""
WORD_GAP = 0.15
"""Of the height of a line: between two characters that are nearer, only white space in the file parts words."""
SAME_LINE = 0.5
"""Boxes whose heights overlap by this share of the lower one stand on one line."""
RAISED, SMALLER, RAISED_ALONE = 0.12, 0.85, 0.25
"""A digit stands above its line if its foot is raised by the first share of the line's height and it is smaller than
the second, or raised by the third."""
SPACED_LETTERS = 5
"""So many single letters in a row, no words among them, are words whose letters were set apart."""

INSERTED = -1
"""Where a character of a line stands on the page that stands for white space."""

_RAISABLE = frozenset("0123456789+-\u2212=()n,")
_RIGHT_TO_LEFT = ("\u0590", "\u08ff")
_SOFT_HYPHEN = "\u00ad"


@dataclass(slots=True)
class Box:
    """A rectangle in points, ``top`` above ``bottom`` and so the smaller number."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def middle(self) -> float:
        """Half way between top and bottom."""
        return (self.top + self.bottom) / 2

    def beside(self, other: Box) -> bool:
        """Whether both stand on one line."""
        overlap = min(self.bottom, other.bottom) - max(self.top, other.top)
        return overlap >= SAME_LINE * min(self.height, other.height)


@dataclass(slots=True)
class Piece(Box):
    """A run of characters on one line without a wide gap: ``characters[first:end]``.

    ``size`` is the height of most of its characters; ``is_bold``, whether its first and last ones are bold.
    """

    first: int
    end: int
    size: float
    is_bold: bool


@dataclass(slots=True)
class Line(Box):
    """A line of text.

    Attributes:
        text: without line end.
        origins: for each of its characters, the index in pdfium's text page, or ``INSERTED``.
        size: the height of most of its characters, in points.
        is_bold: whether all of it seems to be.
    """

    text: str
    origins: list[int]
    size: float
    is_bold: bool


def pieces_of(characters: Characters) -> list[Piece]:
    """The pieces of a page's lines, in the order in which they were drawn."""
    count = len(characters.letters)
    if not count:
        return []
    lefts, tops, rights, bottoms = characters.left, characters.top, characters.right, characters.bottom
    height = bottoms - tops
    overlap = np.minimum(bottoms[:-1], bottoms[1:]) - np.maximum(tops[:-1], tops[1:])
    gap = np.maximum(lefts[1:] - rights[:-1], lefts[:-1] - rights[1:])
    apart = (overlap < SAME_LINE * np.minimum(height[:-1], height[1:])) | (
        gap > PIECE_GAP * np.maximum(height[:-1], height[1:])
    )
    starts = np.concatenate(([0], np.flatnonzero(apart) + 1))
    boxes = zip(
        np.minimum.reduceat(lefts, starts).tolist(),
        np.minimum.reduceat(tops, starts).tolist(),
        np.maximum.reduceat(rights, starts).tolist(),
        np.maximum.reduceat(bottoms, starts).tolist(),
        starts.tolist(),
        [*starts[1:].tolist(), count],
        strict=True,
    )
    return [
        Piece(left, top, right, bottom, first, end, float(np.median(height[first:end])), False)
        for left, top, right, bottom, first, end in boxes
    ]


def rows_of(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces that stand on one line, each row from left to right, the rows from top to bottom."""
    rows: list[list[Piece]] = []
    bounds: list[Box] = []
    for piece in sorted(pieces, key=lambda piece: (piece.middle, piece.left)):
        for row, bound in zip(rows[:-4:-1], bounds[:-4:-1], strict=True):
            if bound.beside(piece) and not any(_overlaid(other, piece) for other in row):
                row.append(piece)
                if piece.height > bound.height:
                    bound.top, bound.bottom = piece.top, piece.bottom
                break
        else:
            rows.append([piece])
            bounds.append(Box(piece.left, piece.top, piece.right, piece.bottom))
    for row in rows:
        row.sort(key=lambda piece: piece.left)
    return [row for _, row in sorted(zip((row[0].middle for row in rows), rows, strict=True), key=lambda pair: pair[0])]


def _overlaid(one: Piece, other: Piece) -> bool:
    """Whether two pieces are written over each other, so that they are no words of one line."""
    return min(one.right, other.right) - max(one.left, other.left) > max(one.size, other.size)


def line_of(characters: Characters, pieces: Sequence[Piece]) -> Line:
    """The text of the pieces of one line, given from left to right."""
    members = [i for piece in pieces for i in range(piece.first, piece.end)]
    if sum(map(_is_right_to_left, (characters.letters[i] for i in members))) * 2 > len(members):
        members = [i for piece in reversed(pieces) for i in range(piece.first, piece.end)]
    box = Box(
        min(piece.left for piece in pieces),
        min(piece.top for piece in pieces),
        max(piece.right for piece in pieces),
        max(piece.bottom for piece in pieces),
    )
    heights = (characters.bottom - characters.top)[members]
    size = float(np.median(heights))
    letters = [characters.letters[i] for i in members]
    for start, end in _raised(characters, members, heights, size):
        letters[start:end] = raised("".join(letters[start:end]))
    spaces = _spaces(characters, members, size)
    if sum(spaces) + 1 >= SPACED_LETTERS:
        spaces = _without_letter_spacing(characters, members, letters, spaces)
    text: list[str] = []
    origins: list[int] = []
    for letter, space, origin in zip(letters, spaces, characters.index[members].tolist(), strict=True):
        if space:
            text.append(" ")
            origins.append(INSERTED)
        if letter == _SOFT_HYPHEN and len(text) < len(members) - 1:
            continue
        text.append("-" if letter in (LINE_END_HYPHEN, "\ufffe", _SOFT_HYPHEN) else letter)
        origins.append(origin)
    return Line(
        box.left, box.top, box.right, box.bottom, "".join(text), origins, size, all(piece.is_bold for piece in pieces)
    )


def _is_right_to_left(letter: str) -> bool:
    return _RIGHT_TO_LEFT[0] <= letter <= _RIGHT_TO_LEFT[1]


def _raised(characters: Characters, members: list[int], heights: Floats, size: float) -> list[tuple[int, int]]:
    """From where to where digits, and signs with them, stand above the line."""
    bottoms = characters.bottom[members]
    foot = float(np.median(bottoms[heights >= SMALLER * size])) if size > 0 else 0.0
    lift = foot - bottoms
    above = (lift > RAISED * size) & ((heights < SMALLER * size) | (lift > RAISED_ALONE * size))
    runs: list[tuple[int, int]] = []
    for k in np.flatnonzero(above).tolist():
        if characters.letters[members[k]] not in _RAISABLE:
            continue
        start = runs.pop()[0] if runs and runs[-1][1] == k else k
        runs.append((start, k + 1))
    return runs


def _spaces(characters: Characters, members: list[int], size: float) -> list[bool]:
    """For each character, whether a space stands before it."""
    left, right = characters.left[members], characters.right[members]
    gap = np.maximum(left[1:] - right[:-1], left[:-1] - right[1:])
    following = np.diff(members) == 1
    spaced = np.where(following, characters.spaced[members][1:], False)
    spaced |= (~following | characters.broken[members][1:]) & (gap > WORD_GAP * size)
    return [False, *spaced.tolist()]


def _without_letter_spacing(
    characters: Characters, members: list[int], letters: list[str], spaces: list[bool]
) -> list[bool]:
    """The spaces without those between letters that were set apart, as in "R E P O R T"."""
    starts = [k for k, space in enumerate(spaces) if space or k == 0]
    words = list(zip(starts, [*starts[1:], len(letters)], strict=True))
    single = [end - start == 1 and letters[start].isalpha() for start, end in words]
    runs: list[list[int]] = []
    for word, is_single in enumerate(single):
        if is_single:
            if word and single[word - 1]:
                runs[-1].append(word)
            else:
                runs.append([word])
    joined = list(spaces)
    for run in runs:
        if len(run) < SPACED_LETTERS:
            continue
        places = [words[word][0] for word in run]
        gaps = [
            float(characters.left[members[after]] - characters.right[members[before]])
            for before, after in pairwise(places)
        ]
        widest_inside = 1.6 * float(np.median(gaps))
        for place, gap in zip(places[1:], gaps, strict=True):
            joined[place] = gap > widest_inside
    return joined
