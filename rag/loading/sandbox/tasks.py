"""What the parser process is asked to do, and what it draws."""

from __future__ import annotations

from dataclasses import dataclass

from rag.schema import Span


@dataclass(frozen=True, slots=True)
class ParseTask:
    """What the parser process is asked to parse: a file with the suffix ``suffix`` (".pdf")."""

    suffix: str


@dataclass(frozen=True, slots=True)
class DrawTask:
    """What the parser process is asked to draw of a PDF file or a picture.

    Attributes:
        suffix: of the file, ".pdf".
        page: from 1.
        scale: pixels per point (1/72 inch) of a page; a picture has its own.
        spans: what to mark, in characters of the page's stored text.
    """

    suffix: str
    page: int
    scale: float
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in fractions 0 to 1 of its width and height, from the top left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A span as it stands on the page that was drawn.

    Attributes:
        text: what the page holds there; "" where it is too short for that.
        boxes: around its characters, one for each line or part of one; empty where it has none that are drawn.
    """

    text: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as a picture.

    Attributes:
        png: the picture.
        width, height: in pixels.
        pages: of the whole document.
        marks: one for each span, in their order.
    """

    png: bytes
    width: int
    height: int
    pages: int
    marks: tuple[Mark, ...]
