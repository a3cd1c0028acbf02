"""How far the reading of one file is, told page by page where a page takes seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

PageReport = Callable[[int, int], None]
"""Called with the page that is now read, from 1, and how many pages there are."""

_report: ContextVar[PageReport | None] = ContextVar("page report", default=None)


@contextmanager
def told_to(report: PageReport) -> Iterator[None]:
    """What is read in the context tells ``report`` of its slow pages."""
    token = _report.set(report)
    try:
        yield
    finally:
        _report.reset(token)


def at_page(number: int, pages: int) -> None:
    """Says that a page which takes long is now read."""
    report = _report.get()
    if report is not None:
        report(number, pages)
