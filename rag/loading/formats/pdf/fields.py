"""What was filled into a form, put beside the words that ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rag.loading.formats.pdf.annotations import CHECKED, UNCHECKED, FilledField
from rag.loading.formats.pdf.characters import WORD_GAP, Characters, upright
from rag.loading.formats.pdf.lines import INSERTED, Box, Piece

LINE_HEIGHT = 14.0
"""Points: of a line in a field that is higher."""
LABEL_ABOVE = 12.0
"""Points: words that stand so near above a field are its label."""
LABEL_BESIDE = 250.0
"""Points: words so near to its left are."""


def filled_in(
    characters: Characters, pieces: Sequence[Piece], fields: Sequence[FilledField]
) -> tuple[Characters, list[Piece]]:
    """The characters and pieces of a page with those of its fields; these stand for none in pdfium's text page.

    A colon stands between a value and the label before it; a value without a label has the field's name instead.
    """
    if not fields:
        return characters, list(pieces)
    sides = upright(np.array([field.corners for field in fields], dtype=np.float64), characters.turns)
    letters: list[str] = []
    boxes: list[Box] = []
    spaced: list[bool] = []
    added: list[Piece] = []
    for field, *corners in zip(fields, *(side.tolist() for side in sides), strict=True):
        lines = field.value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for number, (text, line) in enumerate(zip(lines, _lines(Box(*corners), len(lines)), strict=True)):
            before, start = ("", line.left) if number else _before(field, line, characters, pieces)
            first = len(letters)
            for at, letter in enumerate(before):
                if letter != " ":
                    letters.append(letter)
                    boxes.append(Box(start, line.top, start, line.bottom))
                    spaced.append(before[at - 1 : at] == " ")
            words = text.split()
            step = min(line.width / max(sum(map(len, words)), 1), 0.5 * line.height)
            place = line.left
            for word in words:
                for at, letter in enumerate(word):
                    letters.append(letter)
                    boxes.append(Box(place, line.top, place + step, line.bottom))
                    spaced.append(at == 0)
                    place += step
            if len(letters) > first:
                span = (len(characters.letters) + first, len(characters.letters) + len(letters))
                added.append(Piece(start, line.top, max(place, start), line.bottom, *span, line.height, False, True))
    return _with(characters, letters, boxes, spaced), [*pieces, *added]


def _lines(box: Box, count: int) -> list[Box]:
    """Where the lines of a value stand: a single one in the middle of a field that has room for no more."""
    height = min(LINE_HEIGHT, box.height / count)
    top = box.middle - height / 2 if box.height < 2 * LINE_HEIGHT and count == 1 else box.top
    return [Box(box.left, top + k * height, box.right, top + (k + 1) * height) for k in range(count)]


def _before(field: FilledField, line: Box, characters: Characters, pieces: Sequence[Piece]) -> tuple[str, float]:
    """What is put before a value, and from where on it reaches: a colon, from its label; its name, from the field."""
    if field.value in (CHECKED, UNCHECKED):
        return "", line.left
    beside = [
        piece
        for piece in pieces
        if piece.beside(line) and piece.right <= line.left + piece.size and line.left - piece.right < LABEL_BESIDE
    ]
    if beside:
        label = max(beside, key=lambda piece: piece.right)
        if characters.letters[label.end - 1] not in ":?":
            return ":", label.right
        return "", max(line.left, label.right + 2 * WORD_GAP * max(label.size, line.height))
    above = any(
        piece.left < line.right
        and line.left < piece.right
        and -piece.size / 2 <= line.top - piece.bottom <= LABEL_ABOVE
        for piece in pieces
    )
    return "" if above or not field.name else f"{field.name}:", line.left


def _with(characters: Characters, letters: list[str], boxes: list[Box], spaced: list[bool]) -> Characters:
    count = len(letters)
    return replace(
        characters,
        letters=[*characters.letters, *letters],
        index=[*characters.index, *[INSERTED] * count],
        left=np.concatenate((characters.left, [box.left for box in boxes])),
        top=np.concatenate((characters.top, [box.top for box in boxes])),
        right=np.concatenate((characters.right, [box.right for box in boxes])),
        bottom=np.concatenate((characters.bottom, [box.bottom for box in boxes])),
        spaces=[*characters.spaces, *spaced],
    )
