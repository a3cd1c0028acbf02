"""``docquote library copy``: a library from a folder to a server, or back, as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from rag.cli.console import count, err, out, plain, print_json
from rag.place import place_of

if TYPE_CHECKING:
    from rag.schema import Source

library_app = typer.Typer(no_args_is_help=True, help="Move whole libraries.")

PlaceArgument = Annotated[str, typer.Argument(metavar="PLACE", help="A folder, or postgresql://USER@HOST/DATABASE.")]


class _Advance(Protocol):
    def __call__(self, document: Source, done: int, total: int) -> None: ...


@library_app.callback()
def library() -> None:
    """What may stand before a command."""


@library_app.command()
def copy(
    source: PlaceArgument,
    target: PlaceArgument,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Copy a library as it is, without reading or embedding anything again; a copy cut short goes on where it stopped.

    Conversations, feedback and uploaded files stay where they are.
    """
    from rag.index.copying import copy_library

    there, here = place_of(source), place_of(target)
    with _progress() as advance:
        report = copy_library(there, here, advance)
    if as_json:
        print_json({"from": str(there), "to": str(here), **asdict(report)})
        return
    already = f", {report.there:,} there already" if report.there else ""
    out.print(f"{count(report.copied, 'document')} copied{already}")
    out.print(f"{plain(here)} now holds {count(report.chunks, 'chunk')}")


@contextmanager
def _progress() -> Iterator[_Advance]:
    from pathlib import Path

    from rag.cli.progress import file_progress

    with file_progress(err) as bar:
        yield lambda document, done, total: bar(Path(document.name), done, total)
