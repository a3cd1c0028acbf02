"""A page of a PDF as its image, with boxes over the quote; the image has pixels to spare for zooming."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.loading.pages import Box


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page to show.

    Attributes:
        number: from 1.
        count: how many pages the document has.
        png: the image.
        width, height: of the image, in pixels.
        boxes: where the quote stands on this page, a box for each line; empty on other pages.
        strong: likewise the words of the quote that answer.
    """

    number: int
    count: int
    png: bytes
    width: int
    height: int
    boxes: Sequence[Box] = ()
    strong: Sequence[Box] = ()
