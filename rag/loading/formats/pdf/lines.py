"""Characters into pieces of lines, and pieces into lines of text that know which characters they were made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np

from rag.loading.formats.pdf.characters import LINE_END_HYPHEN, WORD_GAP, Characters
from rag.text.raised import raised

PIECE_GAP = 0.75
"""Of the height of a line: what is further apart are two pieces, of which columns and tables are put together."""
SAME_LINE = 0.5
"""Boxes whose heights overlap by this share of the lower one stand on one line."""
RAISED, SMALLER, RAISED_ALONE = 0.12, 0.85, 0.25
"""A digit stands above its line if its foot is raised by the first share of the line's height and it is smaller than
the second, or raised by the third."""
SPACED_LETTERS = 5
"""So many single letters in a row, no words among them, are words whose letters were set apart."""
LETTERS_OF_A_WORD = 3
"""In the mean; in a line whose words have more, no letters are set apart."""

INSERTED = -1
"""Where a character of a line stands on the page that stands for white space."""

_RAISABLE = frozenset("0123456789+-\u2212=()n,")
_RIGHT_TO_LEFT = ("\u0590", "\u08ff")
_SOFT_HYPHEN = "\u00ad"
_HYPHENS = frozenset((LINE_END_HYPHEN, "\ufffe", _SOFT_HYPHEN))


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

    ``size`` is the height of most of its characters; ``is_bold``, whether its first and last ones are bold;
    ``is_level``, whether all stand on one base line.
    """

    first: int
    end: int
    size: float
    is_bold: bool
    is_level: bool


@dataclass(slots=True)
class Line(Box):
    """A line of text.

    Attributes:
        text: without line end.
        origins: for each of its characters, the index in pdfium's text page, or ``INSERTED``.
        size: the height of most of its characters, in points.
        is_bold: whether all of it seems to be.
        gap: the widest one between its pieces, in points.
    """

    text: str
    origins: list[int]
    size: float
    is_bold: bool
    gap: float


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
    level = np.maximum.reduceat(bottoms, starts) - np.minimum.reduceat(bottoms, starts)
    level = level <= RAISED * np.maximum.reduceat(height, starts)
    heights = height.tolist()
    return [
        Piece(left, top, right, bottom, first, end, median(heights[first:end]), False, is_level)
        for (left, top, right, bottom, first, end), is_level in zip(boxes, level.tolist(), strict=True)
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
    ordered = pieces if len(pieces) == 1 or not _is_right_to_left(characters, pieces) else pieces[::-1]
    size = max(pieces, key=lambda piece: piece.end - piece.first).size
    letters: list[str] = []
    spaces: list[bool] = []
    index: list[int] = []
    before: Piece | None = None
    for piece in ordered:
        at = len(letters)
        letters += characters.letters[piece.first : piece.end]
        spaces += characters.spaces[piece.first : piece.end]
        index += characters.index[piece.first : piece.end]
        if before is None:
            spaces[at] = False
        elif before.end != piece.first:
            spaces[at] = max(piece.left - before.right, before.left - piece.right) > WORD_GAP * size
        before = piece
    if not _is_level(pieces, size):
        for start, end in _raised(characters, ordered, size):
            letters[start:end] = raised("".join(letters[start:end]))
    if sum(spaces) + 1 >= max(SPACED_LETTERS, len(letters) / LETTERS_OF_A_WORD):
        spaces = _without_letter_spacing(characters, ordered, letters, spaces)
    text: list[str] = []
    origins: list[int] = []
    last = len(letters) - 1
    for at, (letter, space, origin) in enumerate(zip(letters, spaces, index, strict=True)):
        if space:
            text.append(" ")
            origins.append(INSERTED)
        if letter in _HYPHENS:
            if letter == _SOFT_HYPHEN and at < last:
                continue
            letter = "-"
        text.append(letter)
        origins.append(origin)
    return Line(
        min(piece.left for piece in pieces),
        min(piece.top for piece in pieces),
        max(piece.right for piece in pieces),
        max(piece.bottom for piece in pieces),
        "".join(text),
        origins,
        size,
        all(piece.is_bold for piece in pieces),
        max((after.left - piece.right for piece, after in pairwise(pieces)), default=0.0),
    )


def _is_right_to_left(characters: Characters, pieces: Sequence[Piece]) -> bool:
    letters = [letter for piece in pieces for letter in characters.letters[piece.first : piece.end]]
    return 2 * sum(_RIGHT_TO_LEFT[0] <= letter <= _RIGHT_TO_LEFT[1] for letter in letters) > len(letters)


def _is_level(pieces: Sequence[Piece], size: float) -> bool:
    """Whether all characters stand on one base line."""
    bottoms = [piece.bottom for piece in pieces]
    return all(piece.is_level for piece in pieces) and max(bottoms) - min(bottoms) <= RAISED * size


def _members(pieces: Sequence[Piece]) -> list[int]:
    return [i for piece in pieces for i in range(piece.first, piece.end)]


def _raised(characters: Characters, pieces: Sequence[Piece], size: float) -> list[tuple[int, int]]:
    """From where to where digits, and signs with them, stand above the line."""
    members = _members(pieces)
    bottoms = characters.bottom[members]
    heights = bottoms - characters.top[members]
    large = bottoms[heights >= SMALLER * size]
    lift = float(np.median(large)) - bottoms if len(large) else np.zeros(len(members))
    above = (lift > RAISED * size) & ((heights < SMALLER * size) | (lift > RAISED_ALONE * size))
    runs: list[tuple[int, int]] = []
    for k in np.flatnonzero(above).tolist():
        if characters.letters[members[k]] not in _RAISABLE:
            continue
        start = runs.pop()[0] if runs and runs[-1][1] == k else k
        runs.append((start, k + 1))
    return runs


def _without_letter_spacing(
    characters: Characters, pieces: Sequence[Piece], letters: list[str], spaces: list[bool]
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
    members = _members(pieces)
    for run in runs:
        if len(run) < SPACED_LETTERS:
            continue
        places = [words[word][0] for word in run]
        gaps = [
            float(characters.left[members[after]] - characters.right[members[before]])
            for before, after in pairwise(places)
        ]
        widest_inside = 1.6 * median(gaps)
        for place, gap in zip(places[1:], gaps, strict=True):
            joined[place] = gap > widest_inside
    return joined
