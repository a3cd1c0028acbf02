"""``docquote open N``: the source of a citation, in the program that the desktop opens such files with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from rag.answer.phrases import day, place_within
from rag.answer.serialise import CitationJson
from rag.cli.completion import complete_citation
from rag.cli.console import out, plain, print_json, quoted
from rag.cli.last_answer import citation_in, last_answer
from rag.cli.options import IndexOption, JsonOption
from rag.errors import DocquoteError, LoadError
from rag.history import Library, sha256_of
from rag.place import place_of, state_folder
from rag.schema import Answer, Citation, Source

DESKTOP_SECONDS = 10
"""How long the desktop may take to start a program; it goes on in the background after that."""


def open_(
    number: Annotated[
        int,
        typer.Argument(
            help="Of a citation of the last answer, as docquote ask showed it.", autocompletion=complete_citation
        ),
    ],
    library: IndexOption,
    as_json: JsonOption = False,
) -> None:
    """Open the source of a citation; where there is no desktop, print its file and place."""
    from rag.index import index_status

    place = place_of(library)
    sources = index_status(place).sources
    answer = last_answer(state_folder(place))
    citation = citation_in(answer, number)
    shown = open_citation(answer, citation, sources)
    if as_json:
        print_json(shown)
    else:
        print_opened(citation, shown)


def open_citation(answer: Answer, citation: Citation, sources: Sequence[Source]) -> dict[str, Any]:
    """Opens the file of a citation, and says what was opened.

    The path is that of the document in the index, never one that an answer or a document names.

    Args:
        answer, citation: the last answer, and the one of its citations to open.
        sources: the documents of the index as they are now.

    Returns:
        The citation under the names of its attributes, its ``path`` as it is now, and whether the file was ``opened``.

    Raises:
        DocquoteError: the index no longer holds the document, or its file is gone.
    """
    source = Library(sources).now(citation.document_id, citation.document, sha256_of(answer, citation))
    if source is None:
        raise DocquoteError(f"{citation.document}: the index no longer holds this document; see: docquote status --all")
    path = Path(source.path)
    if not path.is_file():
        raise LoadError(path, "the file is gone; bring the index into step: docquote index")
    shown = CitationJson.model_validate(citation).model_dump(mode="json")
    return shown | {"path": source.path, "opened": _opened(path)}


def print_opened(citation: Citation, shown: dict[str, Any]) -> None:
    """Prints which file was opened or, where there is no desktop, is to be opened, and where in it the quote stands."""
    place = place_within(citation) or f"characters {citation.start}-{citation.end}"
    dated = f", {day(citation.date)}" if citation.date else ""
    out.print(plain(f"[{citation.number}] {citation.title}{dated}"), style="bold")
    out.print(plain(f"{'opened' if shown['opened'] else 'file'}: {shown['path']}"))
    out.print(plain(f"place: {place}"))
    out.print(quoted(citation.quote), style="dim")


def _opened(path: Path) -> bool:
    """Whether the desktop took the file; False where there is none."""
    program = _desktop_opener()
    if program is None:
        return False
    nothing = subprocess.DEVNULL
    started = subprocess.Popen(  # no shell reads the path
        [program, str(path)], stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
    )
    try:
        return started.wait(timeout=DESKTOP_SECONDS) == 0
    except subprocess.TimeoutExpired:
        return True


def _desktop_opener() -> str | None:
    if sys.platform == "darwin":
        return shutil.which("open")
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return shutil.which("xdg-open")
    return None
