"""Text recognition: the picture of a page -> its lines of text, where they stand, and how sure they are.

rapidocr finds and reads the lines with models that lie in its wheel; each is named to it by its path, so that it looks
for none elsewhere. It comes with the extra ``ocr``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

INSTALL = 'pip install "docquote[ocr]"'
"""The command that brings it."""
LONGEST_SIDE = 2000
"""Pixels of a picture that is looked at; A4 has then 171 to an inch. Larger ones are made smaller."""
TURNED_BELOW = 0.75
"""Where the lines of a page are, weighed by their lengths, less sure than this, it may lie on its side or head."""
UPRIGHT = 1.5
"""A box that is more than so many times as high as it is wide is that of a line on its side."""

_MODELS = {"Det": "PP-OCRv6_det_small", "Rec": "PP-OCRv6_rec_small", "Cls": "ch_ppocr_mobile_v2.0_cls_mobile"}
_THREADS = 2

Picture = npt.NDArray[np.uint8]
"""Height x width x 3: red, green, blue."""


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """A line of text on a picture; all numbers are pixels of the picture, after it was turned upright.

    Attributes:
        text: without white space at its ends.
        confidence: 0 to 1, the mean of what the model says of each character.
        left, top, right, bottom: the box around it.
        letters: left and right of each character that is not white space; they are estimated.
    """

    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float
    letters: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class RecognisedPicture:
    """What stands on a picture.

    Attributes:
        lines: in no certain order.
        turns: by how many quarters, counter-clockwise, it was turned to be read.
        width, height: of the picture as it was turned, in pixels.
    """

    lines: tuple[RecognisedLine, ...]
    turns: int
    width: int
    height: int


def is_installed() -> bool:
    """Whether the extra is."""
    return find_spec("rapidocr") is not None


def recognise(picture: Picture) -> RecognisedPicture:
    """The lines of text on a picture, which may lie on any of its sides."""
    if not picture.size or (picture == picture[0, 0]).all():  # a blank page
        return RecognisedPicture((), 0, picture.shape[1], picture.shape[0])
    best, on_side = _read(picture, 0)
    doubted = [1, 3] if on_side else [2] if best.lines and _sureness(best.lines) < TURNED_BELOW else []
    others = [_read(picture, turns)[0] for turns in doubted]
    return max([best, *others], key=lambda read: (_sureness(read.lines), -read.turns))


def _sureness(lines: Sequence[RecognisedLine]) -> float:
    """The mean confidence of the characters; 0 without any."""
    characters = sum(len(line.text) for line in lines)
    return sum(line.confidence * len(line.text) for line in lines) / characters if characters else 0.0


def _read(picture: Picture, turns: int) -> tuple[RecognisedPicture, bool]:
    """The upright lines on a picture that is turned first, and whether more of the text lies on its side."""
    turned = np.ascontiguousarray(np.rot90(picture, turns))
    found = _engine()(np.ascontiguousarray(turned[:, :, ::-1]))
    upright: list[RecognisedLine] = []
    balance = 0.0
    for corners, text, confidence, letters in zip(
        _each(found.boxes), _each(found.txts), _each(found.scores), _letters(found), strict=True
    ):
        (left, top), (right, bottom) = np.min(corners, axis=0).tolist(), np.max(corners, axis=0).tolist()
        words = text.strip()
        if len(words) > 1:
            balance += right - left if bottom - top <= UPRIGHT * (right - left) else top - bottom
        if words and (len(words) == 1 or bottom - top <= UPRIGHT * (right - left)):
            boxes = _boxes(words, letters, left, right)
            upright.append(RecognisedLine(words, float(confidence), left, top, right, bottom, boxes))
    return RecognisedPicture(tuple(upright), turns, turned.shape[1], turned.shape[0]), balance < 0


def _each(values: Any) -> Sequence[Any]:
    return () if values is None else values


def _letters(found: Any) -> list[list[tuple[str, float, float]]]:
    """Each character with its left and right, for each line; empty lists where they are not known."""
    lines = _each(found.word_results)
    texts = _each(found.txts)
    if len(lines) != len(texts):
        return [[] for _ in texts]
    return [
        [(letter, min(x for x, _ in corners), max(x for x, _ in corners)) for letter, _, corners in line]
        if isinstance(line, tuple)
        else []
        for line in lines
    ]


def _boxes(
    text: str, letters: Sequence[tuple[str, float, float]], left: float, right: float
) -> tuple[tuple[float, float], ...]:
    """Left and right of each character that is not white space; spread evenly where they are not known."""
    if [letter for letter, _, _ in letters] == [letter for letter in text if not letter.isspace()]:
        return tuple((max(start, left), min(end, right)) for _, start, end in letters)
    step = (right - left) / len(text)
    return tuple((left + step * i, left + step * (i + 1)) for i, letter in enumerate(text) if not letter.isspace())


@cache
def _engine() -> Any:
    import cv2
    import rapidocr

    cv2.setNumThreads(1)
    folder = Path(rapidocr.__file__).parent / "models"
    options: dict[str, object] = {f"{task}.model_path": str(folder / f"{name}.onnx") for task, name in _MODELS.items()}
    return rapidocr.RapidOCR(
        params=options
        | {
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.max_side_len": LONGEST_SIDE,
            "Global.text_score": 0.0,
            "Global.return_word_box": True,
            "Global.return_single_char_box": True,
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
