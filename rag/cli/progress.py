"""A progress bar over files, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from rag.cli.console import plain
from rag.index.ingest import Progress as FileProgress

NAME_WIDTH = 40


@contextmanager
def file_progress(console: Console) -> Iterator[FileProgress]:
    """Shows a bar with the file at hand and the time left; draws nothing where the console is not a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Looking at files", total=None)

        def advance(path: Path, done: int, total: int, page: str = "") -> None:
            width = NAME_WIDTH - len(page) - 2 if page else NAME_WIDTH
            name = path.name if len(path.name) <= width else f"{path.name[: width - 1]}…"
            name = f"{name}, {page}" if page else name
            bar.update(task, description=plain(f"{name:{NAME_WIDTH}}"), completed=done, total=total)

        yield advance
