"""In which order the pieces of a page are read: columns one after the other, what spans them before and after.

A gutter is a stripe without text that runs down a part of the page. What lies across it (a title, a wide table) parts
the page into bands; in a band, the left column is read before the right one, and each is looked at again, so that three
columns are two and one. Which of the possible gutters is one is asked of the text: rows of a table, labels with what
they say and items with their numbers have gaps one below the other too, and are read row by row. The idea is that of
the recursive XY-cut (Nagy and Seth, 1984) with cuts that may be interrupted.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from statistics import median

import numpy as np

from rag.loading.formats.pdf.characters import Characters
from rag.loading.formats.pdf.lines import Box, Piece

GUTTER = 0.7
"""Of the height of a line: a gutter is at least so wide."""
FEWEST_LINES = 2
"""On either side of a gutter."""
PARTING_GAP = 0.5
"""Of the height of a line: white of at least this height across both columns parts what stands above and below."""
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
ALIGNED = 0.34
"""Columns are rows of something if this share of the pieces of one of them has a neighbour on its line."""


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
    for left, right, most in _stripes(pieces):
        if best is not None and most <= best[0]:
            continue
        score, bands = _bands(pieces, left, right, characters)
        if score and (best is None or score > best[0]):
            best = score, bands
    return best[1] if best else None


def _stripes(pieces: Sequence[Piece]) -> list[tuple[float, float, int]]:
    """Left and right side of stripes that few pieces lie across, the emptiest first, and how many they part at most."""
    lefts = np.sort([piece.left for piece in pieces])
    rights = np.sort([piece.right for piece in pieces])
    edges = np.unique(np.concatenate((lefts, rights)))
    across = np.searchsorted(lefts, edges[:-1], "right") - np.searchsorted(rights, edges[:-1], "right")
    widths = np.diff(edges)
    least = GUTTER * median(piece.size for piece in pieces)
    most = np.minimum(
        np.searchsorted(rights, edges[:-1], "right"), len(pieces) - np.searchsorted(lefts, edges[1:], "left")
    )
    usable = np.flatnonzero((widths >= least) & (across <= CROSSED * len(pieces)) & (most >= FEWEST_LINES))
    order = usable[np.lexsort((-widths[usable], across[usable]))][:CANDIDATES]
    return [(float(edges[i]), float(edges[i + 1]), int(most[i])) for i in order]


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
        parts = [(False, run)] if spans else _by_gaps(run, middle, characters)
        for is_parted, part in parts:
            if not is_parted:
                whole.extend(part)
                continue
            one = [piece for piece in part if piece.right <= middle]
            other = [piece for piece in part if piece.left >= middle]
            score += min(len(one), len(other))
            bands.extend(band for band in (whole, one, other) if band)
            whole = []
    if whole:
        bands.append(whole)
    return score, bands


def _by_gaps(run: Sequence[Piece], middle: float, characters: Characters) -> list[tuple[bool, list[Piece]]]:
    """The pieces on both sides of a gutter that lie between two lines across it, from top to bottom, as parts that are
    columns and parts that are none: a table that happens to leave the gutter free, a short heading of both columns."""
    parts: list[list[Piece]] = []
    reach = -math.inf
    least = _gap(run)
    for piece in sorted(run, key=lambda piece: piece.top):
        if piece.top - reach > least:
            parts.append([])
        parts[-1].append(piece)
        reach = max(reach, piece.bottom)
    sides = [([p for p in part if p.right <= middle], [p for p in part if p.left >= middle]) for part in parts]
    parted = [_are_columns(one, other, characters) for one, other in sides]
    if not any(parted):
        return [(_are_columns(*_both(sides), characters), list(run))]
    first, last = parted.index(True), len(parted) - 1 - parted[::-1].index(True)
    result: list[tuple[bool, list[Piece]]] = []
    for number, (part, (one, other)) in enumerate(zip(parts, sides, strict=True)):
        lines = _lines(part)
        if not parted[number] and first < number < last:  # a paragraph of one line; not a heading, not a table
            parted[number] = lines > FEWEST_LINES if not one or not other else lines == 1
        elif not parted[number] and number > last:
            parted[number] = not one or not other
        if result and result[-1][0] == parted[number]:
            result[-1][1].extend(part)
        else:
            result.append((parted[number], list(part)))
    return result


def _both(sides: Sequence[tuple[list[Piece], list[Piece]]]) -> tuple[list[Piece], list[Piece]]:
    return [piece for one, _ in sides for piece in one], [piece for _, other in sides for piece in other]


def _gap(run: Sequence[Piece]) -> float:
    """How much white between two lines, on both sides, parts a run of pieces."""
    gaps: list[float] = []
    reach = math.inf
    for piece in sorted(run, key=lambda piece: piece.top):
        if piece.top > reach:
            gaps.append(piece.top - reach)
        reach = max(reach, piece.bottom) if reach < math.inf else piece.bottom
    return max(PARTING_GAP * median(piece.size for piece in run), 1.5 * median(gaps or [0.0]))


def _on_lines_of(pieces: Sequence[Piece], across: Sequence[Piece]) -> set[int]:
    """The ids of the pieces that stand on one line with one of those that lie across, and of these."""
    if not across:
        return set()
    ordered = sorted(across, key=lambda piece: piece.middle)
    middles = [piece.middle for piece in ordered]
    found = {id(piece) for piece in across}
    for piece in pieces:
        at = bisect_left(middles, piece.middle)
        if any(near.beside(piece) for near in ordered[max(at - 1, 0) : at + 1]):
            found.add(id(piece))
    return found


def _are_columns(one: Sequence[Piece], other: Sequence[Piece], characters: Characters) -> bool:
    """Whether the pieces on both sides of a stripe are columns of text, each to be read as a whole."""
    if min(_lines(one), _lines(other)) < FEWEST_LINES:
        return False
    if _is_prose(one, characters) and _is_prose(other, characters):
        return True
    return max(_beside_share(one, other), _beside_share(other, one)) < ALIGNED


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
    if median(lengths) < PROSE_CHARACTERS:
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
