"""Pages of PDF files and pictures, drawn in a child process with limits, with a quote's own characters boxed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.errors import LoadError, Refused
from rag.loading.limits import DEFAULT_LIMITS, Limits
from rag.loading.loader import read_file
from rag.loading.registry import format_of
from rag.loading.sandbox.child import DRAWER
from rag.loading.sandbox.tasks import Box, DrawTask, Mark, PageImage
from rag.schema import Document, Span

__all__ = ["MAX_SCALE", "MIN_SCALE", "Box", "Mark", "PageImage", "has_page_images", "render_page", "span_on_page"]

MIN_SCALE, MAX_SCALE = 0.25, 4.0
"""Pixels per point: 18 to 288 to an inch."""
DEFAULT_SCALE = 1.5


def has_page_images(media_type: str) -> bool:
    """Whether the pages of documents of a media type can be drawn."""
    return media_type == "application/pdf" or media_type.startswith("image/")


def render_page(
    path: Path,
    page: int,
    *,
    scale: float = DEFAULT_SCALE,
    spans: Sequence[Span] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> PageImage:
    """Draws one page of a PDF file, or of a picture, as it lies on disk now.

    Args:
        path: the file.
        page: from 1.
        scale: pixels per point of a PDF's page; taken to the nearest of ``MIN_SCALE`` to ``MAX_SCALE``.
        spans: what to mark, in characters of the page's own text: see ``span_on_page``.
        limits: what drawing may cost.

    Returns:
        The picture with one ``Mark`` for each span. A mark's text is what the file holds there now: where that is not
        the quote, the file has changed since it was indexed, and the boxes mean nothing.

    Raises:
        LoadError: the file cannot be read, has no pages or no such page, or takes too much to draw.
    """
    suffix = path.suffix.lower()
    format_ = format_of(suffix)
    if format_ is None or not has_page_images(format_.media_type):
        raise LoadError(path, "has no page images: it is neither a PDF file nor a picture")
    task = DrawTask(suffix, page, min(max(scale, MIN_SCALE), MAX_SCALE), tuple(spans))
    try:
        return DRAWER.draw(task, read_file(path, limits), limits)
    except Refused as refusal:
        raise LoadError(path, str(refusal)) from refusal


def span_on_page(document: Document, page: int, span: Span) -> Span | None:
    """The part of a span of the document's text that stands on a page, in characters of that page's text.

    None where nothing of it does, or there is no such page.
    """
    for section in document.sections:
        if section.kind == "page" and section.label == str(page):
            start, end = max(span[0], section.start), min(span[1], section.end)
            return (start - section.start, end - section.start) if start < end else None
    return None
