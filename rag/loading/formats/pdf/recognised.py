"""A page whose text was recognised, as the characters that a page with text has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.loading.formats.pdf.characters import Characters, Floats
from rag.loading.formats.pdf.lines import INSERTED
from rag.loading.formats.pdf.written import Part
from rag.loading.ocr import RecognisedLine, RecognisedPicture

SAME_SIZE = 1.3
"""Lines whose boxes differ by no more than this, times the lowest, are of one size of type: boxes are drawn roughly."""
WIDE_GAP = 1.5
"""Of the height of a line: what the recognition sees as one line, and is nearer, is not parted."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was recognised on a page, a character each.

    Attributes:
        characters: as of a page with text; their ``index`` counts them.
        boxes: ``(n, 4)`` left, top, right and bottom, in fractions 0 to 1 of the page as it is drawn.
        line: the number of the line that each stands on.
        sure: of each line, 0 to 100: how sure it is that it was read rightly.
    """

    characters: Characters
    boxes: Floats
    line: tuple[int, ...]
    sure: tuple[int, ...]

    def parts(self, origins: Sequence[int]) -> list[Part]:
        """The parts of a page's text that are one recognised line each; ``origins`` as in ``PageText``."""
        found: list[Part] = []
        before = INSERTED
        for place, origin in enumerate(origins):
            if origin < 0:
                continue
            line = self.line[origin]
            start = found.pop().start if line == before else place
            found.append(Part("recognised", str(self.sure[line]), start, place + 1))
            before = line
        return found


def recognised(read: RecognisedPicture) -> Recognised:
    """The characters of a picture that was read."""
    letters: list[str] = []
    boxes: list[tuple[float, float, float, float]] = []
    numbers: list[int] = []
    spaced: list[bool] = []
    for number, line in enumerate(read.lines):
        words = line.text.split()
        letters += "".join(words)
        spaced += [place == 0 for word in words for place in range(len(word))]
        boxes += [(left, line.top, right, line.bottom) for left, right in line.letters]
        numbers += [number] * len(line.letters)
    drawn = np.array(boxes, np.float64).reshape(len(boxes), 4)
    left, top, right, bottom = drawn.T
    line_of = np.array(numbers, np.int64)
    _close_gaps(left, right, bottom - top, line_of)
    heights = np.array(_sizes(read.lines), np.float64)[line_of] if len(boxes) else bottom
    middle = (top + bottom) / 2
    characters = Characters(
        letters,
        list(range(len(letters))),
        left,
        middle - heights / 2,
        right,
        middle + heights / 2,
        spaced,
        0,
    )
    sure = tuple(round(100 * line.confidence) for line in read.lines)
    return Recognised(characters, _as_drawn(drawn / ([read.width, read.height] * 2), read.turns), tuple(numbers), sure)


def _close_gaps(left: Floats, right: Floats, height: Floats, line_of: npt.NDArray[np.int64]) -> None:
    """Lets the characters of a line meet half-way: the boxes of single letters are estimates."""
    near = (line_of[1:] == line_of[:-1]) & (left[1:] - right[:-1] < WIDE_GAP * height[1:])
    middle = (left[1:] + right[:-1]) / 2
    right[:-1][near] = left[1:][near] = middle[near]


def _sizes(lines: Sequence[RecognisedLine]) -> list[float]:
    """The height of the type of each line, the same for lines that differ little."""
    order = sorted(range(len(lines)), key=lambda i: lines[i].bottom - lines[i].top)
    sizes = [line.bottom - line.top for line in lines]
    group: list[int] = []
    for i in [*order, -1]:
        if group and (i == -1 or sizes[i] > SAME_SIZE * sizes[group[0]]):
            usual = float(np.median([sizes[member] for member in group]))
            for member in group:
                sizes[member] = usual
            group = []
        group.append(i)
    return sizes


def _as_drawn(boxes: Floats, turns: int) -> Floats:
    """Boxes on a page that was turned by so many quarters counter-clockwise, as they are on it before."""
    left, top, right, bottom = boxes.T
    before = (
        (left, top, right, bottom),
        (1 - bottom, left, 1 - top, right),
        (1 - right, 1 - bottom, 1 - left, 1 - top),
        (top, 1 - right, bottom, 1 - left),
    )[turns]
    fractions: Floats = np.clip(np.stack(before, axis=1), 0.0, 1.0)
    return fractions
