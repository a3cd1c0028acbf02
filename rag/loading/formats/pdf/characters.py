"""The characters of a page with their boxes, as arrays, from pdfium."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as raw

LINE_END_HYPHEN = "\x02"
"""What pdfium says for a hyphen at a line's end; its text has U+FFFE there."""
SAME_PLACE = 0.25
"""A character drawn twice for a bolder look stands within this share of its own width and height of itself."""
WORD_GAP = 0.15
"""Of the height of type: between characters that are nearer, only white space in the file parts words."""

_ANGLES_LOOKED_AT = 24  # of the characters of a page: text that is turned is so in whole lines
_LONGEST_FONT_NAME = 128

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Characters:
    """What a page draws, in pdfium's order, without white space and what was drawn twice.

    Attributes:
        letters: one string of one character each (a pair of surrogates is one; the other half is not listed).
        index: of each in pdfium's text page, or below 0 for none of it.
        left, top, right, bottom: boxes as tall as their fonts, in points; the text reads from left to right, and
            ``top`` is the smaller number: a page whose text is turned is turned here.
        spaces: whether white space parts a character from the one before.
        turns: by how many quarters the page was turned, counter-clockwise.
    """

    letters: list[str]
    index: list[int]
    left: Floats
    top: Floats
    right: Floats
    bottom: Floats
    spaces: list[bool]
    turns: int


def characters(textpage: pdfium.PdfTextPage) -> Characters:
    """All characters of a page that leave a mark, turned upright."""
    count = textpage.count_chars()
    handle = textpage.raw
    codes = np.fromiter(map(raw.FPDFText_GetUnicode, repeat(handle), range(count)), np.uint32, count)
    boxes = (raw.FS_RECTF * count)()
    read = np.fromiter(map(raw.FPDFText_GetLooseCharBox, repeat(handle), range(count), boxes), np.bool_, count)
    corners = np.frombuffer(boxes, np.float32).reshape(count, 4).astype(np.float64)  # left, top, right, bottom
    corners[~read] = 0.0
    corners = np.nan_to_num(corners, posinf=0.0, neginf=0.0)

    letters = _letters(codes)
    drawn = np.fromiter((not (letter.isspace() or letter in ("", "\0")) for letter in letters), np.bool_, count)
    turns = _turns(textpage, np.flatnonzero(drawn))
    left, top, right, bottom = upright(corners, turns)
    _fill(drawn, left, top, right, bottom)
    white = np.cumsum(np.isin(codes, (0x20, 0x09, 0xA0)) | ((codes >= 0x2000) & (codes <= 0x200A)) | (codes == 0x3000))
    newline = np.cumsum(np.isin(codes, (0x0A, 0x0D)))

    keep = np.flatnonzero(drawn)
    keep = keep[~_drawn_before(codes[keep], left[keep], top[keep], right[keep], bottom[keep], keep)]
    left, top, right, bottom = left[keep], top[keep], right[keep], bottom[keep]
    spaces = np.diff(white[keep], prepend=0) > 0
    gap = np.maximum(left[1:] - right[:-1], left[:-1] - right[1:])
    spaces[1:] |= (np.diff(newline[keep]) > 0) & (gap > WORD_GAP * (bottom - top)[1:])
    index = keep.tolist()
    return Characters([letters[i] for i in index], index, left, top, right, bottom, spaces.tolist(), turns)


def is_bold(textpage: pdfium.PdfTextPage, index: int) -> bool:
    """Whether the font of a character calls itself bold."""
    name, flags = ctypes.create_string_buffer(_LONGEST_FONT_NAME), ctypes.c_int()
    raw.FPDFText_GetFontInfo(textpage, index, name, _LONGEST_FONT_NAME, flags)
    return any(word in name.value.lower() for word in (b"bold", b"black", b"heavy", b"demi"))


def _letters(codes: npt.NDArray[np.uint32]) -> list[str]:
    """A character for each code; of a pair of surrogates the first is the pair's, the second ""."""
    letters = [chr(code) if code <= 0x10FFFF else "\ufffd" for code in codes.tolist()]
    for i in np.flatnonzero((codes >= 0xD800) & (codes <= 0xDBFF)).tolist():
        if i + 1 < len(letters) and "\udc00" <= letters[i + 1] <= "\udfff":
            pair = (letters[i] + letters[i + 1]).encode("utf-16-le", "surrogatepass")
            letters[i], letters[i + 1] = pair.decode("utf-16-le"), ""
    return letters


def _turns(textpage: pdfium.PdfTextPage, drawn: npt.NDArray[np.intp]) -> int:
    """By how many quarters most of the page's text is turned, clockwise."""
    looked_at = drawn[:: max(1, len(drawn) // _ANGLES_LOOKED_AT)].tolist()
    turns = [round(raw.FPDFText_GetCharAngle(textpage, i) / (np.pi / 2)) % 4 for i in looked_at]
    return max(set(turns), key=turns.count, default=0)


def upright(corners: Floats, turns: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Boxes ``(n, 4)``, two corners each, as left, top, right and bottom with y downwards."""
    x0, x1 = np.minimum(corners[:, 0], corners[:, 2]), np.maximum(corners[:, 0], corners[:, 2])
    y0, y1 = np.minimum(corners[:, 1], corners[:, 3]), np.maximum(corners[:, 1], corners[:, 3])
    return (
        (x0, -y1, x1, -y0),
        (-y1, -x1, -y0, -x0),
        (-x1, y0, -x0, y1),
        (y0, x0, y1, x1),
    )[turns]


def _fill(drawn: npt.NDArray[np.bool_], left: Floats, top: Floats, right: Floats, bottom: Floats) -> None:
    """Puts characters without a box (of fonts that are broken) where the one before ends."""
    boxed = drawn & (bottom > top)
    before = np.maximum.accumulate(np.where(boxed, np.arange(len(drawn)), -1))
    lost = np.flatnonzero(drawn & ~boxed & (before >= 0))
    left[lost] = right[lost] = right[before[lost]]
    top[lost], bottom[lost] = top[before[lost]], bottom[before[lost]]


def _drawn_before(
    codes: npt.NDArray[np.uint32], left: Floats, top: Floats, right: Floats, bottom: Floats, index: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    """Which characters repeat an earlier one at nearly the same place: bold type is faked so.

    Neighbours of the very same box are no repetition, but the letters of one ligature.
    """
    found = np.zeros(len(codes), np.bool_)
    width, height = right - left, bottom - top
    if not len(codes) or float(np.median(height)) <= 0:
        return found
    row = top / (float(np.median(height)) / 2)
    for shift in (0.0, 0.5):
        order = np.lexsort((index, left, np.floor(row + shift), codes))
        one, other = order[:-1], order[1:]
        near = np.abs(left[one] - left[other]) < SAME_PLACE * np.minimum(width[one], width[other])
        near &= np.abs(top[one] - top[other]) < SAME_PLACE * np.minimum(height[one], height[other])
        near &= codes[one] == codes[other]
        ligature = (np.abs(index[one] - index[other]) == 1) & (left[one] == left[other])
        repeated = near & ~ligature
        found[np.maximum(one, other)[repeated]] = True
    return found
