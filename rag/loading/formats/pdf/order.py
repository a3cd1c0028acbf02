"""In which order the pieces of a page are read: columns one after the other, what spans them before and after.

A gutter is a stripe without text that runs down a part of the page. What lies across it (a title, a wide table) parts
the page into bands; in a band, the left column is read before the right one, and each is looked at again, so that three
columns are two and one. Which of the possible gutters is one is asked of the text: rows of a table, labels with what
they say and items with their numbers have gaps one below the other too, and are read row by row. The idea is that of
the recursive XY-cut (Nagy and Seth, 1984) with cuts that may be interrupted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.loading.formats.pdf.characters import Characters
from rag.loading.formats.pdf.lines import Box, Piece

GUTTER = 0.7
"""Of the height of a line: a gutter is at least so wide."""
FEWEST_LINES = 2
"""On either side of a gutter."""
CROSSED = 0.5
"""A stripe that more than this share of the pieces lies across is no gutter."""
CANDIDATES = 16
"""So many stripes are looked at, those first that the fewest pieces lie across."""
DEEPEST = 8
"""So often a page is parted in parts of its parts."""
MOST_PIECES = 4_000
"""A page of more (a drawing, a map) is read as it was drawn."""

PROSE_CHARACTERS, PROSE_SMALL = 14, 0.2
"""Lines of prose have, in the median, so many characters, and this share begins with a small letter, where the script
has small letters."""
ALIGNED = 0.6
"""Columns are rows of something if this share of the pieces of the shorter one has a neighbour on its line."""


def blocks(pieces: Sequence[Piece], characters: Characters) -> list[list[Piece]]:
    """The pieces of a page as blocks in the order in which they are read; each is read line by line."""
    if len(pieces) > MOST_PIECES:
        return [list(pieces)]
    return _parted(list(pieces), characters, DEEPEST)


def _parted(pieces: list[Piece], characters: Characters, depth: int) -> list[list[Piece]]:
    bands = _best_bands(pieces, characters) if depth and len(pieces) >= 2 * FEWEST_LINES else None
    if bands is None:
        return [pieces] if pieces else []
    return [block for band in bands for block in _parted(band, characters, depth - 1)]


def _best_bands(pieces: list[Piece], characters: Characters) -> list[list[Piece]] | None:
    """The pieces by the gutter that parts most lines: what is read one after the other; None without a gutter."""
    best: tuple[int, list[list[Piece]]] | None = None
    for left, right in _stripes(pieces):
        score, bands = _bands(pieces, left, right, characters)
        if score and (best is None or score > best[0]):
            best = score, bands
    return best[1] if best else None


def _stripes(pieces: Sequence[Piece]) -> list[tuple[float, float]]:
    """Stripes from ``left`` to ``right`` that few pieces lie across, the emptiest first."""
    lefts = np.sort([piece.left for piece in pieces])
    rights = np.sort([piece.right for piece in pieces])
    edges = np.unique(np.concatenate((lefts, rights)))
    across = np.searchsorted(lefts, edges[:-1], "right") - np.searchsorted(rights, edges[:-1], "right")
    widths = np.diff(edges)
    least = GUTTER * float(np.median([piece.size for piece in pieces]))
    usable = np.flatnonzero((widths >= least) & (across <= CROSSED * len(pieces)))
    order = usable[np.lexsort((-widths[usable], across[usable]))][:CANDIDATES]
    return [(float(edges[i]), float(edges[i + 1])) for i in order]


def _bands(pieces: Sequence[Piece], left: float, right: float, characters: Characters) -> tuple[int, list[list[Piece]]]:
    """How many lines a stripe parts, and the pieces in the order in which they are read."""
    middle = (left + right) / 2
    across = [piece for piece in pieces if piece.left < middle < piece.right]
    spanning = _on_lines_of(pieces, across)
    bands: list[list[Piece]] = []
    runs: list[tuple[bool, list[Piece]]] = []
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        spans = id(piece) in spanning
        if not runs or runs[-1][0] != spans:
            runs.append((spans, []))
        runs[-1][1].append(piece)
    score = 0
    whole: list[Piece] = []
    for spans, run in runs:
        one = [piece for piece in run if piece.right <= middle]
        other = [piece for piece in run if piece.left >= middle]
        if spans or not _are_columns(one, other, characters):
            whole.extend(run)
            continue
        score += min(len(one), len(other))
        bands.extend(part for part in (whole, one, other) if part)
        whole = []
    if whole:
        bands.append(whole)
    return score, bands


def _on_lines_of(pieces: Sequence[Piece], across: Sequence[Piece]) -> set[int]:
    """The ids of the pieces that stand on one line with one of those that lie across, and of these."""
    if not across:
        return set()
    tops, bottoms = np.array([piece.top for piece in across]), np.array([piece.bottom for piece in across])
    found = {id(piece) for piece in across}
    for piece in pieces:
        overlap = np.minimum(bottoms, piece.bottom) - np.maximum(tops, piece.top)
        if bool((overlap >= 0.5 * np.minimum(bottoms - tops, piece.height)).any()):
            found.add(id(piece))
    return found


def _are_columns(one: Sequence[Piece], other: Sequence[Piece], characters: Characters) -> bool:
    """Whether the pieces on both sides of a stripe are columns of text, each to be read as a whole."""
    if min(_lines(one), _lines(other)) < FEWEST_LINES:
        return False
    if _is_prose(one, characters) and _is_prose(other, characters):
        return True
    shorter, longer = sorted((one, other), key=len)
    return _beside_share(shorter, longer) < ALIGNED


def _lines(pieces: Sequence[Piece]) -> int:
    count, last = 0, None
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        if last is None or not last.beside(piece):
            count, last = count + 1, piece
    return count


def _is_prose(pieces: Sequence[Piece], characters: Characters) -> bool:
    firsts = [characters.letters[piece.first] for piece in pieces]
    cased = [letter for letter in firsts if letter.lower() != letter.upper()]
    uncased = sum(letter.isalpha() for letter in firsts) - len(cased)  # Chinese, Arabic
    lengths = [piece.end - piece.first for piece in pieces]
    if float(np.median(lengths)) < PROSE_CHARACTERS:
        return False
    small = sum(letter.islower() for letter in cased)
    return small >= PROSE_SMALL * len(pieces) or uncased > len(pieces) / 2


def _beside_share(pieces: Sequence[Piece], others: Sequence[Box]) -> float:
    tops, bottoms = np.array([other.top for other in others]), np.array([other.bottom for other in others])
    beside = 0
    for piece in pieces:
        overlap = np.minimum(bottoms, piece.bottom) - np.maximum(tops, piece.top)
        beside += bool((overlap >= 0.8 * np.minimum(bottoms - tops, piece.height)).any())
    return beside / len(pieces)
