"""Runs work over many items with a bar on standard error, and stops cleanly when interrupted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Item = TypeVar("Item")


@contextmanager
def bar(label: str, total: int | None) -> Iterator[Callable[[], None]]:
    """A progress bar with the time left; call what it gives once for each item done."""
    columns = (
        TextColumn("[progress.description]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(label, total=total)
        yield lambda: progress.advance(task)


def work_through(label: str, items: Sequence[Item], work: Callable[[Item], None]) -> bool:
    """Does the work for each item in turn; False where an interrupt (Ctrl-C) ended it early."""
    try:
        with bar(label, len(items)) as done:
            for item in items:
                work(item)
                done()
    except KeyboardInterrupt:
        return False
    return True
